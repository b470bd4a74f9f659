"""Somebody is told in time, and as long as it lasts, that a calendar does not reach any further."""

import datetime as dt

import pytest

from signage import calendar
from signage.calendar import Calendar, QuietPeriod
from signage.calendar_age import WARN_DAYS, outdated
from signage.daypart import Daypart
from signage.errors import BadInput
from signage.playlist import Item
from signage.reading import read_calendar
from tests.signage.programs import day, days, playlist, program

ENDS = calendar.data_ends()
NEXT = ENDS.year + 1
BY_WORK = playlist("a", runs=Daypart(days=("workdays",)))
BY_ITEM = playlist("a", items=(Item(number=1, card="notice", runs=Daypart(days=("restdays",))),))


def zh(chosen: Calendar, today: dt.date, *playlists: object) -> list[str]:
    return [words.zh for words in outdated(program(*playlists, calendar=chosen), today)]  # type: ignore[arg-type]


@pytest.mark.parametrize("uses", [BY_WORK, BY_ITEM])
@pytest.mark.parametrize(
    ("before", "told"), [(WARN_DAYS + 1, False), (WARN_DAYS - 1, True), (0, True), (-1, True), (-900, True)]
)
def test_holidays_that_run_out_are_told_months_before_and_ever_after(uses: object, before: int, told: bool) -> None:
    found = zh(Calendar(), ENDS - dt.timedelta(days=before), uses)
    assert bool(found) is told
    assert all(f"years = [{NEXT}]" in words for words in found)
    assert not found or ("已经过了" in found[0]) is (before < 0)


def test_nobody_is_bothered_whose_playlists_do_not_go_by_working_days() -> None:
    assert zh(Calendar(), ENDS + dt.timedelta(days=900), playlist("a", runs=Daypart(days=("mon",)))) == []


def test_a_year_that_the_office_lists_in_the_calendar_file_is_known_without_a_new_version() -> None:
    text = f'years = [{NEXT}]\nrestdays = ["{NEXT}-02-05..{NEXT}-02-11"]\nworkdays = ["{NEXT}-02-13"]\n'
    read = read_calendar(text, "calendar.toml")
    assert calendar.known_until(read) == dt.date(NEXT, 12, 31)
    assert zh(read, ENDS, BY_WORK) == []
    assert zh(read, dt.date(NEXT, 12, 1), BY_WORK) != []
    assert not calendar.is_workday(read, dt.date(NEXT, 2, 8))
    assert calendar.is_workday(read, dt.date(NEXT, 2, 13))


def test_a_year_without_a_day_of_rest_is_not_believed() -> None:
    with pytest.raises(BadInput) as bad:
        read_calendar(f"years = [{NEXT}]\n", "calendar.toml")
    assert str(NEXT) in bad.value.complaints[0].problem.zh


EXAM = QuietPeriod(name="高考", dates=(days("2026-06-07..2026-06-10"),))


@pytest.mark.parametrize(
    ("today", "year"),
    [("2026-06-10", None), ("2026-06-11", 2027), ("2027-01-01", 2027), ("2027-06-08", 2027), ("2028-06-30", 2029)],
)
def test_exams_that_are_all_over_are_told_from_the_day_after_on(today: str, year: int | None) -> None:
    found = zh(Calendar(quiet=(EXAM,)), day(today))
    assert [f"{year} 年" in words and "高考" in words for words in found] == ([] if year is None else [True])


def test_an_exam_of_which_the_next_year_is_listed_is_not_told() -> None:
    both = QuietPeriod(name="高考", dates=(days("2026-06-07..2026-06-10"), days("2027-06-07..2027-06-10")))
    apart = QuietPeriod(name="高考 2027", dates=(days("2027-06-07..2027-06-10"),))
    assert zh(Calendar(quiet=(both,)), day("2026-11-30")) == []
    assert zh(Calendar(quiet=(EXAM, apart)), day("2026-11-30")) == []
