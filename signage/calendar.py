"""Working days, rest days and quiet periods.

Public holidays and the weekends worked for them (调休) come from a shipped table, which the State Council's yearly
notice fills up to the end of one year; past it a plain week from Monday to Friday is assumed.
"""

import datetime as dt
import functools
from functools import partial

import chinese_calendar
import msgspec

from signage.daypart import DateRange, Window, in_windows, within
from signage.errors import Words


class QuietPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Dates on which sound is silent, for the screens and kinds it names (none named: all)."""

    name: str
    dates: tuple[DateRange, ...]
    times: tuple[Window, ...] = ()
    """Empty: the whole day."""
    screens: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """The office's calendar over the public one: what it adds wins over the shipped holiday table."""

    workdays: tuple[dt.date, ...] = ()
    restdays: tuple[dt.date, ...] = ()
    quiet: tuple[QuietPeriod, ...] = ()
    years: tuple[int, ...] = ()
    """For which all days of rest and all worked weekends are listed here, beyond those of the shipped table."""


NO_CALENDAR = Calendar()


def is_workday(calendar: Calendar, day: dt.date) -> bool:
    """Says whether people work on the day: the office's word first, then the shipped table, then Monday to Friday."""
    if day in calendar.workdays:
        return True
    if day in calendar.restdays:
        return False
    return _table_works(day)


@functools.lru_cache(maxsize=1024)  # the library looks through its whole table at each call
def _table_works(day: dt.date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the library says that it has no such year
        return day.weekday() < 5


def data_ends() -> dt.date:
    """Gives the last day that the shipped holiday table knows."""
    return dt.date(max(chinese_calendar.holidays).year, 12, 31)


def known_until(calendar: Calendar) -> dt.date:
    """Returns the last day of which it is known whether people work: by the shipped table, then by the office's."""
    year = data_ends().year
    while year + 1 in calendar.years:
        year += 1
    return dt.date(year, 12, 31)


def warning(until: dt.date, calendar: Calendar = NO_CALENDAR) -> Words | None:
    """Gives what to tell a person who plans up to `until`, when what is known of holidays ends before."""
    ends = known_until(calendar)
    if until <= ends:
        return None
    return Words(
        zh=f"节假日和调休数据只到 {ends}，此后的 workdays 按周一至周五计算：请在日历中填写 years、workdays 和 restdays",
        en=f"holiday data ends on {ends}; after it workdays are plain Monday to Friday: "
        "write years, workdays and restdays into the calendar",
    )


def quiet_at(calendar: Calendar, screen: str, kind: str, wall: dt.datetime) -> str | None:
    """Gives the name of the quiet period that silences the screen at local wall time `wall`, if one does."""
    for period in calendar.quiet:
        if concerns(period, screen, kind) and in_windows(period.times, wall, partial(within, period.dates)):
            return period.name
    return None


def concerns(period: QuietPeriod, screen: str, kind: str) -> bool:
    """Says whether the period is meant for the screen: it names the screen or its kind, or nobody in particular."""
    return not (period.screens or period.kinds) or screen in period.screens or kind in period.kinds
