"""A screen is what it said last; two machines with one identity are found, and late words change nothing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from signage.messages import Birth, QuarantinedFile, Reply, ScreenState, ScreenStatus, Trouble, encode

SCREEN = "sq-led"
NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)


class Office:
    """What one collector makes of what it hears, in a database of its own."""

    def __init__(self, shots: Path) -> None:
        from office.collecting.presence import Presence

        self.presence = Presence(shots)
        self.at = NOW
        self.presence.listen(self.at)

    def hear(self, leaf: Any, payload: bytes, *, retained: bool = False) -> Any:
        from office.collecting.presence import Heard
        from office.models import Screen

        self.at += dt.timedelta(seconds=1)
        self.presence.hear([Heard(SCREEN, leaf, payload, retained)], self.at)
        return Screen.objects.get(id=SCREEN)

    def status(self, state: Any, conn: int, *, retained: bool = False) -> tuple[str, int]:
        found = self.hear("status", encode(ScreenStatus(state=state, conn=conn)), retained=retained)
        return found.status, found.conn

    def birth(self, conn: int, boot: str = "boot-1", *, retained: bool = False) -> Any:
        birth = Birth(screen=SCREEN, conn=conn, boot=boot, at="2026-06-06T07:00:00+08:00", clock="ntp")
        return self.hear("birth", encode(birth), retained=retained)

    def state(self, conn: int, *, retained: bool = False, **values: Any) -> Any:
        return self.hear("state", encode(ScreenState(conn=conn, at="", clock="ntp", **values)), retained=retained)


@pytest.fixture
def office(either: None, tmp_path: Path) -> Office:
    from office.models import Screen

    Screen.objects.create(id=SCREEN)
    return Office(tmp_path)


def alarms() -> list[tuple[str, str, int]]:
    from office.models import Alarm

    return [(each.kind, each.key, each.times) for each in Alarm.objects.order_by("kind")]


def test_a_screen_comes_goes_and_is_lost(office: Office) -> None:
    assert office.status("online", 4) == ("online", 4)
    assert office.status("offline", 4) == ("offline", 4)
    assert office.status("online", 5) == ("online", 5)
    assert office.status("lost", 5) == ("lost", 5)
    assert alarms() == []


def test_the_will_of_an_older_connection_changes_nothing(office: Office) -> None:
    office.status("online", 5)
    assert office.status("lost", 4) == ("online", 5)


def test_a_counter_that_goes_back_is_an_alarm_and_the_newer_word_counts(office: Office) -> None:
    office.status("online", 105)
    assert office.status("online", 7) == ("online", 7)
    assert office.state(7, publications=(3,)).state["publications"] == [3]
    assert alarms() == [("clone", "", 1)]


def test_a_birth_that_goes_back_is_told_once_for_the_whole_connection(office: Office) -> None:
    office.birth(105)
    office.status("online", 105)
    assert office.birth(7).birth["conn"] == 7
    office.state(7)
    office.status("online", 7)
    assert alarms() == [("clone", "", 1)]


def test_one_connection_of_two_boots_is_two_machines(office: Office) -> None:
    office.birth(5, "boot-1")
    office.birth(5, "boot-1")
    assert alarms() == []
    office.birth(5, "boot-2")
    assert alarms() == [("clone", "", 1)]


def test_what_the_broker_kept_from_before_is_taken_when_it_is_newer_and_else_passed_over(office: Office) -> None:
    assert office.status("online", 9, retained=True) == ("online", 9)
    assert office.status("online", 8, retained=True) == ("online", 9), "the broker has an old disk"
    assert office.birth(8, retained=True).birth is None
    assert alarms() == []


def test_a_collector_that_is_behind_another_one_does_not_cry_wolf(office: Office, tmp_path: Path) -> None:
    behind = Office(tmp_path)
    for conn in (5, 6, 7):
        office.birth(conn)
        office.status("online", conn)
    office.status("lost", 7)
    for conn in (5, 6):
        behind.birth(conn)
        behind.state(conn)
        assert behind.status("online", conn) == ("lost", 7)
    behind.status("online", 7)
    assert behind.status("lost", 7) == ("lost", 7)
    assert alarms() == []


def test_a_machine_that_went_back_while_nobody_listened_is_found_by_its_first_word(
    office: Office, tmp_path: Path
) -> None:
    office.status("online", 105)
    office.at += dt.timedelta(hours=1)
    later = Office(tmp_path)
    later.at = office.at
    later.presence.listen(later.at)
    assert later.state(3).conn == 3
    assert alarms() == [("clone", "", 1)]


def test_the_same_again_from_the_brokers_memory_is_no_news(office: Office) -> None:
    office.birth(5)
    office.status("online", 5)
    before = office.state(5, publications=(1,))
    office.birth(5, retained=True)
    office.status("online", 5, retained=True)
    after = office.state(5, retained=True, publications=(1,))
    assert (after.status_at, after.birth_at, after.state_at) == (before.status_at, before.birth_at, before.state_at)


def test_a_reply_is_taken_once_and_only_from_the_screen_that_was_asked(office: Office) -> None:
    from office.models import Command, Screen

    Screen.objects.create(id="other-led")
    number = "a" * 32
    Command.objects.create(id=number, screen_id="other-led", number=1, op="next", issued_at=NOW, not_after=NOW)
    office.hear("reply", encode(Reply(id=number, ok=True)))
    assert Command.objects.get(id=number).ok is None
    Command.objects.filter(id=number).update(screen_id=SCREEN)
    office.hear("reply", encode(Reply(id=number, ok=False, why=Trouble(zh="太晚", en="too late"))))
    office.hear("reply", encode(Reply(id=number, ok=True)))
    found = Command.objects.get(id=number)
    assert (found.ok, found.why) == (False, {"zh": "太晚", "en": "too late"})


@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("status", b'{"v":2,"state":"online","conn":1}'),
        ("state", b"{" * 40_000),
        ("birth", encode(Birth(screen="other-led", conn=1, boot="", at="", clock="ntp"))),
        ("state", encode(ScreenState(conn=1, at="a\0b", clock="ntp"))),
        ("shot", b"\xff\xd8\xff half a picture"),
        ("shot", b"\xff\xd8\xff" + bytes(200_000) + b"\xff\xd9"),
    ],
    ids=["another version", "too large", "of another screen", "a NUL", "half a picture", "a large picture"],
)
def test_what_is_malformed_is_an_alarm_and_nothing_else(office: Office, leaf: str, payload: bytes) -> None:
    found = office.hear(leaf, payload)
    assert (found.status, found.birth, found.state, found.shot_at) == ("", None, None, None)
    assert alarms() == [("malformed", leaf, 1)]


def test_a_screen_that_is_not_enrolled_is_an_alarm_unless_the_broker_only_remembers_it(
    office: Office, tmp_path: Path
) -> None:
    from office.collecting.presence import Heard

    payload = encode(ScreenStatus(state="online", conn=1))
    office.presence.hear([Heard("who-led", "status", payload, retained=True)], NOW)
    assert alarms() == []
    office.presence.hear([Heard("who-led", "status", payload)], NOW)
    assert alarms() == [("stranger", "", 1)]


def put_aside(name: str = "a.png", until: str = "2026-06-07T13:00:00Z", publication: int = 12) -> QuarantinedFile:
    why = Trouble(zh="解码进程中断", en="the decoder broke")
    return QuarantinedFile(name=name, sha256="ab" * 32, publication=publication, until=until, why=why)


def test_a_published_file_in_quarantine_is_an_alarm_once_for_each_term(office: Office) -> None:
    from office.models import Alarm

    for _ in range(3):
        office.state(1, quarantined=(put_aside(),))
    assert alarms() == [("quarantine", f"12:{'ab' * 32}", 1)]
    office.state(1)
    office.state(1, quarantined=(put_aside(until="2026-06-07T17:00:00Z"),))
    assert alarms() == [("quarantine", f"12:{'ab' * 32}", 2)]
    told = Alarm.objects.get()
    for sentence in (told.zh, told.en):
        assert "a.png" in sentence
        assert "12" in sentence
        assert "2026-06-07T17:00" in sentence


def test_a_file_that_is_shown_again_is_no_alarm_any_more(office: Office) -> None:
    from office.models import Alarm

    office.state(1, quarantined=(put_aside(), put_aside(publication=13)))
    office.state(1, quarantined=(put_aside(publication=13),))
    open_ = Alarm.objects.filter(closed_at=None)
    assert [alarm.key for alarm in open_] == [f"13:{'ab' * 32}"]


def test_a_screen_that_puts_ever_new_files_aside_fills_no_table(office: Office) -> None:
    from office.collecting.presence import MOST_QUARANTINE_ALARMS

    for number in range(20):
        office.state(1, quarantined=tuple(put_aside(publication=number * 20 + n) for n in range(20)))
    assert MOST_QUARANTINE_ALARMS <= len(alarms()) < MOST_QUARANTINE_ALARMS + 20


def test_a_word_from_before_and_one_without_the_field_raise_nothing(office: Office) -> None:
    office.state(5)
    office.state(4, quarantined=(put_aside(),), retained=True)
    office.hear("state", b'{"v":1,"conn":5,"at":"","clock":"ntp"}')
    assert alarms() == []
