"""The office's command line, as people and scripts use it."""

import csv
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from office.cli import main
from office.place import Place, found
from signage.messages import PublicationState, ScreenState, Trouble
from tests.brokers import wait_until
from tests.office.people import AT, PASSPHRASES, POSTER
from tests.office.people import campaign as fake_campaign
from tests.ports import free_port

campaign = partial(fake_campaign, poster=POSTER)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database: None, keyed: Place, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in the keyed home, whose broker is not there; gives code, output and complaints."""
    text = keyed.settings_file.read_text()
    keyed.settings_file.write_text(text.replace("127.0.0.1:1883", f"127.0.0.1:{free_port()}"))

    def one(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([*map(str, words), "--home", str(keyed.home)])
        out, err = capfd.readouterr()
        return code, out, err

    return one


@pytest.fixture
def signs(tmp_path: Path) -> tuple[str, ...]:
    """What a push needs to be signed without a terminal."""
    for person in ("zhang", "li", "guan"):
        (tmp_path / person).write_text(PASSPHRASES[person] + "\n")
    return ("--passphrase-file-author", str(tmp_path / "zhang"), "--passphrase-file-approver", str(tmp_path / "li"))


def shown_on(screen: str, publication: int, *, key: int = 1, step: str = "shown") -> None:
    from office.models import Receipt

    Receipt.objects.create(id=key, screen_id=screen, publication=publication, step=step, at=AT)


@pytest.mark.slow
def test_a_push_says_what_changes_publishes_and_waits_for_nobody_when_told_so(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    from office.models import Publication

    run("enroll", "sq-led1", "--title", "广场", "--site", "广场", "--kind", "square")
    folder = campaign(tmp_path / "six-rules")

    code, out, _ = run("push", folder, "--to", "kind:square", "--dry-run")
    assert code == 0
    assert "sq-led1 广场：新增 new，+main，下载 fetches 2（142 B）" in out
    assert not Publication.objects.exists()

    code, out, _ = run("push", folder, "--to", "kind:square", "--wait", "0", *signs)
    assert code == 0
    assert "published 1 (six-rules), signed by zhang and li" in out
    assert "screens will find out by themselves" in out

    code, out, _ = run("receipts", "--json")
    assert (code, json.loads(out)["screen"], json.loads(out)["shown"]) == (0, "sq-led1", False)


@pytest.mark.slow
def test_a_push_follows_its_receipts_until_every_screen_shows_it(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    from django.db import connection

    from office.models import Publication

    def screen() -> None:
        wait_until(Publication.objects.filter(number=1).exists, "a publication to show")
        shown_on("sq-led1", 1)
        connection.close()

    run("enroll", "sq-led1")
    shows = threading.Thread(target=screen)
    shows.start()
    code, out, err = run("push", campaign(tmp_path / "six-rules"), "--to", "all", "--wait", "50", *signs)
    shows.join()

    assert code == 0
    assert re.search(rf"sq-led1 .*已上屏 on screen +{AT.astimezone(ZoneInfo('Asia/Shanghai')):%m-%d %H:%M:%S}", out)
    assert "1/1" in err


@pytest.mark.slow
def test_a_push_that_not_every_screen_shows_in_time_ends_with_1_and_says_who(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    run("enroll", "sq-led1")
    code, out, _ = run("push", campaign(tmp_path / "six-rules"), "--to", "all", "--wait", "0.1", *signs)

    assert code == 1
    assert re.search(r"sq-led1 .*还没有消息 no word yet", out)
    assert "还缺 missing: sq-led1" in run("receipts", 1)[1]
    assert "已就绪" not in out


def says(screen: str, *coming: PublicationState) -> None:
    """A screen that is online says what is on its way to it."""
    from office.models import Screen

    state = msgspec.to_builtins(ScreenState(conn=1, at=AT.isoformat(), clock="ntp", coming=coming))
    now = dt.datetime.now(dt.UTC)
    Screen.objects.filter(id=screen).update(status="online", status_at=now, state=state, state_at=now)


def staged(prospect: str, zh: str, en: str) -> PublicationState:
    return PublicationState(number=1, step="staged", why=Trouble(zh=zh, en=en), prospect=prospect)


def test_a_staged_publication_is_promised_nothing_beyond_what_its_screen_says(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    for screen in ("sq-led1", "sq-led2"):
        run("enroll", screen)
    run("push", campaign(tmp_path / "six-rules"), "--to", "all", "--wait", "0", *signs)
    shown_on("sq-led1", 1, step="staged")
    shown_on("sq-led2", 1, key=2, step="staged")
    assert "正在播的一条放完之后换上" in run("receipts", 1)[1]

    says("sq-led1", staged("never", "永远不会播：until 已经过了", "it never plays: its until is over"))
    says("sq-led2", staged("never", "永远不会播：until 已经过了", "it never plays: its until is over"))
    code, out, _ = run("receipts", 1)
    assert code == 0
    assert "✕ 已发布，但哪里都不会播 plays nowhere" in out
    assert "已就绪，但永远不会播 never plays" in out
    assert "sq-led1、sq-led2：永远不会播：until 已经过了" in out
    assert "换上" not in out
    assert "it never plays" in json.loads(run("receipts", 1, "--json")[1].splitlines()[0])["why"]

    says("sq-led2", staged("waits", "2026-12-01 周二 00:00 起上屏", "it comes on at 2026-12-01 00:00"))
    code, out, _ = run("screens")
    assert re.search(r"sq-led2 .*发布 1：2026-12-01 周二 00:00 起上屏", out)
    told = [json.loads(line) for line in run("screens", "--json")[1].splitlines()]
    assert [(each["publications"], each["coming"][0]["prospect"]) for each in told] == [([], "never"), ([], "waits")]


@pytest.mark.slow
def test_a_push_does_not_wait_for_what_its_screens_say_will_not_come_now(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    from django.db import connection

    from office.models import Publication

    def screen() -> None:
        wait_until(Publication.objects.filter(number=1).exists, "a publication to stage")
        says("sq-led1", staged("held", "屏幕按命令黑屏", "the screen is blacked out"))
        connection.close()

    run("enroll", "sq-led1")
    stages = threading.Thread(target=screen)
    stages.start()
    code, out, _ = run("push", campaign(tmp_path / "six-rules"), "--to", "all", "--wait", "3600", *signs)
    stages.join()
    assert code == 1
    assert "sq-led1：屏幕按命令黑屏" in out


def test_what_every_screen_refuses_is_red(run: Run, signs: tuple[str, ...], tmp_path: Path) -> None:
    for screen in ("sq-led1", "sq-led2"):
        run("enroll", screen)
    run("push", campaign(tmp_path / "six-rules"), "--to", "all", "--wait", "0", *signs)
    shown_on("sq-led1", 1, step="refused")
    assert "▲ 已发布，有屏幕拒绝 refused by some" in run("receipts", 1)[1]
    shown_on("sq-led2", 1, key=2, step="refused")
    assert "✕ 屏幕全部拒绝 refused by all" in run("receipts", 1)[1]


def test_a_broken_folder_is_refused_with_2_before_anybody_is_asked_to_sign(run: Run, tmp_path: Path) -> None:
    from office.models import Publication

    run("enroll", "sq-led1")
    code, _, err = run("push", campaign(tmp_path / "x", text='[[item]]\nmedia = "none.png"\n'), "--to", "all")

    assert code == 2
    assert "matches no file that can be shown" in err
    assert not Publication.objects.exists()


def test_a_folders_name_makes_no_line_of_its_own(run: Run, tmp_path: Path) -> None:
    run("enroll", "sq-led1")
    code, _, err = run("push", campaign(tmp_path / "x\nok, published 7"), "--to", "all")

    assert code == 2
    assert not [line for line in err.splitlines() if line.startswith("ok")]
    assert "名字里有控制字符" in err


def test_nobody_signs_without_a_terminal_or_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    run("enroll", "sq-led1")
    code, _, err = run("push", campaign(tmp_path / "x"), "--to", "all")

    assert code == 1
    assert "there is no terminal to ask for zhang" in err


def test_a_wrong_passphrase_publishes_nothing_and_stands_in_no_message(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    from office.models import Publication

    run("enroll", "sq-led1")
    (tmp_path / "li").write_text("not the passphrase of li")
    code, out, err = run("push", campaign(tmp_path / "x"), "--to", "all", *signs)

    assert code == 1
    assert "li's approver key does not open" in err
    assert "not the passphrase" not in out + err
    assert not Publication.objects.exists()


@pytest.mark.slow
def test_withdrawn_is_followed_until_it_is_off_every_screen(run: Run, signs: tuple[str, ...], tmp_path: Path) -> None:
    run("enroll", "sq-led1")
    run("push", campaign(tmp_path / "x"), "--to", "all", "--wait", "0", *signs)
    shown_on("sq-led1", 1)
    assert run("withdraw", 1, "--wait", "0.1")[0] == 1

    shown_on("sq-led1", 1, key=2, step="withdrawn")
    code, _, err = run("withdraw", 1)
    assert code == 1
    assert "there is no publication 1 on any screen" in err
    assert "已撤下" in run("receipts", 1)[1]


def test_what_is_withdrawn_while_it_is_staged_is_not_promised_to_come_on(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    for screen in ("sq-led1", "sq-led2"):
        run("enroll", screen)
    run("push", campaign(tmp_path / "x"), "--to", "all", "--wait", "0", *signs)
    shown_on("sq-led1", 1, step="staged")
    code, out, _ = run("withdraw", 1, "--wait", "0.1")
    assert code == 1, "it may come on until the screen has heard"
    assert "换上" not in out
    assert "sq-led1：已就绪，还没有收到撤回" in out
    assert "等待撤下" in out

    shown_on("sq-led1", 1, key=2, step="withdrawn")
    code, out, _ = run("receipts", 1)
    assert "已撤下" in out
    assert "还没有收到撤回" not in out


@pytest.mark.slow
def test_keys_are_made_listed_and_taken_away(run: Run, signs: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "wang").write_text("wang has a long phrase")
    made = run("keys", "--person", "wang", "--role", "author", "--passphrase-file", tmp_path / "wang",
               "--root-passphrase-file", tmp_path / "guan")  # fmt: skip
    assert made[0] == 0
    bad = run("keys", "--person", "../wang", "--role", "author", "--passphrase-file", tmp_path / "wang",
              "--root-passphrase-file", tmp_path / "guan")  # fmt: skip
    assert (bad[0], "may have letters" in bad[2]) == (1, True)
    assert re.search(r"wang\s+author\s+[0-9a-f]{16}", run("keys", "list")[1])

    assert run("keys", "--remove", "wang", "--root-passphrase-file", tmp_path / "guan")[0] == 0
    assert "wang" not in run("keys", "list")[1]

    assert run("keys", "sign", *signs)[0] == 0
    listed = run("keys", "list")[1]
    assert re.search(r"targets v1 → \d{4}", listed)
    assert "the audit log holds" in listed


def test_the_only_approver_is_not_taken_away_before_somebody_meant_it(run: Run, tmp_path: Path, signs: object) -> None:
    root = ("--root-passphrase-file", tmp_path / "guan")
    for person, role in (("li", "approver"), ("zhang", "author")):
        code, _, err = run("keys", "--remove", person, *root)
        assert code == 2
        assert f"{person} is the only {role}" in err
        assert "--yes" in err
        assert person in run("keys", "list")[1]

    assert run("keys", "--remove", "li", *root, "--yes")[0] == 0
    assert "li " not in run("keys", "list")[1]


def test_at_a_terminal_the_question_is_asked_and_only_yes_is_yes(
    run: Run, tmp_path: Path, signs: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed, code in (("\n", 2), ("no\n", 2), ("", 2), ("yes\n", 0)):
        terminal = io.StringIO(typed)
        terminal.isatty = lambda: True  # type: ignore[method-assign]
        monkeypatch.setattr("sys.stdin", terminal)
        assert run("keys", "--remove", "li", "--root-passphrase-file", tmp_path / "guan")[0] == code


def test_who_replaces_a_key_is_told_what_has_to_be_signed_again(
    run: Run, signs: tuple[str, ...], tmp_path: Path, keyed: Place
) -> None:
    from office.publishing.publish import open_signers, sign_again

    root = ("--root-passphrase-file", tmp_path / "guan")
    sign_again(keyed, open_signers(keyed, ("zhang", PASSPHRASES["zhang"]), ("li", PASSPHRASES["li"])), AT)
    assert "sign again" not in run("keys", "list")[1]

    keyed.online_passphrase.unlink()
    code, _, err = run("enroll", "sq-led1")
    assert (code, "wuzha-office keys online" in err) == (1, True)
    code, out, _ = run("keys", "online", *root)
    assert (code, "have two people sign again now" in out) == (0, True)
    code, _, err = run("enroll", "sq-led1")
    assert (code, "the online key was replaced, and two people have to sign again" in err) == (1, True)
    assert "sign again now" in run("keys", "list")[1]

    run("keys", "--remove", "zhang", *root, "--yes")
    (tmp_path / "zhang").write_text("zhang will remember it")
    code, out, _ = run("keys", "--person", "zhang", "--role", "author", "--passphrase-file", tmp_path / "zhang", *root)
    assert (code, "zhang.author.pem.old-1" in out) == (0, True)
    assert "have two people sign again now" in out
    code, out, _ = run("keys", "online", *root, *signs)
    assert (code, "sign again" in out) == (0, False), "in one go, when both signers are there"


def test_what_becomes_of_a_screens_password_is_said_every_time(run: Run, tmp_path: Path, keyed: Place) -> None:
    code, out, _ = run("enroll", "sq-led1", "--out", tmp_path / "one")
    assert (code, "with a new password" in out, "systemctl reload mosquitto" in out) == (0, True, True)

    code, out, _ = run("enroll", "sq-led1", "--tag", "x")
    assert (code, "no files were written" in out, "--new-password" in out) == (0, True, True)
    assert "reload mosquitto" not in out
    code, out, _ = run("enroll", "sq-led1", "--tag", "y", "--out", tmp_path / "two")
    assert (code, f"{tmp_path / 'two'} holds no password" in out) == (0, True)
    code, out, _ = run("enroll", "sq-led1", "--tag", "z", "--out", tmp_path / "one")
    assert (code, "its password is the same" in out) == (0, True)
    assert run("enroll", "sq-led1")[0] == 1, "nothing was said of it, and no files can be written"

    old = (tmp_path / "one" / "password").read_text()
    code, out, _ = run("enroll", "sq-led1", "--out", tmp_path / "one", "--new-password")
    assert (code, "with a new password" in out) == (0, True)
    assert (tmp_path / "one" / "password").read_text() != old


def test_a_clock_that_is_hardly_right_signs_nothing_unless_somebody_vouches_for_it(
    run: Run, signs: tuple[str, ...], tmp_path: Path, keyed: Place
) -> None:
    from office import audit
    from office.models import AuditEntry, Screen

    run("enroll", "sq-led1")
    audit.note("zhang", "sign", {}, AT + dt.timedelta(days=3650))  # as seen from there, the clock of now was set back
    known = AuditEntry.objects.count()
    root = ("--root-passphrase-file", tmp_path / "guan")
    for words in (
        ("push", campaign(tmp_path / "x"), "--to", "all", "--wait", "0", *signs),
        ("withdraw", "1"),
        ("enroll", "sq-led2"),
        ("enroll", "sq-led1", "--revoke"),
        ("command", "blackout", "on", "--to", "all"),
        ("keys", "sign", *signs),
        ("keys", "renew", *root),
        ("keys", "online", *root),
        ("keys", "--remove", "zhang", "--yes", *root),
    ):
        code, _, err = run(*words)
        assert (code, "--clock-is-right" in err) == (2, True), words
    assert (AuditEntry.objects.count(), Screen.objects.count()) == (known, 1)
    assert run("push", tmp_path / "x", "--to", "all", "--dry-run")[0] == 0, "nothing is signed by that"
    assert "本机时钟是" in run("keys", "list")[1]

    assert run("enroll", "sq-led2", "--clock-is-right")[0] == 0
    assert run("enroll", "sq-led3")[0] == 0, "who vouched for it once is not asked again"


def test_a_home_that_came_back_with_another_owner_is_said_to_be_that(
    keyed: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.file_access import in_the_way
    from tests.office.trusting.stranger import NOBODY, as_somebody_else

    with as_somebody_else(keyed) as place:
        for path in (place.settings_file, place.home):
            os.chown(path, 0, 0)
            path.chmod(0o600)
            os.seteuid(NOBODY)
            assert main(["keys", "list", "--home", str(place.home)]) == 1
            err = capfd.readouterr().err
            assert f"{path} belongs to root" in err
            assert f"chown nobody {path}" in err
            os.seteuid(0)
            path.chmod(0o700)
            os.chown(path, NOBODY, NOBODY)
        database = place.home / "db.sqlite3"
        database.touch(0o644)
        os.seteuid(NOBODY)
        assert in_the_way(database) is None
        way = in_the_way(database, writes=True)
        assert way is not None
        assert f"{database} belongs to root" in way.en, "it can be read, and not be written"


def test_screens_are_listed_with_what_they_last_said(run: Run) -> None:
    from office.models import Screen

    run("enroll", "sq-led1", "--site", "广场", "--tag", "big", "--village", "石桥村")
    state = {"v": 1, "conn": 1, "at": AT.isoformat(), "clock": "ntp", "publications": [3],
             "zones": [{"zone": "main", "playlist": "main", "name": "posters/a.png\x1b[2J"}]}  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    Screen.objects.filter(id="sq-led1").update(status="online", status_at=now, state=state, state_at=now)

    code, out, _ = run("screens")
    assert code == 0
    assert re.search(r"sq-led1 .*在线 online .*main: posters/a.png", out)
    assert "\x1b" not in out

    told = json.loads(run("screens", "--json")[1])
    assert (told["status"], told["publications"], told["tags"], told["village"]) == ("online", [3], ["big"], "石桥村")


def test_the_table_and_json_give_one_answer_on_who_is_there(run: Run) -> None:
    from office.models import CollectorBeat, Screen

    run("enroll", "sq-led1")
    now = dt.datetime.now(dt.UTC)
    late = now - dt.timedelta(minutes=5)
    Screen.objects.filter(id="sq-led1").update(status="online", status_at=late, state_at=late)
    CollectorBeat.objects.create(name="a", since=late, beat_at=now)
    told = json.loads(run("screens", "--json")[1])
    assert (told["status"], told["online"], told["office_hears"]) == ("silent", False, True)
    assert "没有回音" in run("screens")[1]
    CollectorBeat.objects.update(beat_at=late)
    code, out, err = run("screens", "--json")
    told = json.loads(out)
    assert (code, told["status"], told["online"], told["office_hears"]) == (0, "unknown", False, False)
    assert "管理端自己" in err
    assert "管理端自己" in run("screens")[1]
    assert "没有回音" not in run("screens")[1]


def test_screens_says_which_alarms_are_open(run: Run) -> None:
    from office.models import Alarm

    run("enroll", "sq-led1")
    assert "报警" not in run("screens")[1]
    for kind, closed_at in (("clone", None), ("gap", AT)):
        Alarm.objects.create(
            screen_id="sq-led1", kind=kind, key="", zh="同一身份\x1b[2J", en="two machines", first_at=AT, last_at=AT,
            closed_at=closed_at,
        )  # fmt: skip
    out = run("screens")[1]
    assert "报警 alarms (1)" in out
    assert re.search(r"sq-led1 .*\b1 +同一身份", out)
    assert "\x1b" not in out
    [alarm] = json.loads(run("screens", "--json")[1])["alarms"]
    assert (alarm["kind"], alarm["en"]) == ("clone", "two machines")


def test_an_alarm_is_closed_by_somebody_who_says_what_was_done(run: Run) -> None:
    from office.audit import first_break
    from office.models import Alarm, AuditEntry

    run("enroll", "sq-led1")
    made = [
        Alarm.objects.create(
            screen_id=screen, kind="clone", key="", zh="同一身份\x1b[2J", en="twice", first_at=AT, last_at=AT
        )
        for screen in ("sq-led1", "sq-led2")
    ]
    one, two = (alarm.pk for alarm in made)
    assert "\x1b" not in run("alarms")[1]
    assert [json.loads(line)["alarm"] for line in run("alarms", "--json")[1].splitlines()] == [one, two]
    assert [json.loads(line)["alarm"] for line in run("alarms", "--json", "--screen", "sq-led2")[1].splitlines()] == [
        two
    ]

    assert run("alarms", "--close", one)[0] == 2, "without a reason"
    assert run("alarms", "--close", one, "--why", "换了主机", "--json")[0] == 2
    assert run("alarms", "--why", "换了主机")[0] == 2
    assert run("alarms", "--close", 10**30, "--why", "换了主机")[0] == 1
    code, _, err = run("alarms", "--close", one, 999, "--why", "换了主机")
    assert code == 1
    assert "999" in err
    assert not Alarm.objects.exclude(closed_at=None).exists()

    code, out, _ = run("alarms", "--close", one, "--why", " 换了主机 ", "--by", "zhang")
    assert code == 0
    assert "closed" in out
    assert "\x1b" not in out
    assert [json.loads(line)["alarm"] for line in run("alarms", "--json")[1].splitlines()] == [two]
    told = [json.loads(line) for line in run("alarms", "--json", "--all")[1].splitlines()]
    assert [(each["closed_by"], each["why"]) for each in told] == [("zhang", "换了主机"), ("", "")]
    assert "zhang 换了主机" in run("alarms", "--all")[1]
    assert run("alarms", "--screen", "sq-nix")[0] == 2
    entry = AuditEntry.objects.get(what="close_alarm")
    assert (entry.who, json.loads(entry.about)["alarm"], json.loads(entry.about)["why"]) == ("zhang", one, "换了主机")
    assert first_break() is None
    assert run("alarms", "--close", one, "--why", "再关一次")[0] == 1

    run("alarms", "--close", two, "--why", "误报")
    assert "没有报警" in run("alarms")[1]


def test_a_command_that_no_broker_takes_fails(run: Run) -> None:
    run("enroll", "sq-led1")

    code, _, err = run("command", "volume", "60", "--to", "all", "--wait", "0")
    assert code == 1
    assert "the broker did not take it" in err
    assert run("command", "volume", "600", "--to", "all")[0] == 2
    assert run("command", "next", "--to", "tag:none")[0] == 2


def played(screen: str, count: int, title: str = "") -> None:
    from office.models import LedgerEpoch, LedgerRun, Play, Shown
    from office.numbering import key_of

    epoch = LedgerEpoch.objects.create(screen_id=screen, name="0123456789abcdef", heard_at=AT, head=b"", oldest=3)
    LedgerRun.objects.create(epoch=epoch, first=0, last=0, before=b"", after=b"")
    LedgerRun.objects.create(epoch=epoch, first=3, last=2 + count, before=b"", after=b"")
    shown = Shown.objects.create(
        key="k", zone="main", rank="normal", playlist="=main", playlist_sha256="", publication=3, item=1, shows="image",
        media="posters/a.png", sha256="00", card="", title=title,
    )  # fmt: skip
    for n in range(count):
        Play.objects.create(
            id=key_of(epoch.pk, 3 + n), epoch=epoch, shown=shown, at_ms=1_780_000_000_000 + n, day=20260606, hour=8,
            outcome=n % 2, believed=True, actual_ms=1500,
        )  # fmt: skip


def test_counts_are_told_with_what_is_missing_from_them(run: Run) -> None:
    run("enroll", "sq-led1")
    played("sq-led1", 4)

    code, out, err = run("counts", "--by", "screen")
    assert code == 0
    assert re.search(r"sq-led1\s+4\s+2\s+2\s+0\s+6\.0\s+0", out)
    assert "records 1–2 are lost" in err

    told = json.loads(run("counts", "--by", "media", "--json", "--from", "2026-06-06", "--to", "2026-06-06")[1])
    assert (told["media"], told["plays"]) == ("posters/a.png", 4)
    assert run("counts", "--json", "--from", "2026-06-07")[1] == ""
    assert run("counts", "--from", "yesterday")[0] == 2
    assert run("counts", "--from", "2026-06-07", "--to", "2026-06-06")[0] == 2
    code, _, err = run("counts", "--screen", "sq-nix")
    assert (code, "sq-led1" in err) == (2, True)
    assert run("export", "--screen", "sq-nix")[0] == 2


def test_an_export_holds_every_play_and_no_formula(run: Run, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    run("enroll", "sq-led1", "--title", "文化广场")
    played("sq-led1", 3, title="六个一律")

    code, out, err = run("export")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert code == 0
    assert [row["编号"] for row in rows] == ["3", "4", "5"]
    assert {row["播放表"] for row in rows} == {"'=main"}
    assert {(row["屏幕名称"], row["文字"]) for row in rows} == {("文化广场", "六个一律")}
    assert rows[0]["开始时间"] == "2026-05-29T04:26:40.000+08:00", "as the clock on the square has it"
    assert (rows[0]["日期"], rows[0]["时间"]) == ("2026-06-06", "04:26:40")
    assert {(row["级别"], row["类型"]) for row in rows} == {("普通", "图片")}
    assert [(row["结果"], row["时钟可信"]) for row in rows] == [("完整", "是"), ("中断", "是"), ("完整", "是")]
    assert "3 plays, 2 ledger records are missing" in err

    assert run("export", "--out", tmp_path / "plays.xlsx")[0] == 0
    book = load_workbook(tmp_path / "plays.xlsx", read_only=True)
    heads, first, *_ = book.worksheets[0].iter_rows(values_only=True)
    found = dict(zip(heads, first, strict=True))
    assert (found["日期"].date(), found["时间"]) == (dt.date(2026, 6, 6), dt.time(4, 26, 40)), "as Excel has them"
    assert sum(1 for _ in book.worksheets[0].iter_rows()) == 4
    book.close()
    assert run("export", "--out", tmp_path / "plays.doc")[0] == 2


@pytest.mark.parametrize("form", ["csv", "xlsx", "XLSX"])
def test_a_disk_that_takes_nothing_is_told_in_a_sentence(run: Run, tmp_path: Path, form: str) -> None:
    # A table for Excel is written beside its name first.
    (tmp_path / (f"plays.{form}" if form == "csv" else f".plays.{form}.part")).symlink_to("/dev/full")

    code, _, err = run("export", "--out", tmp_path / f"plays.{form}")
    assert code == 1
    assert "文件、磁盘或数据库用不了" in err


def test_an_export_says_beforehand_where_it_cannot_be_written_and_takes_any_case(run: Run, tmp_path: Path) -> None:
    gone, form = "没有文件夹", "以 .csv 或 .xlsx 结尾"
    for out, says in (("gone/plays.xlsx", gone), ("gone/plays.csv", gone), ("plays.xls", form), ("plays", form),
                      ("folder.csv", "是文件夹")):  # fmt: skip
        (tmp_path / "folder.csv").mkdir(exist_ok=True)
        code, _, err = run("export", "--out", tmp_path / out)
        assert (code, says in err) == (2, True), err
    for name in ("plays.XLSX", "plays.Csv"):
        assert run("export", "--out", tmp_path / name)[0] == 0
        assert (tmp_path / name).stat().st_size > 0


def test_a_database_that_takes_nothing_is_told_in_a_sentence(run: Run) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
    try:
        code, _, err = run("enroll", "sq-led1")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = 0")
    assert (code, "readonly database" in err) == (1, True)


@pytest.mark.slow
def test_a_database_that_was_lost_signs_nothing_away(run: Run, signs: tuple[str, ...], keyed: Place) -> None:
    from office.models import AuditEntry
    from office.trusting.repository import head

    run("enroll", "sq-led1")
    assert run("keys", "sign", *signs)[0] == 0
    before = head(keyed)
    AuditEntry.objects.all().delete()
    for words in (("enroll", "sq-led2"), ("enroll", "sq-led1", "--revoke"), ("keys", "sign", *signs), ("keys", "list")):
        code, _, err = run(*words)
        assert (code, "restore its backup" in err) == (1, True), words
    assert head(keyed) == before


@pytest.mark.slow
def test_an_interrupted_push_says_what_became_of_it(
    run: Run, signs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from office.commands import push
    from office.models import Publication

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    run("enroll", "sq-led1")
    folder = campaign(tmp_path / "six-rules")
    with monkeypatch.context() as patch:
        patch.setattr(push, "follow", interrupted)
        code, _, err = run("push", folder, "--to", "all", *signs)
    assert (code, "publication 1 is signed" in err) == (1, True)
    monkeypatch.setattr(push, "read_folder", interrupted)
    code, _, err = run("push", folder, "--to", "all", *signs)
    assert (code, "interrupted" in err) == (130, True)
    assert Publication.objects.count() == 1


def test_only_keys_init_makes_an_office(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for words in (("keys",), ("keys", "list"), ("keys", "--person", "zhang", "--role", "author")):
        assert main([*words, "--home", str(tmp_path / "typo")]) == 1
        assert "还没有管理端" in capfd.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_no_passphrase_is_told_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", ended)
    code, _, err = run("keys", "sign")
    assert (code, "passphrase was not typed" in err) == (1, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('broker = "mqtt://', 'broker = "'),
        ('screens_broker = ""', 'screens_broker = "http://x"'),
        ("Asia/Shanghai", "Asia/Beijing"),
    ],
)
def test_settings_that_cannot_hold_are_refused_by_every_command(run: Run, keyed: Place, old: str, new: str) -> None:
    text = keyed.settings_file.read_text()
    assert old in text
    keyed.settings_file.write_text(text.replace(old, new))
    code, _, err = run("screens")
    assert (code, str(keyed.settings_file) in err) == (2, True)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    found(Place(tmp_path / "office"))
    (tmp_path / "office" / "db.sqlite3").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    words = [sys.executable, "-m", "office", "screens", "--home", str(tmp_path / "office")]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 1
    assert "文件、磁盘或数据库用不了" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_only_this_machine_reaches_is_told_when_a_screen_is_enrolled(run: Run, keyed: Place) -> None:
    assert "only this machine reaches mqtt://127.0.0.1" in run("enroll", "sq-led1")[2]
    text = keyed.settings_file.read_text()
    text = text.replace('screens_broker = ""', 'screens_broker = "mqtts://office.town:8883"')
    keyed.settings_file.write_text(text.replace("http://127.0.0.1", "http://office.town"))
    assert "only this machine" not in run("enroll", "sq-led1")[2]


def test_a_revoked_screen_is_gone_from_the_brokers_passwords(run: Run, keyed: Place) -> None:
    run("enroll", "sq-led1")
    assert run("enroll", "sq-led1", "--revoke")[0] == 0

    assert "sq-led1" not in keyed.broker_passwords.read_text()
    code, _, err = run("enroll", "sq-led1", "--revoke")
    assert (code, "no screen sq-led1 is enrolled" in err) == (1, True)


def test_where_there_is_no_office_a_command_says_so_and_makes_none(
    database: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screens", "--home", str(tmp_path / "none")]) == 1

    assert "there is no office" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_database_password_on_the_command_line_is_refused(run: Run) -> None:
    code, out, err = run("screens", "--database", "postgresql://wuzha:geheim@localhost/wuzha")

    assert code == 2
    assert "everybody sees a command line" in err
    assert "geheim" not in out + err


@pytest.mark.parametrize(
    ("option", "known", "written"),
    [("--village", "石桥村", "石桥"), ("--kind", "village", "vilage"), ("--tag", "重点屏幕", "重点屏")],
)
def test_a_name_near_a_known_one_is_asked_about_before_it_is_new(
    run: Run, monkeypatch: pytest.MonkeyPatch, option: str, known: str, written: str
) -> None:
    from office.models import Screen

    monkeypatch.setattr("sys.stdin", io.StringIO())
    run("enroll", "sq-led1", option, known)
    code, _, err = run("enroll", "sq-led2", option, written)
    assert code == 2
    assert f"是不是 {known}" in err
    assert "--new-names" in err
    assert not Screen.objects.filter(id="sq-led2").exists(), "nothing was entered"

    assert run("enroll", "sq-led2", option, known)[0] == 0
    code, out, _ = run("enroll", "sq-led3", option, written, "--new-names")
    assert code == 0
    assert f"新建 {option[2:]}：{written}" in out


def test_words_entered_at_the_office_are_said_to_come_with_the_next_signature_and_shown_to_who_signs(
    run: Run, tmp_path: Path
) -> None:
    from office.models import Screen

    code, out, _ = run("enroll", "sq-led1", "--variable", 'grid_phone=138 "9"')
    assert code == 0
    assert '[site.variables]\n      grid_phone = "138 \\"9\\""' in out
    assert "两个人签名以后才到屏幕" in out
    assert "wuzha-office keys sign" in out

    folder = campaign(tmp_path / "x", text='[[item]]\ncard = "contact"\ntext = "{grid_phone}"\n')
    push = ("push", folder, "--to", "all", "--dry-run")
    for birth in (None, {"variables": ["village"]}, {"variables": ["village", "grid_phone"]}):
        Screen.objects.update(birth=birth)
        code, out, _ = run(*push)
        assert (code, "▲" in out) == (0, False), "it goes along, whatever the screen has by itself"
        assert '{grid_phone} = 138 "9" → sq-led1' in out
    assert run("enroll", "sq-led1", "--variable", "grid_phone=")[0] == 0
    assert "▲" not in run(*push)[1], "the screen has one of its own"
    Screen.objects.update(birth={"variables": ["village"]})
    code, out, _ = run(*push)
    assert code == 0
    assert "永远不会播：这块屏幕没有填写 {grid_phone}" in out
    assert "▲▲ 这次发布在任何一块屏幕上都永远不会播" in out


def test_words_that_changed_since_they_were_signed_are_told_until_two_sign_them(
    run: Run, signs: tuple[str, ...], tmp_path: Path
) -> None:
    run("enroll", "sq-led1", "--site", "广场", "--variable", "grid_phone=110")
    folder = campaign(tmp_path / "x", text='[[item]]\ncard = "contact"\ntext = "{grid_phone}"\n')
    code, out, _ = run("push", folder, "--to", "all", "--wait", "0", *signs)
    assert code == 0
    assert "{grid_phone} = 110 → sq-led1" in out
    assert "keys sign" not in run("enroll", "sq-led1", "--tag", "big")[1], "nothing is to be signed"

    for enrolled in (("sq-led2", "--site", "广场"), ("sq-led1", "--variable", "grid_phone=119")):
        code, out, _ = run("enroll", *enrolled)
        assert code == 0
        assert "发布 1 里的字卡变量和现在登记的不同" in out
    code, out, _ = run("keys", "sign", *signs)
    assert code == 0
    assert "{grid_phone} = 119 → sq-led1、sq-led2" in out
    assert "keys sign" not in run("enroll", "sq-led1", "--tag", "big")[1]

    run("enroll", "sq-led1", "--variable", "grid_phone=")
    code, out, _ = run("keys", "sign", *signs)
    assert (code, "发布 1 以后不带字卡变量" in out, "签的是" in out) == (0, True, False)


def test_nobody_signs_other_words_than_were_shown_before_the_passphrases(
    run: Run, keyed: Place, signs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from office.commands import keys
    from office.enrolling import Enrolment, enroll
    from office.publishing.publish import Signers, unsigned_words

    run("enroll", "sq-led1", "--variable", "grid_phone=110")
    run("push", fake_campaign(tmp_path / "x", poster=POSTER, text=_ASKS), "--to", "all", "--wait", "0", *signs)
    run("enroll", "sq-led1", "--variable", "grid_phone=119")
    ask = keys.ask_signers
    for action, shown, meanwhile in (("sign", "119", "120"), ("online", "120", "121")):

        def ask_while_others_enter(*asked: Any, said: str = meanwhile) -> Signers:
            enroll(keyed, Enrolment(screen="sq-led1", variables={"grid_phone": said}), None, "guan", AT)
            return ask(*asked)

        monkeypatch.setattr(keys, "ask_signers", ask_while_others_enter)
        code, out, err = run("keys", action, "--root-passphrase-file", tmp_path / "guan", *signs)
        assert (code, f"{{grid_phone}} = {shown} → sq-led1" in out, meanwhile in out) == (0, True, False), err
        texts = [file.read_bytes() for file in keyed.content.iterdir()]
        assert not any(b"[[site]]" in text and meanwhile.encode() in text for text in texts)
        waits = {1: {"sq-led1": {"grid_phone": meanwhile}}}
        assert unsigned_words(keyed).changed == waits, "until somebody was shown it"


def test_words_that_do_not_fit_refuse_the_push_that_asks_for_them_and_nothing_else(
    run: Run, signs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from office.publishing import publish

    run("enroll", "sq-led1", "--variable", "grid_phone=110")
    asks = fake_campaign(tmp_path / "x", poster=POSTER, text=_ASKS)
    push = ("--to", "all", "--wait", "0", *signs)
    assert run("push", asks, *push)[0] == 0
    monkeypatch.setattr(publish, "MAX_FILE_BYTES", 1024)
    code, out, err = run("enroll", "sq-led2", "--variable", f"grid_phone={'诈' * 200}", "--tag", "big")
    assert code == 0, err
    run("enroll", "sq-led3", "--variable", f"grid_phone={'骗' * 200}")
    code, out, err = run("enroll", "sq-led4", "--variable", "grid_phone=110")
    assert (code, "systemctl reload mosquitto" in out) == (0, True), err
    assert "▲ 发布 1 的字卡变量不换，照已签名的：字卡用到的变量，4 块屏幕的一共 2 KiB" in out
    code, out, _ = run("keys", "sign", *signs)
    assert (code, "照已签名的" in out) == (0, True)

    code, _, err = run("push", asks, "--to", "all", "--dry-run")
    assert (code, "按村分几次发布（--to village:…）" in err) == (1, True)
    assert run("push", asks, "--to", "screen:sq-led2", "--wait", "0", *signs)[0] == 0
    assert run("push", fake_campaign(tmp_path / "y", poster=POSTER), *push)[0] == 0


_ASKS = '[[item]]\ncard = "contact"\ntext = "{grid_phone}"\n'


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("village=石桥村", '--village "…"'),
        ("1st=a", "看不懂"),
        (f"{'n' * 51}=a", "名字最多 50 个字"),
        (f"name={'9' * 201}", "内容最多 200 个字"),
        ("name=a\nb", "不止一行"),
        ("name=96\u202e110", "U+202E"),
    ],
)
def test_a_word_that_no_screen_would_take_is_not_entered(run: Run, said: str, told: str) -> None:
    code, _, err = run("enroll", "sq-led1", "--variable", said)
    assert code == 2
    assert told in err


def test_what_no_screen_can_decode_is_refused_before_anybody_is_asked_to_sign(run: Run, tmp_path: Path) -> None:
    from office.models import Publication

    run("enroll", "sq-led1")
    code, _, err = run("push", fake_campaign(tmp_path / "x"), "--to", "all", "--dry-run")
    assert code == 2
    assert "posters/a.png" in err
    assert "posters/b.png" in err
    assert not Publication.objects.exists()
