"""The command line `wuzha-office`."""

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.db import DatabaseError, OperationalError

from office.file_access import in_the_way
from office.place import HOME, Place, found
from office.plain_output import plain_output
from office.settings import open_office
from signage.command_line import CommandParser
from signage.disk_faults import in_chinese
from signage.errors import BadInput, Complaint, Words, WuzhaError
from signage.log_handler import LogHandler
from signage.messages import OPS
from signage.printable import printable
from signage.utf8_mode import begin_in_utf8, open_output

COMMANDS = (
    "trial", "serve", "collect", "keys", "enroll", "push", "withdraw", "screens", "alarms", "receipts", "counts",
    "command", "export", "verify",
)  # fmt: skip
INTERRUPTED = 130
BY = ("screen", "site", "kind", "village", "publication", "playlist", "item", "media", "day", "hour", "outcome")


def parser() -> argparse.ArgumentParser:
    """Gives the parser of all commands."""
    top = CommandParser(prog="wuzha-office", description="无诈屏管理端 · the Wuzha office")
    commands = top.add_subparsers(dest="command_name", required=True, metavar="COMMAND")
    _processes(commands)
    _keys(commands)
    _publishing(commands)
    _looking(commands)
    _ordering(commands)
    for name in ("keys", "enroll", "push", "withdraw", "command"):
        commands.choices[name].add_argument(
            "--clock-is-right",
            action="store_true",
            help="本机时钟没有错，照样签名 · sign although the clock looks wrong",
        )
    for command in commands.choices.values():
        command.add_argument("--home", type=Path, default=HOME, metavar="FOLDER", help="管理端的文件夹 · its folder")
        command.add_argument(
            "--database", metavar="URL", help="数据库，代替设置里的 · the database in place of the setting's"
        )
    return top


def _processes(commands: "argparse._SubParsersAction[CommandParser]") -> None:
    trial = commands.add_parser(
        "trial", help="一条命令试用：消息服务器、控制台和播放端 · everything at once, to try it"
    )
    trial.add_argument("--config", type=Path, default=Path("kiosk_config.toml"), metavar="FILE")
    trial.add_argument("--port", type=int, default=8080, help="控制台的端口 · the console's port")
    trial.add_argument("--broker-port", type=int, default=1883, help="消息服务器的端口 · the broker's port")
    trial.add_argument("--embedded", action="store_true", help="只用内置消息服务器 · the embedded broker in any case")
    trial.add_argument("--fresh", action="store_true", help="删掉上次的试用，重新开始 · begin anew")
    trial.add_argument("--headless", action="store_true", help="不打开窗口 · without a window")
    trial.add_argument("--for", dest="for_s", type=float, metavar="SECONDS", help="这么多秒后结束 · end after so long")
    serve = commands.add_parser("serve", help="控制台和素材下载 · the console and the downloads")
    serve.add_argument("--listen", metavar="HOST:PORT", help="代替设置里的 · in place of the setting's")
    commands.add_parser("collect", help="接收播放记录和状态 · takes ledgers and states in")


def _keys(commands: "argparse._SubParsersAction[CommandParser]") -> None:
    keys = commands.add_parser("keys", help="签名密钥 · the keys that sign")
    keys.add_argument(
        "action",
        nargs="?",
        choices=("init", "sign", "renew", "online", "list"),
        help="init 新建；sign 两人重新签名；renew 信任根续期；online 换在线密钥；list 列出",
    )
    keys.add_argument("--person", metavar="NAME", help="谁的钥匙 · whose key")
    keys.add_argument("--role", choices=("root", "author", "approver"))
    keys.add_argument("--remove", metavar="NAME", help="收回一个人的签名权 · take a person's right to sign away")
    keys.add_argument("--passphrase-file", type=Path, metavar="FILE", help="新钥匙的口令 · the new key's passphrase")
    keys.add_argument("--root", metavar="NAME", help="用哪把根钥匙 · which root key signs")
    keys.add_argument("--root-passphrase-file", type=Path, metavar="FILE")
    keys.add_argument("--yes", action="store_true", help="不再问 · what is asked is answered")
    _signers(keys)


