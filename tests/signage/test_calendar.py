"""Working weekends and holidays are known, by the office's word first."""

import datetime as dt

import pytest

from signage import calendar
from signage.calendar import Calendar, QuietPeriod
from tests.signage.programs import day, days, window

PUBLIC = Calendar()


@pytest.mark.parametrize(
    ("date", "works"),
    [
        ("2026-10-01", False),  # Thursday, National Day
        ("2026-10-10", True),  # Saturday, worked for the holiday week
        ("2026-10-11", False),  # Sunday
        ("2026-10-12", True),
        ("2026-02-14", True),  # Saturday before Spring Festival
    ],
)
def test_worked_weekends_and_holidays_are_known(date: str, works: bool) -> None:
    assert calendar.is_workday(PUBLIC, day(date)) is works


def test_word_of_the_office_wins_over_the_public_table() -> None:
    office = Calendar(workdays=(day("2026-10-01"),), restdays=(day("2026-10-10"),))
    assert calendar.is_workday(office, day("2026-10-01"))
    assert not calendar.is_workday(office, day("2026-10-10"))


@pytest.mark.parametrize("year", [1990, calendar.data_ends().year + 1, 2200])
def test_years_without_data_have_plain_weeks(year: int) -> None:
    week = [dt.date(year, 10, 1) + dt.timedelta(days=n) for n in range(7)]
    assert [calendar.is_workday(PUBLIC, d) for d in week] == [d.weekday() < 5 for d in week]


def test_planning_past_the_data_is_warned_of() -> None:
    ends = calendar.data_ends()
    assert ends >= day("2026-12-31")
    assert calendar.warning(ends) is None
    words = calendar.warning(ends + dt.timedelta(days=1))
    assert words is not None
    assert str(ends) in words.zh
    assert str(ends) in words.en


def quiet(**fields) -> Calendar:
    return Calendar(quiet=(QuietPeriod(name="高考", dates=(days("2026-06-07..2026-06-09"),), **fields),))


def quiet_at(chosen: Calendar, text: str) -> str | None:
    return calendar.quiet_at(chosen, "hall-1", "square", dt.datetime.fromisoformat(text))


def test_quiet_period_holds_its_days_whole() -> None:
    moments = ("2026-06-06 23:59", "2026-06-07 00:00", "2026-06-09 23:59", "2026-06-10 00:00")
    assert [quiet_at(quiet(), m) for m in moments] == [None, "高考", "高考", None]


def test_quiet_hours_over_midnight_belong_to_the_day_they_start() -> None:
    nights = quiet(times=(window("22:00-06:00"),))
    moments = ("2026-06-07 05:00", "2026-06-07 22:00", "2026-06-10 05:59", "2026-06-10 06:00")
    assert [quiet_at(nights, m) for m in moments] == [None, "高考", "高考", None]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, True),
        ({"screens": ("hall-1",)}, True),
        ({"screens": ("hall-2",)}, False),
        ({"kinds": ("square",)}, True),
        ({"kinds": ("hotel",)}, False),
        ({"screens": ("hall-2",), "kinds": ("square",)}, True),
    ],
)
def test_quiet_period_concerns_the_screens_and_kinds_it_names(named: dict, expected: bool) -> None:
    assert (quiet_at(quiet(**named), "2026-06-08 10:00") is not None) is expected
