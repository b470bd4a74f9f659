"""`doctor` makes its page on any machine, however little works there."""

import datetime as dt
import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from player.claim import claim
from player.keeper import Kept
from player.uplink.loss_note import Loss
from player.uplink.writer import LEDGER, Writer
from player.watch.health import NAME, Health, health_bytes
from tests.player.commands.conftest import Wuzha
from tests.player.uplink.test_writer import at
from tests.ports import free_port

pytestmark = pytest.mark.slow

SUBJECTS = {
    "display", "sound", "clock", "disk", "media", "playlists", "workers", "watch", "ledger", "broker", "trust",
    "orders", "versions", "calendar",
}  # fmt: skip


TECHNICAL = re.compile(
    r"wuzha-player( \w+)?( --\w+)?|timedatectl set-ntp true|date -s '[^']+'|chown -R \S+|mqtt://\S+?(?=：)"
    r"|(?:[\w.-]*/)+[\w. -]*|[\w-]+(?: - 副本)?(?:\.[a-z0-9]+)+|until = \S+|\.toml"
)
"""Commands, addresses, files, and the line of a playlist as it should read."""
KNOWN_WORDS = frozenset(
    ("GB", "MB", "HDMI", "LED", "UTF-8", "GBK", "ANSI", "TOML", "Asia/Shanghai", "wuzha", "Python", "linux", "x86_64")
)


def english_in(line: str) -> list[str]:
    words = re.findall(r"[A-Za-z][\w/-]*", TECHNICAL.sub("", line))
    return [f"{word}: {line}" for word in words if word not in KNOWN_WORDS]


def test_the_page_has_every_subject(wuzha: Wuzha) -> None:
    done = wuzha("doctor", "--json")
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert page.keys() == SUBJECTS
    assert all(row["says"] and row["says_en"] for row in page.values())
    assert page["media"]["admitted"] == 2


def test_no_display_no_sound_and_no_state_folder_are_three_sentences(wuzha: Wuzha, house: Path) -> None:
    (house / "var").write_text("in the way", encoding="utf-8")
    done = wuzha("doctor", SDL_AUDIODRIVER="alsa", AUDIODEV="/dev/null/none")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "[注意] 显示" in done.stdout
    assert "[注意] 磁盘" in done.stdout


def test_no_window_is_opened_while_a_player_runs(wuzha: Wuzha, house: Path) -> None:
    state = house / "var" / "player"
    lock = claim(state)
    assert lock is not None
    try:
        health = Health(at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), present="direct", screen="black", restarts=2)
        (state / NAME).write_bytes(health_bytes(health))
        page = json.loads(wuzha("doctor", "--json").stdout)
    finally:
        os.close(lock)
    assert page["display"]["present"] == "direct"
    assert page["display"]["says_en"].endswith("no second window is opened")
    assert not page["watch"]["ok"]
    assert (page["watch"]["screen"], page["watch"]["restarts"]) == ("black", 2)


