"""A wall clock is believed only as far as it can be true."""

import datetime as dt
import time

from player.clock import RELEASED, Clock, kernel_synchronised


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


def test_a_pretended_time_goes_on_by_itself_and_says_so() -> None:
    at = dt.datetime(2026, 6, 7, 11, 59, 58, tzinfo=dt.UTC)
    clock = Clock("Asia/Shanghai", None, at)
    assert clock.pretends
    now = clock.now()
    assert abs((clock.read(now + 2).at - at).total_seconds() - 2) < 1
    assert clock.read(now).at.utcoffset() == dt.timedelta(hours=8)


def test_the_kernel_answers_yes_no_or_that_it_cannot_say() -> None:
    assert kernel_synchronised() in (True, False, None)
