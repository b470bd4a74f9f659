"""Recurring windows of local wall time.

Rule: this file knows local wall time and nothing else; `at` is an aware datetime in the screen's time zone.
"""

import datetime as dt

import msgspec

TimeOfDay = int
"""Seconds after local midnight, 0 to 86400."""


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