def _signers(command: argparse.ArgumentParser) -> None:
    command.add_argument("--author", metavar="NAME", help="编制人 · who wrote it")
    command.add_argument("--approver", metavar="NAME", help="审核人 · who approves it")
    command.add_argument("--passphrase-file-author", type=Path, metavar="FILE")
    command.add_argument("--passphrase-file-approver", type=Path, metavar="FILE")


def _publishing(commands: "argparse._SubParsersAction[CommandParser]") -> None:
    enroll = commands.add_parser("enroll", help="登记屏幕，写出它需要的文件 · what a new screen needs")
    enroll.add_argument("screen", nargs="?", metavar="ID", help="屏幕编号 · the screen's id")
    enroll.add_argument("--config", type=Path, metavar="FILE", help="从 kiosk_config.toml 读编号、场所和变量")
    enroll.add_argument("--out", type=Path, metavar="FOLDER", help="写到哪里，默认在管理端文件夹的 enrolments 里")
    enroll.add_argument("--title", default=None)
    enroll.add_argument("--site", metavar="NAME", help="场所 · the site")
    enroll.add_argument("--kind", help="场所类型 · its kind")
    enroll.add_argument("--village", help="村、社区 · its village")
    enroll.add_argument("--tag", action="append", metavar="TAG", help="标签，可以多次 · may be repeated")
    enroll.add_argument("--variable", action="append", metavar="NAME=TEXT", help="场所变量，可以多次 · may be repeated")
    enroll.add_argument("--new-names", action="store_true",
                        help="村、类型、标签确实是新的，不要问 · village, kind and tags are new indeed")  # fmt: skip
    enroll.add_argument("--new-password", action="store_true",
                        help="换密码，旧的马上作废 · a new password, which ends the old one")  # fmt: skip
    enroll.add_argument("--revoke", action="store_true", help="注销这块屏幕 · take its rights away")

    push = commands.add_parser("push", help="检查、双签、发布并跟踪 · check, sign by two, publish, follow")
    push.add_argument("folder", type=Path, metavar="FOLDER")
    push.add_argument("--to", action="append", required=True, metavar="AIM",
                      help="screen:ID、site:…、village:…、kind:…、tag:… 或 all，可以多次")  # fmt: skip
    push.add_argument("--line", metavar="NAME", help="名称，默认是文件夹名 · instead of the folder's name")
    push.add_argument("--wait", type=float, default=60.0, metavar="S", help="跟踪这么多秒 · follow it so long")
    push.add_argument("--dry-run", action="store_true", help="只检查，列出会改变什么 · only say what would change")
    _signers(push)

    withdraw = commands.add_parser("withdraw", help="撤回一次发布 · take a publication off the screens")
    withdraw.add_argument("number", type=int, metavar="N")
    withdraw.add_argument("--wait", type=float, default=60.0, metavar="S")
    withdraw.add_argument("--by", metavar="NAME", help="谁撤回的 · who does it")


def _looking(commands: "argparse._SubParsersAction[CommandParser]") -> None:
    commands.add_parser("screens", help="每块屏幕一行 · a line for each screen").add_argument(
        "--json", action="store_true"
    )
    alarms = commands.add_parser("alarms", help="报警，和“已处理” · alarms, and closing them")
    alarms.add_argument("--screen", metavar="ID")
    alarms.add_argument("--all", action="store_true", help="也列出已关的 · closed ones, too")
    alarms.add_argument("--json", action="store_true")
    alarms.add_argument("--close", type=int, nargs="+", metavar="N", help="看过了，关掉 · somebody looked at them")
    alarms.add_argument("--why", default="", metavar="TEXT", help="怎么处理的，关闭时必填 · what was done about it")
    alarms.add_argument("--by", metavar="NAME", help="谁关的 · who closes them")
    receipts = commands.add_parser("receipts", help="一次发布到了哪些屏幕 · how far a publication came")
    receipts.add_argument("number", type=int, nargs="?", metavar="N", help="默认最新的 · the newest without it")
    receipts.add_argument("--json", action="store_true")

    counts = commands.add_parser("counts", help="播放次数 · counts of plays")
    counts.add_argument("--by", choices=BY, default="item")
    export = commands.add_parser("export", help="导出播放记录 · the records of plays")
    export.add_argument("--out", type=Path, metavar="FILE", help="*.csv 或 *.xlsx；默认 CSV 写到标准输出")
    for command in (counts, export):
        command.add_argument("--from", dest="start", metavar="DAY", help="2026-06-01，这一天起 · from this day")
        command.add_argument("--to", dest="end", metavar="DAY", help="这一天止（含） · until this day, inclusive")
        command.add_argument("--screen", metavar="ID")
        command.add_argument("--publication", type=int, metavar="N")
    verify = commands.add_parser("verify", help="核对保存的一切：改动和删除都找得出 · proves what is stored")
    verify.add_argument("--noted", action="append", default=[], metavar="N:HASH",
                        help="以前抄下的末条，可以多次 · an end that was written down, may be repeated")  # fmt: skip
    verify.add_argument("--json", action="store_true")
    form = counts.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")


