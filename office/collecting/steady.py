"""The usual batch: plays that are beyond doubt by themselves, and need no look one by one.

Rule: pure; whatever is not the usual is judged by `office.collecting.plausible`, whose verdict it would be, too.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter

import msgspec

from office.collecting.plausible import (
    LEAST_MS,
    LONG_SLACK_MS,
    MOST_HOURS,
    OFFSET_SLACK_MS,
    OVERLAP_SLACK_MS,
    Bounds,
    PlayRow,
    Tail,
    ZoneHourKey,
    hour_holds,
    hours,
)
from signage.ledger import PlayRecord

_SHOWN = itemgetter(2)


class Steady(msgspec.Struct, frozen=True):
    """Plays that are beyond doubt by themselves: one zone, one boot, a believed clock, one play behind the other."""

    zone: str
    boot: str
    start: int
    """Of the first, by the monotonic clock."""
    offset: int
    tail: Tail
    """Of the last."""
    published: frozenset[int]
    """What they show of publications."""
    first_ms: int
    last_ms: int
    """When the first began, and the last ended, since 1970."""


def steady(rows: Sequence[PlayRow], played: Sequence[PlayRecord]) -> Steady | None:
    """Returns what the usual batch comes to, None for plays that need to be judged one by one."""
    if not rows:
        return None
    head = played[0]
    zone, boot, offset = head.zone, head.boot, rows[0][3] - head.mono_ms
    shown = dict(zip(map(_SHOWN, rows), played, strict=True))
    if any(record.zone != zone for record in shown.values()):
        return None
    end = low = head.mono_ms
    for row, record in zip(rows, played, strict=True):
        start, lasted = record.mono_ms, row[8]
        if (
            start < low
            or lasted is None
            or not LEAST_MS <= lasted <= record.planned_ms + LONG_SLACK_MS
            or not -OVERLAP_SLACK_MS < row[3] - start - offset < OVERLAP_SLACK_MS
            or record.frames * 4 > lasted
            or record.boot != boot
            or not row[7]
        ):
            return None
        end = start + lasted
        low = end - OFFSET_SLACK_MS
    tail = Tail(boot, played[-1].mono_ms, end, rows[-1][3] - played[-1].mono_ms, believed=True)
    published = frozenset(number for number, record in shown.items() if record.publication)
    return Steady(zone, boot, head.mono_ms, offset, tail, published, rows[0][3], end + tail.offset)


def is_beyond_doubt(plays: Steady, bounds: Bounds, before: dict[str, Tail], since: dict[int, int]) -> bool:
    """Says whether steady plays fit behind those before them. `since`: what is shown, and from when on it may be."""
    if not plays.published <= since.keys() or plays.last_ms > bounds.latest:
        return False
    if plays.first_ms < max(bounds.earliest, *(since[shown] for shown in plays.published), 0):
        return False
    tail = before.get(plays.zone)
    return tail is None or _follows(tail, plays)


def spanned(plays: Steady, had: Callable[[ZoneHourKey], int]) -> dict[ZoneHourKey, int] | None:
    """Returns the hours from the first to the last of steady plays, and the milliseconds in each.

    None when one cannot hold them: nothing else of that zone can have been shown in between.
    """
    row = (0, 0, 0, plays.first_ms, 0, 0, 0, True, plays.last_ms - plays.first_ms, 0, 0)
    parts = hours(row, plays.zone)
    if len(parts) == MOST_HOURS or any(had(key) + ms > hour_holds(key, 0) for key, ms in parts):
        return None
    return dict(parts)


def _follows(tail: Tail, plays: Steady) -> bool:
    if plays.boot == tail.boot:
        is_even = not tail.believed or abs(plays.offset - tail.offset) < OFFSET_SLACK_MS
        return is_even and plays.start >= tail.end - OFFSET_SLACK_MS
    return not tail.believed or plays.first_ms >= tail.end + tail.offset - OFFSET_SLACK_MS
