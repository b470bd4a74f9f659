"""Wall times that do not exist never are; those that happen twice are both."""

import datetime as dt

import pytest

from signage import walltime
from tests.signage.programs import BERLIN, SHANGHAI, at, clock, day


def test_wall_time_in_the_gap_has_no_instant() -> None:
    assert walltime.instants(day("2026-03-29"), clock("02:30"), BERLIN) == ()


def test_wall_time_in_the_fold_has_two_instants_an_hour_apart() -> None:
    first, second = walltime.instants(day("2026-10-25"), clock("02:30"), BERLIN)
    assert second - first == dt.timedelta(hours=1)


def test_midnight_at_the_end_of_a_day_is_the_next_days() -> None:
    assert walltime.instants(day("2026-06-07"), 86400, SHANGHAI) == (walltime.utc(at("2026-06-08 00:00")),)


def test_change_of_clocks_is_found_to_the_second() -> None:
    start = walltime.utc(at("2026-03-28 18:00", BERLIN))
    assert walltime.jumps(start, start + walltime.DAY, BERLIN) == (dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC),)
    assert walltime.jumps(start, start + walltime.DAY, SHANGHAI) == ()


def test_local_times_of_both_sides_of_a_change_subtract_as_instants() -> None:
    before = walltime.local(walltime.utc(at("2026-10-25 02:30", BERLIN, fold=0)), BERLIN)
    after = walltime.local(walltime.utc(at("2026-10-25 02:30", BERLIN, fold=1)), BERLIN)
    assert after - before == dt.timedelta(hours=1)
    assert (before.isoformat(), after.isoformat()) == ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")


def test_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        walltime.utc(dt.datetime(2026, 6, 7))  # noqa: DTZ001