def test_whoever_stands_before_a_machine_with_ten_things_wrong_is_told_what_to_do_about_each(
    wuzha: Wuzha, house: Path
) -> None:
    playlists, posters, state = house / "playlists", house / "media" / "posters", house / "var" / "player"
    good = (posters / "1.png").read_bytes()
    (posters / "3.png").write_bytes(good[:60])
    (posters / "1 - 副本.png").write_bytes(good)
    (playlists / "早间.toml").write_bytes('title = "早间"\n[[item]]\nmedia = "posters/*.png"\n'.encode("gbk"))
    (playlists / "晚间.toml.txt").write_text('[[item]]\nmedia = "posters/*.png"\n', encoding="utf-8")
    (playlists / "国庆.toml").write_text('until = 2026/10/7\n[[item]]\nmedia = "posters/*.png"\n', encoding="utf-8")
    exam = '[[quiet]]\nname = "高考"\ndates = ["2020-06-07..2020-06-10"]\n'
    (playlists / "calendar.toml").write_text(exam, encoding="utf-8")
    state.mkdir(parents=True)
    (state / LEDGER).write_bytes(b"garbage" * 1000)
    health = Health(
        at=dt.datetime(2026, 11, 30, tzinfo=dt.UTC), present="direct", screen="black", restarts=3, last_end="signal 11"
    )
    (state / NAME).write_bytes(health_bytes(health))
    with (house / "kiosk_config.toml").open("a", encoding="utf-8") as config:
        config.write(
            '[office]\nbroker = "mqtt://127.0.0.1:1"\nhttp = "http://127.0.0.1:1"\n[trust]\nroot = "root.json"\n'
        )
    done = wuzha("doctor", SDL_AUDIODRIVER="alsa", AUDIODEV="/dev/null/none")
    assert done.returncode == 0, done.stderr
    wrong = {line[5:].partition("：")[0]: line for line in done.stdout.splitlines() if line.startswith("[注意]")}
    for subject, to_do in (
        ("显示", "检查显示器的电源和视频线"),
        ("声音", "请看音箱或功放是否通电"),
        ("时钟", "请插好网线（或连上无线网）"),
        ("时钟", "告诉管理员"),
        ("素材", "1 - 副本.png：从名字看是 posters/1.png 的副本，没有采用；两个都要就给它另起一个名字，不要就删掉"),
        ("素材", "请重新复制"),
        ("播放表", "晚间.toml.txt：名字不以 .toml 结尾，不会生效；改名为 晚间.toml"),
        ("播放表", "把第 1 行改成 until = 2026-10-07"),
        ("播放表", "“编码”选 UTF-8，文件名不改"),
        ("日历", "在 playlists/calendar.toml 里写上"),
        ("自检", "请看显示器是否断电"),
        ("自检", "最近一次是程序崩溃"),
        ("台账", "请不要删"),
        ("消息服务器", "请管理端看看服务是否启动"),
        ("签名信任", "登记文件夹重新复制过来"),
    ):
        assert to_do in wrong.get(subject, ""), (subject, done.stdout)
    sentences = [line for line in done.stdout.splitlines() if line.startswith("[")]
    complaints = map(json.loads, wuzha("check", "--json").stdout.splitlines())
    sentences += [told for each in complaints for told in (each["problem"], each["cure"])]
    assert [found for line in sentences if (found := english_in(line))] == []


def test_the_office_of_the_last_run_is_the_one_that_is_asked_about(wuzha: Wuzha, house: Path) -> None:
    enrolment, state = house / "登记", house / "var" / "player"
    enrolment.mkdir()
    told = f'screen = "sq-test"\nbroker = "mqtt://127.0.0.1:{free_port()}"\n'
    (enrolment / "office.toml").write_text(told, encoding="utf-8")
    (enrolment / "password").write_text("geheim", encoding="utf-8")
    (enrolment / "root.json").write_text("{}", encoding="utf-8")
    state.mkdir(parents=True)
    kept = Kept(saved_at=dt.datetime.now(dt.UTC), enrolment=str(enrolment))
    (state / "rotation.json").write_bytes(msgspec.json.encode(kept))
    page = json.loads(wuzha("doctor", "--json").stdout)
    assert "127.0.0.1" in page["broker"]["says"]
    assert page["trust"]["says"] == "还没有验证过任何发布"


def test_records_that_are_not_on_the_disk_yet_are_told_by_doctor(wuzha: Wuzha, house: Path) -> None:
    state = house / "var" / "player"
    writer = Writer(state / "ledger.db", "sq-test", "boot")
    writer.open(at())
    loss = Loss(records=7, first="2026-11-30T08:00:00.000+08:00", last="2026-11-30T09:00:00.000+08:00")
    assert writer.note_loss(loss)
    writer.abandon()
    told = json.loads(wuzha("doctor", "--json").stdout)["ledger"]
    assert (told["ok"], told["unwritten"]) == (False, 7)
    assert "有 7 条记录还没写进磁盘（2026-11-30 08:00:00 至 2026-11-30 09:00:00）" in told["says"]
    assert "另存" not in told["says"], "nothing is broken"


def test_a_state_folder_that_cannot_be_written_is_told_by_doctor_and_check(wuzha: Wuzha, house: Path) -> None:
    (house / "var").write_text("in the way", encoding="utf-8")
    told = json.loads(wuzha("doctor", "--json").stdout)["disk"]
    assert not told["ok"]
    assert "请改名或移走" in told["says"]
    assert "腾出空间" not in told["says"]
    checked = wuzha("check").stdout
    assert "请改名或移走" in checked
    assert "没有发现问题" not in checked