def _ordering(commands: "argparse._SubParsersAction[CommandParser]") -> None:
    command = commands.add_parser("command", help="给屏幕下命令 · a command to screens")
    command.add_argument("op", choices=OPS)
    command.add_argument("arguments", nargs="*", metavar="NAME=VALUE",
                         help="percent=60（volume、brightness），on=true（blackout、filler），"
                              "epoch=… first=1 last=200（resend）")  # fmt: skip
    command.add_argument("--to", action="append", required=True, metavar="AIM")
    command.add_argument("--by", metavar="NAME", help="谁下的命令 · who asks for it")
    command.add_argument("--valid", type=float, default=120.0, metavar="S", help="有效期，最多 300 秒 · at most 300")
    command.add_argument("--wait", type=float, default=10.0, metavar="S", help="等回复 · for replies")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit code: 0 done, 1 fault, 2 bad input, 130 interrupted."""
    if arguments is None:
        begin_in_utf8()
    open_output()
    with plain_output():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    lasts = options.command_name in ("trial", "serve", "collect")
    logging.basicConfig(
        level=logging.INFO if lasts else logging.ERROR,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        handlers=[LogHandler()],
    )
    try:
        code = _run(options)
        sys.stdout.flush()
        return code
    except BadInput as bad:
        for complaint in bad.complaints:
            print(f"{printable(complaint.where)}\n    {complaint.problem.zh}。{complaint.cure.zh}。\n"
                  f"    {complaint.problem.en}. {complaint.cure.en}.", file=sys.stderr)  # fmt: skip
        return 2
    except WuzhaError as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if not lasts:
            print("\n已中断 · interrupted", file=sys.stderr)
        return 0 if lasts else INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, DatabaseError) as error:  # a full disk, a folder or database that cannot be used
        if isinstance(error, DatabaseError) and type(error) not in (DatabaseError, OperationalError):
            raise  # its other subclasses are faults of ours; "not a database" comes as the bare class
        home, name = options.home.absolute(), getattr(error, "filename", None)
        way = in_the_way(Path(name), home=home) if isinstance(name, str) and name else None
        for path in (home / "db.sqlite3", home / "office.lock"):
            way = way or in_the_way(path, writes=True)
        zh = in_chinese(error) if isinstance(error, OSError) else "数据库出错"
        print(f"文件、磁盘或数据库用不了：{way.zh if way else zh}\n"
              f"a file, the disk or the database fails: {way.en if way else error}", file=sys.stderr)  # fmt: skip
        return 1


def _run(options: argparse.Namespace) -> int:
    place = Place(options.home.absolute())
    if options.command_name == "keys" and options.action == "init":
        found(place)
    if options.database and urlsplit(options.database).password:
        problem = Words("地址里有密码，别人看得到命令行", "has a password in it, and everybody sees a command line")
        cure = Words("写到 ~/.pgpass 或 office.toml 里", "put it into ~/.pgpass or office.toml")
        raise BadInput((Complaint("--database", problem, cure),))
    if options.command_name != "trial":  # its home is another one, made afresh
        open_office(place, url=options.database)
    command = importlib.import_module(f"office.commands.{options.command_name}")
    return int(command.main(options, place))


if __name__ == "__main__":
    sys.exit(main())
