"""A stored row that cannot be read is shown as such and told once; everybody else's figures stay right."""
# ruff: noqa: E501 - a statement stands in one line

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.test import Client

from office.cli import main
from office.place import Place
from office.stored import UNREADABLE
from tests.office.collecting.screens import DAWN, Ledger, event, play, receipt

NOW = dt.datetime.now(dt.UTC)
BEYOND = 2**62

WORDS = {
    "deep": "replace(hex(zeroblob(9000)), '00', '[')", "digits": "replace(hex(zeroblob(5000)), '00', '9')",
    "records": "WHERE id IN (SELECT id FROM office_ledgerrecord ORDER BY id DESC LIMIT 14)", "sent": "WHERE screen_id = 'bad-led'", "screen": "WHERE id = 'bad-led'",
}  # fmt: skip
HOSTILE = {
    "text for a day": "UPDATE office_play SET day = 'soon' WHERE id = {play}",
    "a day of another age": f"UPDATE office_play SET day = {BEYOND} WHERE id = {{play}}",
    "bytes for an hour": "UPDATE office_play SET hour = x'00ff' WHERE id = {play}",
    "an hour and a half": "UPDATE office_play SET hour = 1.5 WHERE id = {play}",
    "an hour that no day has": "UPDATE office_play SET hour = 99 WHERE id = {play}",
    "an unknown outcome": "UPDATE office_play SET outcome = 7 WHERE id = {play}",
    "text for an outcome": "UPDATE office_play SET outcome = 'complete' WHERE id = {play}",
    "text for a duration": "UPDATE office_play SET actual_ms = 'long' WHERE id = {play}",
    "a duration that no sum holds": "UPDATE office_play SET actual_ms = 9223372036854775807 WHERE epoch_id = {epoch}",
    "a negative duration": f"UPDATE office_play SET actual_ms = -{BEYOND} WHERE id = {{play}}",
    "a doubt that is text": "UPDATE office_play SET doubt = 'none' WHERE id = {play}",
    "a way to be seen that nobody knows": "UPDATE office_play SET presented = 99 WHERE id = {play}",
    "nothing shown": "UPDATE office_play SET shown_id = 987654 WHERE id = {play}",
    "text for what is shown": "UPDATE office_play SET shown_id = 'poster' WHERE id = {play}",
    "an epoch of nobody": "UPDATE office_play SET epoch_id = 987654 WHERE id = {play}",
    "a time that no calendar has": f"UPDATE office_play SET at_ms = {BEYOND} WHERE id = {{play}}",
    "text for a time": "UPDATE office_play SET at_ms = 'now' WHERE id = {play}",
    "a state that is no JSON": "UPDATE office_screen SET state = '{{\"conn\":' {screen}",
    "a state that is a list": "UPDATE office_screen SET state = '[1]' {screen}",
    "a state with half of its fields": "UPDATE office_screen SET state = '{{\"zones\":5}}' {screen}",
    "a state of no UTF-8": "UPDATE office_screen SET state = CAST(x'7bff' AS TEXT) {screen}",
    "a birth that is a number": "UPDATE office_screen SET birth = '7' {screen}",
    "a birth with odd parts": "UPDATE office_screen SET birth = '{{\"ledger\":[1],\"trusted\":[2]}}' {screen}",
    "a birth beyond all numbers": "UPDATE office_screen SET birth = '{{\"ledger\":{{\"epoch\":\"0123456789abcdef\",\"last\":1e300}}}}' {screen}",
    "a depth": "UPDATE office_screen SET birth = '{{\"a\":' || {deep} || '1' {screen}",
    "a status of no time": "UPDATE office_screen SET status_at = 'yesterday' {screen}",
    "a status of the year one": "UPDATE office_screen SET state_at = '0001-01-01 00:00:00' {screen}",
    "a status of the 13th month": "UPDATE office_screen SET birth_at = '2026-13-45 00:00:00' {screen}",
    "a title of no UTF-8": "UPDATE office_screen SET title = CAST(x'ff1b5b41' AS TEXT) {screen}",
    "zones that are no list": "UPDATE office_screen SET zones = '{{' {screen}",
    "an event that is no JSON": "UPDATE office_event SET details = 'lost' WHERE epoch_id = {epoch}",
    "an event that is a list": "UPDATE office_event SET details = '[\"lost\"]' WHERE epoch_id = {epoch}",
    "an event with thousands of digits": "UPDATE office_event SET details = '{{\"records\":' || {digits} || '}}' WHERE epoch_id = {epoch}",
    "an event of no time": "UPDATE office_event SET at = 'never' WHERE epoch_id = {epoch}",
    "a receipt that is no JSON": "UPDATE office_receipt SET details = '{{' {sent}",
    "a receipt whose reason is an object": "UPDATE office_receipt SET step = 'refused', details = '{{\"why\":{{\"a\":1}},\"step\":\"shown\"}}' {sent}",
    "a receipt of no time": "UPDATE office_receipt SET at = 'x' {sent}",
    "a receipt of the last year": "UPDATE office_receipt SET at = '9999-12-31 23:59:59' {sent}",
    "a step that nobody knows": "UPDATE office_receipt SET step = x'ff' {sent}",
    "a head of the wrong length": "UPDATE office_ledgerepoch SET head = x'00' WHERE id = {epoch}",
    "a head that is text": "UPDATE office_ledgerepoch SET head = 'head' WHERE id = {epoch}",
    "a mark beyond all ledgers": f"UPDATE office_ledgerepoch SET upto = {BEYOND} WHERE id = {{epoch}}",
    "text for the oldest record": "UPDATE office_ledgerepoch SET oldest = 'first' WHERE id = {epoch}",
    "a wait of no time": "UPDATE office_ledgerepoch SET waits_since = 'x' WHERE id = {epoch}",
    "no runs": "DELETE FROM office_ledgerrun WHERE epoch_id = {epoch}",
    "a run that ends before it begins": "UPDATE office_ledgerrun SET last = -5 WHERE epoch_id = {epoch}",
    "a run that is text": "UPDATE office_ledgerrun SET last = 'end' WHERE epoch_id = {epoch}",
    "a record that is text": "UPDATE office_ledgerrecord SET text = 'x' {records}",
    "a record that is depth": "UPDATE office_ledgerrecord SET text = CAST({deep} AS BLOB) {records}",
    "a hash of the wrong length": "UPDATE office_ledgerrecord SET hash = x'00' {records}",
    "an alarm of no time": "UPDATE office_alarm SET last_at = 'x', first_at = '9999-99-99 00:00:00' {sent}",
    "an alarm of no UTF-8": "UPDATE office_alarm SET zh = CAST(x'ff' AS TEXT), en = x'ff' {sent}",
    "alarms without number": "UPDATE office_alarm SET times = 'many' {sent}",
}  # fmt: skip
PLAYS = [name for name, statement in HOSTILE.items() if "office_play" in statement]
SCREENS = ["a state that is no JSON", "a state that is a list", "a birth that is a number", "a depth",
           "a status of no time", "a status of the year one", "a status of the 13th month", "a state of no UTF-8"]  # fmt: skip


