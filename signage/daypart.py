"""Recurring windows of local wall time.

Rule: this file knows local wall time and nothing else; `wall` is a naive datetime, what the screen's clock shows.
Because windows are judged by what the clock shows, a wall time that does not exist never fires and one that happens
twice is on both times.
"""

import datetime as dt
from collections.abc import Callable

import msgspec

TimeOfDay = int
"""Seconds after local midnight, 0 to 86400."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(msgspec.Struct, frozen=True):
    """A stretch of the day, start inclusive, end exclusive; an end at or before its start lies on the next day."""

    start: TimeOfDay
    end: TimeOfDay


class DateRange(msgspec.Struct, frozen=True):
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date


class Daypart(msgspec.Struct, frozen=True, kw_only=True):
    """When something may run; empty fields do not limit."""

    first: dt.date | None = None
    last: dt.date | None = None
    days: tuple[str, ...] = ()
    """`mon` ... `sun`, `workdays`, `restdays`, `all`."""
    times: tuple[Window, ...] = ()
    exceptions: tuple[DateRange, ...] = ()


ALWAYS = Daypart()


def is_on(daypart: Daypart, wall: dt.datetime, works: Callable[[dt.date], bool]) -> bool:
    """Says whether the daypart covers `wall`; `works` tells working days from rest days."""
    return in_windows(daypart.times, wall, lambda day: includes(daypart, day, works))


def includes(daypart: Daypart, day: dt.date, works: Callable[[dt.date], bool]) -> bool:
    """Says whether the daypart's dates, days and exceptions admit a window that starts on `day`."""
    if daypart.first is not None and day < daypart.first:
        return False
    if daypart.last is not None and day > daypart.last:
        return False
    if within(daypart.exceptions, day):
        return False
    return not daypart.days or any(_is_named(name, day, works) for name in daypart.days)


def in_windows(times: tuple[Window, ...], wall: dt.datetime, admits: Callable[[dt.date], bool]) -> bool:
    """Says whether `wall` lies in a window whose starting day is admitted; without windows the whole day counts."""
    day = wall.date()
    if not times:
        return admits(day)
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    for window in times:
        if window.start < window.end:
            if window.start <= second < window.end and admits(day):
                return True
        elif (second >= window.start and admits(day)) or (second < window.end and admits(day - dt.timedelta(days=1))):
            return True
    return False


def within(ranges: tuple[DateRange, ...], day: dt.date) -> bool:
    """Says whether one of the ranges holds the day."""
    return any(r.first <= day <= r.last for r in ranges)


def _is_named(name: str, day: dt.date, works: Callable[[dt.date], bool]) -> bool:
    match name:
        case "all":
            return True
        case "workdays":
            return works(day)
        case "restdays":
            return not works(day)
        case _:
            return DAYS[day.weekday()] == name
