"""Plays of a clock that its screen found wrong later are counted on the day on which they were; records stay."""

import csv
import datetime as dt
import io
from typing import Any

import pytest

from signage.ledger import EventRecord, PlayRecord, moment
from tests.office.collecting.screens import DAWN, Ledger, play

SCREEN = "sq-led"
BOOT, NEXT_BOOT = "b" * 32, "c" * 32
NOW = DAWN + dt.timedelta(days=20)
BORN = dt.datetime(1970, 1, 1, 8, tzinfo=DAWN.tzinfo)


class Run:
    """A run of the player's system, whose clock says `said` when the true time is `true`."""

    def __init__(self, ledger: Ledger, true: dt.datetime, said: dt.datetime, clock: str, boot: str = BOOT) -> None:
        self.ledger, self.true, self.said, self.clock, self.boot = ledger, true, said, clock, boot
        self.mono_ms = 1_000
        self.log("start", {"version": "1"})

    def log(self, what: Any, details: Any) -> None:
        self.ledger.append(EventRecord(**self._when(), what=what, details=details))

    def _when(self) -> dict[str, Any]:
        return {"at": moment(self.said), "boot": self.boot, "mono_ms": self.mono_ms, "clock": self.clock}

    def wait(self, step: dt.timedelta) -> None:
        self.true, self.said, self.mono_ms = self.true + step, self.said + step, self.mono_ms + round(step / MS)

    def begin(self, zone: str = "main") -> PlayRecord:
        return play(len(self.ledger.lines), **self._when(), zone=zone)

    def plays(self, count: int, every: dt.timedelta = dt.timedelta(seconds=10)) -> None:
        for _ in range(count):
            shown = self.begin()
            self.wait(every)
            self.ledger.append(shown)

    def correct(self, to: dt.datetime, why: str, clock: str = "ntp") -> None:
        before, since = self.said, self.mono_ms
        self.said, self.clock = to, clock
        step_ms = round((to - before) / MS)
        self.log("clock_step", {"step_ms": step_ms, "since_mono_ms": since, "why": why, "before": moment(before)})

    def sleep(self, lasted: dt.timedelta) -> None:
        """The machine sleeps: its clock on the wall goes on, the one that counts from switching on does not."""
        self.true, self.said = self.true + lasted, self.said + lasted
        self.log("clock_step", {"step_ms": round(lasted / MS), "since_mono_ms": self.mono_ms, "why": ""})


MS = dt.timedelta(milliseconds=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ledger(either: None) -> Ledger:
    from office.models import Screen

    Screen.objects.create(id=SCREEN, enrolled_at=DAWN - dt.timedelta(days=3))
    return Ledger(SCREEN)


def store(ledger: Ledger, most: int = 7) -> None:
    from office.collecting.ledgers import Ledgers

    last = len(ledger.lines)
    for first in range(1, last + 1, most):
        Ledgers().store([ledger.batch(first, min(first + most - 1, last))], NOW)


def numbers(by: Any = "day", **asked: Any) -> dict[str, int]:
    from office.counting import Asked, counted

    return {each.key: each.plays for each in counted(by, Asked(**asked)) if each.plays}


@pytest.mark.parametrize("why", ["synchronised", "answered", "by hand", "clock"])
@pytest.mark.parametrize("clock", ["rtc", "unsynced"])
def test_an_evening_that_was_dated_by_a_clock_a_day_behind_counts_on_its_own_day(
    ledger: Ledger, why: str, clock: str
) -> None:
    from office.counting import Asked, counted

    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1, hours=2), clock)
    run.plays(20)
    run.correct(run.true, why)
    run.plays(5)
    store(ledger)
    assert numbers() == {"2026-06-06": 25}
    assert numbers("hour") == {"07:00": 25}
    assert numbers(first=DAWN.date(), last=DAWN.date()) == {"2026-06-06": 25}
    yesterday = DAWN.date() - dt.timedelta(days=1)
    assert numbers(first=yesterday, last=yesterday) == {}
    [count] = counted("screen", Asked())
    assert (count.plays, count.redated, count.undated, count.doubtful, count.seconds) == (25, 20, 0, 0, 250.0)


@pytest.mark.parametrize("said", [BORN, dt.datetime(2039, 3, 1, tzinfo=DAWN.tzinfo)])
def test_plays_of_1970_and_2039_are_believed_once_it_is_known_when_they_were(ledger: Ledger, said: dt.datetime) -> None:
    run = Run(ledger, DAWN, said, "rtc")
    run.plays(20)
    store(ledger)
    assert numbers() == {}, "they cannot have been then"
    run.correct(run.true, "synchronised")
    store(ledger)
    assert numbers() == {"2026-06-06": 20}


@pytest.mark.parametrize("why", ["signed", ""])
def test_what_says_only_that_it_is_later_or_that_the_machine_slept_dates_nothing_anew(ledger: Ledger, why: str) -> None:
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    run.plays(6)
    run.correct(run.true, why, clock="unsynced")
    run.plays(3)
    store(ledger)
    assert numbers() == {"2026-06-05": 6, "2026-06-06": 3}


def test_the_last_exact_correction_counts_and_a_lie_before_it_does_not(ledger: Ledger) -> None:
    run = Run(ledger, DAWN, DAWN, "unsynced")
    run.plays(4)
    run.correct(run.said + dt.timedelta(days=9), "synchronised")
    run.plays(4)
    run.correct(run.true, "synchronised")
    run.plays(4)
    store(ledger)
    assert numbers() == {"2026-06-06": 12}


