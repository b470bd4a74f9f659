"""What a trial says to who started it."""

import os
import shlex
import sys
from pathlib import Path

from office.broker.local import LocalBroker
from office.place import Place
from office.trial.ground import USER, passphrase_file

RULE = "─" * 78


def greeting(place: Place, broker: LocalBroker, port: int, screen: str, password: str) -> str:
    """Gives the page that a trial shows when everything runs; the password stands nowhere else."""
    kind = "mosquitto（MQTT 5）" if broker.name == "mosquitto" else "内置 amqtt（MQTT 3.1.1）"
    return "\n".join(
        (
            "",
            RULE,
            f"  控制台 console    http://127.0.0.1:{port}/",
            f"  用户名 name       {USER}",
            f"  密码   password   {password}    （只显示这一次，下次启动会换 · shown once, new at the next start）",
            "",
            f"  屏幕   screen     {screen}",
            f"  消息   broker     {broker.url}  {kind}",
            "",
            "  发布一次试试（另开一个终端）· publish something, in another terminal:",
            f"    {push(place)}",
            f"  撤回 · take it back:  {withdraw(place)}",
            "",
            "  注意：试用的“两个人”是程序自己造的，口令都在本机，只为看流程；正式使用必须由两个人各管一把钥匙。",
            "  Mind: a trial's two signatures are not two people; both passphrases lie on this machine.",
            f"  播放端的记录 · what the player says: {_near(place.home / 'player.log')}",
            "  Ctrl-C 结束 · ends it.",
            RULE,
        )
    )


def push(place: Place, folder: str = "demo/冒充客服预警") -> str:
    """Gives the command that publishes a folder in this trial."""
    program = Path(sys.executable).with_name("wuzha-office")
    words = [
        _near(program),
        "push",
        folder,
        "--to",
        "all",
        "--home",
        _near(place.home),
        "--passphrase-file-author",
        _near(passphrase_file(place, "author")),
        "--passphrase-file-approver",
        _near(passphrase_file(place, "approver")),
    ]
    return shlex.join(words)


def withdraw(place: Place) -> str:
    """Gives the command that takes a publication off the screens; its number is to be put in."""
    program = Path(sys.executable).with_name("wuzha-office")
    return f"{shlex.quote(_near(program))} withdraw 编号N --home {shlex.quote(_near(place.home))}"


def _near(path: Path) -> str:
    """Gives a path as it is typed from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
