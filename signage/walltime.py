"""Local wall time and instants: where a wall time falls on a day that has it once, twice or never.

Rule: an instant is UTC inside the rules and carries a fixed offset outside. Two datetimes of one `ZoneInfo` are
compared and subtracted by their wall times (PEP 495), which is an hour wrong across a change of the clocks.
"""

import datetime as dt
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)


def utc(at: dt.datetime) -> dt.datetime:
    """Gives the instant of an aware datetime, in UTC; raises ValueError for one without an offset."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no offset from UTC")
    return at.astimezone(dt.UTC)


def local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Gives the instant as local time with the offset then in force, safe to compare and to subtract."""
    here = instant.astimezone(zone)
    offset = here.utcoffset()
    assert offset is not None
    return here.replace(tzinfo=dt.timezone(offset), fold=0)


def wall(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Gives what a clock on the wall shows at the instant, without an offset."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def instants(day: dt.date, second: int, zone: ZoneInfo) -> tuple[dt.datetime, ...]:
    """Gives the instants (UTC) at which clocks show `second` seconds after midnight of `day`: none, one or two."""
    shown = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=second)
    found = {shown.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    return tuple(sorted(i for i in found if wall(i, zone) == shown))


def jumps(first: dt.datetime, last: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, ...]:
    """Gives the instant in (first, last] at which local clocks are put forward or back, if there is one.

    `first` and `last` lie at most a day apart, so that two changes never cancel out (none are that close).
    """
    before = first.astimezone(zone).utcoffset()
    if last.astimezone(zone).utcoffset() == before:
        return ()
    low, high = int(first.timestamp()), int(last.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if dt.datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return (dt.datetime.fromtimestamp(high, dt.UTC),)
