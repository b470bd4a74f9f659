"""A wall clock is believed only as far as it can be true."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from player import clock as door
from player.clock import RELEASED, Clock, kept_before, kernel_synchronised

NOW = RELEASED + dt.timedelta(days=30)


class System:
    """The clocks of an operating system, set by a test."""

    def __init__(self) -> None:
        self.mono_s, self.asleep_s, self.wall = 500.0, 0.0, NOW

    def passes(self, seconds: float, *, asleep_s: float = 0.0) -> None:
        self.mono_s += seconds
        self.asleep_s += asleep_s
        self.wall += dt.timedelta(seconds=seconds + asleep_s)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    made = System()
    answers: dict[str, Callable[..., float]] = {
        "monotonic": lambda: made.mono_s,
        "time": lambda: dt.datetime.timestamp(made.wall),
        "clock_gettime": lambda _which: made.mono_s + made.asleep_s,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(time, name, answer)
    monkeypatch.setattr(door, "kernel_synchronised", lambda: False)
    return made


def error_s(clock: Clock, system: System) -> float:
    return round((clock.read(clock.now()).at - system.wall).total_seconds(), 3)


def test_a_floor_in_the_future_goes_on_with_the_monotonic_clock() -> None:
    floor = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
    clock = Clock("Asia/Shanghai", floor)
    now = clock.now()
    told, later = clock.read(now), clock.read(now + 60)
    assert told.quality == "unsynced"
    assert abs((told.at - floor).total_seconds()) < 5
    assert later.at - told.at == dt.timedelta(seconds=60)


def test_the_wall_clock_is_believed_when_it_may_be_true() -> None:
    clock = Clock("Asia/Shanghai", RELEASED - dt.timedelta(days=3000))
    told = clock.read(clock.now())
    if dt.datetime.now(dt.UTC) >= RELEASED:
        assert abs(told.at.timestamp() - time.time()) < 5
    assert str(told.at.tzinfo) == "Asia/Shanghai"


def test_a_time_in_2039_that_an_earlier_version_kept_is_left_for_the_clock_on_the_wall(system: System) -> None:
    clock = Clock("Asia/Shanghai", kept=kept_before(dt.datetime(2039, 3, 1, tzinfo=dt.UTC)))
    assert error_s(clock, system) == 0


@pytest.mark.parametrize("saved_at", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-12-01T07:00"])
def test_a_kept_time_that_is_none_or_has_no_offset_stops_nobody(system: System, saved_at: str) -> None:
    assert error_s(Clock("Asia/Shanghai", kept=kept_before(dt.datetime.fromisoformat(saved_at))), system) == 0


def test_what_a_run_in_2039_kept_is_left_for_the_clock_on_the_wall(system: System) -> None:
    system.wall = dt.datetime(2039, 3, 1, tzinfo=dt.UTC)
    astray = Clock("Asia/Shanghai", boot="one")
    assert error_s(astray, system) == 0
    system.wall = NOW
    assert error_s(Clock("Asia/Shanghai", kept=astray.kept(), boot="two"), system) == 0


def test_a_moment_that_is_past_has_the_time_that_it_had(system: System) -> None:
    clock = Clock("Asia/Shanghai")
    now, at = clock.now(), clock.read(clock.now()).at
    system.passes(5)
    assert clock.read(now).at == at


def test_the_time_that_the_machine_slept_is_counted(system: System) -> None:
    clock = Clock("Asia/Shanghai")
    clock.read(clock.now())
    assert clock.why_corrected() == "clock", "until now only the making of the program was known"
    system.passes(10, asleep_s=8 * 3600)
    assert error_s(clock, system) == 0
    system.wall = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    told = clock.read(clock.now())
    assert told.at == NOW + dt.timedelta(seconds=10 + 8 * 3600), "although the clock on the wall has forgotten it"
    assert clock.why_corrected() == "", "nothing was corrected"


def test_why_the_time_was_corrected_is_said_once(system: System) -> None:
    clock = Clock("Asia/Shanghai")
    clock.read(clock.now())
    clock.why_corrected()
    system.wall += dt.timedelta(hours=3)
    clock.read(clock.now())
    assert (clock.why_corrected(), clock.why_corrected()) == ("clock", "")


def test_a_change_to_summer_time_or_of_the_time_zone_is_no_step(system: System) -> None:
    system.wall = dt.datetime(2027, 3, 28, 0, 59, 50, tzinfo=dt.UTC)
    clock = Clock("Europe/Berlin")
    before = clock.read(clock.now())
    clock.why_corrected()
    system.passes(20)
    after = clock.read(clock.now())
    assert (before.at.hour, after.at.hour) == (1, 3)
    assert after.at.astimezone(dt.UTC) - before.at.astimezone(dt.UTC) == dt.timedelta(seconds=20)
    assert clock.why_corrected() == ""


def test_a_clock_that_is_not_believed_is_a_trouble_that_stays_the_same(system: System) -> None:
    clock = Clock("Asia/Shanghai")
    clock.read(clock.now())
    assert clock.trouble is None
    system.wall -= dt.timedelta(days=400)
    said = set()
    for _ in range(50):
        system.passes(7.3)
        clock.read(clock.now())
        assert clock.trouble is not None
        said.add(clock.trouble)
    assert len(said) == 1
    assert "about 400 days behind" in said.pop().en


def test_a_person_who_says_that_the_clock_is_right_is_believed(system: System) -> None:
    clock = Clock("Asia/Shanghai", kept=kept_before(NOW + dt.timedelta(days=300)), boot="one")
    system.wall = NOW + dt.timedelta(days=300)
    clock.signed("timestamp", "key", 1, system.wall)
    system.wall = NOW
    assert error_s(clock, system) == 300 * 86_400
    clock.believe_wall()
    assert error_s(clock, system) == 0
    assert clock.why_corrected() == "by hand"
    assert error_s(Clock("Asia/Shanghai", kept=clock.kept(), boot="two"), system) == 0


def test_a_moment_says_what_it_is_at_least(system: System) -> None:
    clock = Clock("Asia/Shanghai")
    clock.signed("command", "key", 1, NOW - dt.timedelta(hours=1))
    system.passes(60)
    system.wall = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    told = clock.moment()
    assert told.least == told.signed_least == NOW - dt.timedelta(minutes=59)
    assert told.at == NOW - dt.timedelta(minutes=59)


def test_an_answer_of_the_office_brings_the_clock_back(system: System) -> None:
    true = NOW
    system.wall = dt.datetime(2039, 3, 1, tzinfo=dt.UTC)
    clock = Clock("Asia/Shanghai")
    sent = clock.now()
    system.passes(4)
    clock.answered("key", true, sent)
    assert abs((clock.read(clock.now()).at - true).total_seconds()) <= 4
    assert clock.trouble is not None


def test_a_pretended_time_goes_on_by_itself_and_says_so() -> None:
    at = dt.datetime(2026, 6, 7, 11, 59, 58, tzinfo=dt.UTC)
    clock = Clock("Asia/Shanghai", None, at)
    assert clock.pretends
    now = clock.now()
    assert abs((clock.read(now + 2).at - at).total_seconds() - 2) < 1
    assert clock.read(now).at.utcoffset() == dt.timedelta(hours=8)


def test_the_kernel_answers_yes_no_or_that_it_cannot_say() -> None:
    assert kernel_synchronised() in (True, False, None)
