"""Working days, rest days and quiet periods."""

import datetime as dt

import msgspec

from signage.daypart import DateRange, Window


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