def test_a_machine_that_slept_dates_what_was_before_and_after_by_its_own(ledger: Ledger) -> None:
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=2), "rtc")
    run.plays(4)
    run.sleep(dt.timedelta(days=1))
    run.plays(3)
    run.correct(run.true, "synchronised")
    store(ledger)
    assert numbers() == {"2026-06-06": 4, "2026-06-07": 3}


def test_a_play_that_was_on_while_the_clock_was_corrected_belongs_to_the_time_before(ledger: Ledger) -> None:
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    left, right = run.begin("left"), run.begin("right")
    run.wait(HOUR)
    run.correct(run.true, "synchronised")
    run.wait(dt.timedelta(seconds=10))
    ledger.append(left)
    ledger.append(right)
    run.plays(2)
    store(ledger)
    assert numbers("hour") == {"07:00": 2, "08:00": 2}
    assert numbers() == {"2026-06-06": 4}


def test_a_play_that_began_by_the_right_clock_before_the_correction_was_written_down_keeps_its_time(
    ledger: Ledger,
) -> None:
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    run.plays(3)
    ledger.append(play(9, at=moment(run.true), mono_ms=run.mono_ms, boot=BOOT, actual_ms=500, planned_ms=500))
    ahead = play(10, at=moment(run.true), mono_ms=run.mono_ms, boot=BOOT, zone="ticker")
    run.wait(dt.timedelta(seconds=1))
    run.correct(run.true, "synchronised")
    ledger.append(ahead)
    store(ledger)
    assert numbers() == {"2026-06-06": 5}


def test_a_clock_that_is_set_to_and_fro_has_each_play_counted_once(ledger: Ledger) -> None:
    from office.counting import Asked, plays

    run = Run(ledger, DAWN, DAWN, "rtc")
    for number in range(12):
        run.plays(2)
        ahead = run.begin("ticker")
        run.correct(run.said + dt.timedelta(days=1 if number % 2 else -1), "synchronised")
        ledger.append(ahead)
    run.correct(run.true, "synchronised")
    store(ledger)
    assert numbers() == {"2026-06-06": 36}
    assert sorted(str(each["seq"]) for each in plays(Asked())) == sorted(
        str(each.seq) for each in ledger.lines if b'"kind":"play"' in each.text
    )


def test_another_run_of_the_system_and_the_play_that_it_left_behind_keep_their_time(ledger: Ledger) -> None:
    first = Run(ledger, DAWN - dt.timedelta(days=1), DAWN - dt.timedelta(days=1), "ntp")
    first.plays(3)
    left = first.begin()
    second = Run(ledger, DAWN, DAWN - dt.timedelta(days=1, hours=5), "rtc", NEXT_BOOT)
    ledger.append(left)
    second.plays(3)
    second.correct(second.true, "synchronised")
    store(ledger)
    assert numbers() == {"2026-06-05": 4, "2026-06-06": 3}


def test_a_screen_backdates_nothing_to_before_it_was_enrolled_and_nothing_to_tomorrow(ledger: Ledger) -> None:
    from office.counting import Asked, counted

    for days in (-90, 9000):
        run = Run(ledger, DAWN, DAWN, "rtc", f"{days:032}")
        run.plays(3)
        run.correct(DAWN + dt.timedelta(days=days), "synchronised")
    store(ledger)
    [count] = counted("screen", Asked())
    assert (count.plays, count.doubts) == (0, {"before-enrolment": 3, "future": 3})


def test_records_in_any_order_come_to_the_same(ledger: Ledger) -> None:
    from office.collecting.ledgers import Ledgers

    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    run.plays(9)
    run.correct(run.true, "synchronised")
    run.plays(4)
    for first, last in ((11, 15), (6, 10), (1, 5)):
        Ledgers().store([ledger.batch(first, last)], NOW)
    assert numbers() == {"2026-06-06": 13}


def test_a_move_of_the_screen_goes_by_the_time_that_is_known(ledger: Ledger) -> None:
    from office.models import Screen, Site, Village
    from office.places import note_places

    for days, name in ((-2, "石桥村"), (-0.5, "河东村")):
        site = Site.objects.create(name=name, village=Village.objects.create(name=name))
        Screen.objects.update(site=site)
        note_places(DAWN + dt.timedelta(days=days))
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    run.plays(3)
    run.correct(run.true, "synchronised")
    store(ledger)
    assert numbers("village") == {"河东村": 3}


def test_the_export_has_both_times_and_verify_finds_everything_as_it_was(
    place: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    from office.audit import note
    from office.cli import main
    from office.models import LedgerRecord, Play, Screen

    Screen.objects.create(id=SCREEN, enrolled_at=DAWN - dt.timedelta(days=3))
    note("zhang", "enroll", {"screen": SCREEN}, NOW)
    ledger = Ledger(SCREEN)
    run = Run(ledger, DAWN, DAWN - dt.timedelta(days=1), "rtc")
    run.plays(2)
    run.correct(run.true, "synchronised")
    run.plays(1)
    store(ledger)
    assert main(["export", "--from", "2026-06-06", "--home", str(place.home)]) == 0
    rows = list(csv.DictReader(io.StringIO(capfd.readouterr().out.removeprefix("\ufeff"))))
    assert [row["日期"] for row in rows] == ["2026-06-06"] * 3
    assert [row["台账原记时间"][:10] for row in rows] == ["2026-06-05", "2026-06-05", ""]
    assert [row["时间更正秒数"] for row in rows] == ["86400.0", "86400.0", ""]
    assert [row["时钟可信"] for row in rows] == ["是"] * 3
    assert set(Play.objects.values_list("day", flat=True)) == {20260605, 20260606}, "the row is what the record says"
    assert [bytes(each.text) for each in LedgerRecord.objects.order_by("pk")] == [each.text for each in ledger.lines]
    assert main(["verify", "--home", str(place.home)]) == 0, capfd.readouterr().out