@pytest.fixture
def office(inside: Client) -> Client:
    """Somebody who looks at two screens with twelve plays, a gap, a loss and a receipt each, and a publication."""
    from office.collecting.ledgers import Ledgers
    from office.models import Assignment, Publication, Screen

    ledgers = []
    for screen in ("sq-led", "bad-led"):
        Screen.objects.create(id=screen, title=screen, status="online", status_at=NOW, state_at=NOW)
        ledger = Ledger(screen)
        for number in range(10):
            ledger.append(play(number))
        ledger.append(event("lost", records=3))
        ledger.append(receipt(1, "shown"))
        ledger.filled(4)
        ledgers += [ledger.batch(1, 12), ledger.batch(15, 16)]
    Screen.objects.update(enrolled_at=DAWN)
    one = Publication.objects.create(
        number=1, line="刷单预警", state="published", author="王", approver="李", published_at=NOW
    )
    aim = Assignment.objects.create(publication=one, aim="all")
    for aimed in (aim.aimed_at, aim.screens):
        aimed.set(["sq-led", "bad-led"])
    Ledgers().store(ledgers, NOW)
    return inside


def spoil(name: str) -> None:
    """Puts into the database what no collector writes."""
    from django.db import connection

    from office.models import LedgerEpoch, Play

    epoch = LedgerEpoch.objects.get(screen_id="bad-led").pk
    first = Play.objects.filter(epoch_id=epoch).order_by("id").values_list("id", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")  # SQLite would look whether it is JSON
        cursor.execute(HOSTILE[name].format(epoch=epoch, play=first, **WORDS))
        assert cursor.rowcount > 0, "it spoils something"
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def told(home: Place, capfd: pytest.CaptureFixture[str], *words: str) -> str:
    """Returns what a command prints, having succeeded."""
    capfd.readouterr()
    code = main([*words, "--home", str(home.home)])
    out, err = capfd.readouterr()
    assert (code, "Traceback" in err) == (0, False), err
    assert "\x1b" not in out + err
    return out


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_every_page_and_command_goes_on_and_the_other_screens_figures_stay_right(
    name: str, office: Client, served: Place, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.collecting.collector import _acknowledgements
    from office.counting import BYS

    spoil(name)
    for path in ("/", "/publications/", "/counts/table.csv?period=all"):
        answer = office.get(path)
        assert answer.status_code == 200, path
        assert path.startswith("/counts") or "sq-led" in answer.content.decode()
    for by in BYS:
        assert office.get(f"/counts/?by={by}&period=all").status_code == 200, by
        told(served, capfd, "counts", "--by", by)
    counts = [json.loads(each) for each in told(served, capfd, "counts", "--by", "screen", "--json").splitlines()]
    mine = [(each["plays"], each["complete"], each["seconds"]) for each in counts if each["screen"] == "sq-led"]
    assert mine == [(12, 12, 120.0)]
    for words in (["counts", "--csv"], ["alarms"], ["alarms", "--json"]):
        told(served, capfd, *words)
    for words in (["screens"], ["screens", "--json"], ["receipts"], ["receipts", "--json"]):
        assert "sq-led" in told(served, capfd, *words)
    told(served, capfd, "export", "--out", str(tmp_path / "plays.xlsx"))
    rows = list(csv.DictReader(io.StringIO(told(served, capfd, "export").removeprefix("\ufeff"))))
    assert [row["结果"] for row in rows if row["屏幕"] == "sq-led"] == ["完整"] * 12
    assert [mark.upto for mark in _acknowledgements(["sq-led", "bad-led"])["sq-led"].marks] == [12]


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAYS)
def test_a_play_that_cannot_be_counted_is_a_line_of_its_own_and_an_alarm(
    name: str, office: Client, served: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.counting import BYS, Asked, counted
    from office.models import Alarm

    spoil(name)
    rows = list(csv.DictReader(io.StringIO(told(served, capfd, "export").removeprefix("\ufeff"))))
    assert len(rows) == 24
    assert {row["结果"] for row in rows if row["屏幕"] != "sq-led"} >= {UNREADABLE.zh}
    for by in BYS:
        found = counted(by, Asked())
        assert sum(each.plays for each in found) == 24, "none is lost"
    for _ in range(3):
        office.get("/counts/?by=day&period=all")
        told(served, capfd, "export")
    assert Alarm.objects.get(kind="unreadable").times == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_that_cannot_be_read_has_a_tile_that_says_so_and_an_alarm(
    name: str, office: Client, served: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.models import Alarm

    spoil(name)
    for _ in range(3):
        page = office.get("/").content.decode()
    assert page.count("无法读取") >= 2
    assert "screen-bad-led" in page
    lines = {each["screen"]: each for each in map(json.loads, told(served, capfd, "screens", "--json").splitlines())}
    assert (lines["bad-led"]["unreadable"], lines["sq-led"]["unreadable"]) == (True, False)
    alarm = Alarm.objects.get(kind="unreadable", key="screen")
    assert (alarm.screen_id, alarm.times) == ("bad-led", 1)


def test_many_rows_of_one_screen_that_cannot_be_read_at_once_are_told_and_spoil_nothing(
    office: Client, served: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.counting import Asked, counted
    from office.models import Alarm

    for name in (
        "text for a day", "a duration that no sum holds", "a state that is no JSON", "a depth", "an event that is a list",
        "a receipt that is no JSON", "a head that is text", "a run that is text", "a record that is depth",
        "an alarm of no UTF-8",
    ):  # fmt: skip
        spoil(name)
    assert "无法读取" in office.get("/").content.decode()
    assert "无法读取" in office.get("/publications/").content.decode()
    assert "无法读取" in office.get("/counts/?by=screen&period=all").content.decode()
    assert "无法读取：bad-led" in office.get("/counts/table.csv?period=all").content.decode()
    assert [(each.key, each.plays, each.complete, each.seconds) for each in counted("screen", Asked())] == [
        ("sq-led", 12, 12, 120.0), (UNREADABLE.zh, 12, 0, 0.0),
    ]  # fmt: skip
    for words in (["screens"], ["receipts"], ["export"]):
        assert "无法读取" in told(served, capfd, *words)
    tables = Alarm.objects.filter(kind="unreadable").values_list("screen_id", "key", "times")
    assert set(tables) == {("bad-led", key, 1) for key in ("play", "screen", "event", "ledgerepoch")}


def test_what_a_receipt_says_of_itself_replaces_nothing_that_the_office_says(
    office: Client, served: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil("a receipt whose reason is an object")
    lines = {each["screen"]: each for each in map(json.loads, told(served, capfd, "receipts", "--json").splitlines())}
    assert [each["step"] for each in lines["bad-led"]["receipts"]] == ["refused"]


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_collecting_goes_on_for_the_other_screens(name: str, office: Client, tmp_path: Path) -> None:
    from office.collecting.ledgers import Ledgers
    from office.collecting.presence import Heard, Presence
    from office.models import Screen
    from signage.messages import ScreenState, encode
    from tests.office.collecting.screens import stored

    spoil(name)
    more = []
    for screen in ("bad-led", "sq-led"):
        ledger = Ledger(screen)
        for number in range(10):
            ledger.append(play(number))
        ledger.append(event("lost", records=3))
        ledger.append(receipt(1, "shown"))
        more.append(ledger.filled(6).batch(13, 18))
    Ledgers().store(more, NOW)
    assert max(stored("sq-led")["0123456789abcdef"]) == 18
    state = encode(ScreenState(conn=5, at="", clock="ntp", volume=33))
    Presence(tmp_path).hear([Heard("bad-led", "state", state), Heard("sq-led", "state", state)], NOW)
    assert Screen.objects.get(id="sq-led").state["volume"] == 33
