"""A window takes its start and leaves its end, on the days it is for."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage import daypart
from signage.daypart import Daypart, Window
from tests.signage.programs import day, days, window


def weekdays(date: dt.date) -> bool:
    return date.weekday() < 5


def on(text: str, **fields) -> bool:
    return daypart.is_on(Daypart(**fields), dt.datetime.fromisoformat(text), weekdays)


def test_window_takes_its_start_and_leaves_its_end() -> None:
    times = (window("07:00-21:30"),)
    assert not on("2026-06-05 06:59:59", times=times)
    assert on("2026-06-05 07:00", times=times)
    assert on("2026-06-05 21:29:59.999999", times=times)
    assert not on("2026-06-05 21:30", times=times)


def test_first_and_last_day_are_both_included() -> None:
    fields = {"first": day("2026-08-05"), "last": day("2026-08-06")}
    assert [on(f"2026-08-0{n} 12:00", **fields) for n in (4, 5, 6, 7)] == [False, True, True, False]


def test_window_over_midnight_belongs_to_the_day_it_starts() -> None:
    late = (window("22:00-02:00"),)
    friday = {"times": late, "days": ("fri",)}
    assert on("2026-06-05 22:00", **friday)
    assert on("2026-06-06 01:59", **friday)
    assert not on("2026-06-05 01:00", **friday)
    assert not on("2026-06-06 22:00", **friday)


def test_dates_and_exceptions_of_a_window_over_midnight_are_judged_by_the_day_it_starts() -> None:
    late = (window("22:00-02:00"),)
    assert on("2026-06-06 01:00", times=late, last=day("2026-06-05"))
    assert not on("2026-06-05 01:00", times=late, first=day("2026-06-05"))
    assert on("2026-06-06 01:00", times=late, exceptions=(days("2026-06-06"),))
    assert not on("2026-06-07 01:00", times=late, exceptions=(days("2026-06-06"),))


def test_window_that_ends_when_it_starts_lasts_a_day() -> None:
    assert on("2026-06-06 07:59", times=(window("08:00-08:00"),), days=("fri",))
    assert not on("2026-06-06 08:00", times=(window("08:00-08:00"),), days=("fri",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sat", True), ("sun", False), ("workdays", False), ("restdays", True), ("all", True)],
)
def test_days_are_known_by_name(name: str, expected: bool) -> None:
    assert on("2026-06-06 12:00", days=(name,)) is expected


@given(
    st.builds(Window, st.integers(0, 1440).map(lambda m: m * 60), st.integers(0, 1440).map(lambda m: m * 60)),
    st.sets(st.integers(1, 9)),
    st.integers(0, 6 * 1440),
)
def test_window_covers_what_lies_between_its_start_and_its_end(times: Window, admitted: set[int], minute: int) -> None:
    wall = dt.datetime(2026, 6, 2) + dt.timedelta(minutes=minute)  # noqa: DTZ001
    length = times.end - times.start if times.end > times.start else times.end - times.start + 86400
    starts = [dt.datetime(2026, 6, n) + dt.timedelta(seconds=times.start) for n in admitted]  # noqa: DTZ001
    expected = any(s <= wall < s + dt.timedelta(seconds=length) for s in starts)
    assert daypart.in_windows((times,), wall, lambda d: d.day in admitted) is expected
