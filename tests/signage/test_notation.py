"""How times, windows and dates are read."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.daypart import DateRange, Window
from signage.notation import Misread, date, date_range, day_name, shown, time_of_day, window
from tests.growth import growth


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07:00-21:30", Window(7 * 3600, 21 * 3600 + 1800)),
        ("22:00-02:00", Window(22 * 3600, 2 * 3600)),
        ("00:00-24:00", Window(0, 86400)),
        ("7:05 - 8:00:30", Window(7 * 3600 + 300, 8 * 3600 + 30)),
    ],
)
def test_window_is_read(text: str, expected: Window) -> None:
    assert window(text) == expected


@pytest.mark.parametrize(
    "text", ["25:00-26:00", "07:60-08:00", "24:00-08:00", "07:00-24:01", "07:00", "", "-", "7-8", "07:00-08:00-09:00"]
)
def test_window_that_is_none_is_refused(text: str) -> None:
    assert isinstance(window(text), Misread)


@pytest.mark.parametrize(
    "text", ["07:00–21:30", "07：00-21：30", "０７:００～２１:３０", "07:00至21:30", "07:00 — 21:30"]
)
def test_window_in_chinese_punctuation_is_answered_with_the_right_one(text: str) -> None:
    misread = window(text)
    assert isinstance(misread, Misread)
    assert misread.cure.en == 'write "07:00-21:30"'


def test_window_of_no_length_is_refused_for_it_may_mean_two_things() -> None:
    misread = window("08:00-08:00")
    assert isinstance(misread, Misread)
    assert "00:00-24:00" in misread.cure.en


def test_midnight_as_an_end_is_the_end_of_the_day_only() -> None:
    assert time_of_day("24:00", as_end=True) == 86400
    assert isinstance(time_of_day("24:00"), Misread)
    assert time_of_day(dt.time(7, 30)) == 27000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-01..2026-10-07", DateRange(dt.date(2026, 10, 1), dt.date(2026, 10, 7))),
        ("2026-10-1", DateRange(dt.date(2026, 10, 1), dt.date(2026, 10, 1))),
        (dt.date(2026, 6, 7), DateRange(dt.date(2026, 6, 7), dt.date(2026, 6, 7))),
    ],
)
def test_date_range_is_read(value: object, expected: DateRange) -> None:
    assert date_range(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "0206-08-05",
        "2026-10-01...2026-10-07",
        "a..b..c",
        "..",
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        5,
        None,
    ],
)
def test_date_range_that_is_none_is_refused(value: object) -> None:
    assert isinstance(date_range(value), Misread)


def test_backward_date_range_is_answered_with_the_right_one() -> None:
    misread = date_range("2026-10-07..2026-10-01")
    assert isinstance(misread, Misread)
    assert misread.cure.en == 'write "2026-10-01..2026-10-07"'


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("周一", "mon"),
        ("星期日", "sun"),
        ("Monday", "mon"),
        ("weekend", "restdays"),
        ("工作日", "workdays"),
        ("WED", "wed"),
    ],
)
def test_other_names_of_days_are_answered_with_ours(name: str, meant: str) -> None:
    misread = day_name(name)
    assert isinstance(misread, Misread)
    assert f'"{meant}"' in misread.cure.en


@given(st.times(), st.times())
def test_every_window_of_two_times_is_read_as_written(start: dt.time, end: dt.time) -> None:
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    read = window(f"{start.isoformat()}-{end.isoformat()}")
    seconds = [t.hour * 3600 + t.minute * 60 + t.second for t in (start, end)]
    assert isinstance(read, Misread) if start == end else read == Window(*seconds)


@given(st.text(alphabet="0123456789:-. 至～：７周一", max_size=24))
def test_nothing_but_values_and_misreadings_comes_back(text: str) -> None:
    assert isinstance(window(text), Window | Misread)
    assert isinstance(time_of_day(text), int | Misread)
    assert isinstance(date(text), dt.date | Misread)
    assert isinstance(date_range(text), DateRange | Misread)
    assert isinstance(day_name(text), str | Misread)


def test_shown_values_are_short_and_printable() -> None:
    assert shown("x" * 100) == f'"{"x" * 40}…"'
    assert shown("a\nb\x1b") == '"a�b�"'
    assert shown(10**5000) == "10^18+"
    assert shown([1, [2], {"a": 3}, True]) == "[1, …, …, true]"


@pytest.mark.parametrize("read", [time_of_day, window, date, date_range, day_name])
@pytest.mark.parametrize("text", ["\u0301\u0323", "-", "..", " ", "1", "\ufdfa", "周"])
def test_a_value_is_refused_in_linear_time_however_it_is_made(read: Callable[[object], object], text: str) -> None:
    assert isinstance(read(text * 8000), Misread)
    assert growth(lambda size: read(text * size), 1000, 8) < 25
