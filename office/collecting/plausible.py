"""Judges which plays cannot have been: what a screen's clock, its zones and its display cannot have held.

A zone shows one thing at a time. So what two plays of one zone say must not lie over each other, neither by the clock
that counts from switching on nor by the one on the wall, and an hour holds an hour. Records may come in any order: each
batch is held against the play before it, the play behind it, and what its hours hold already.
Rule: pure; moments, facts and neighbours come as values. Whoever is not believed holds no time against others.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy

import msgspec

from office.doubt import Doubt
from signage.ledger import PlayRecord

CLOCK_SLACK_MS = 600_000
"""By so much the clocks of screen and office may differ."""
OVERLAP_SLACK_MS = 1_000
"""Two plays of a zone may lie over each other by this, and never by more than half of the shorter one."""
OFFSET_SLACK_MS = 250
"""A wall clock that moved by more against the monotonic one is looked at more closely."""
HOUR_MS = 3_600_000
HOUR_SLACK_MS = 90_000
LEAST_MS = 250
"""Of a zone's time for any play: half the shortest stay that a playlist may ask for."""
LONG_SLACK_MS = 600_000
MOST_FPS = 250
MOST_HOURS = 49
"""In which one play is counted up; a playlist asks for a day at most."""
MOST_ZONE = 100
"""Characters of a zone's name by which it is told from others here."""
UNDATED = -1
"""In the place of an hour: all plays whose clock was not to be believed."""

PlayRow = tuple[int, int, int, int, int, int, int, bool, int | None, int, int]
"""As `office.collecting.reading.Columns` has them."""
ZoneHourKey = tuple[str, int]
"""A zone, and hours since 1970 or `UNDATED`."""


class Tail(msgspec.Struct):
    """The time that the last believed plays of a zone took, by the monotonic clock of one boot."""

    boot: str
    start: int
    end: int
    offset: int
    """From monotonic to wall time."""
    believed: bool
    """Whether that may be held against others."""


class Bounds(msgspec.Struct, frozen=True):
    """Within which a screen's believed clock may lie, in milliseconds since 1970."""

    earliest: int
    latest: int


Fact = Callable[[PlayRecord, int], tuple[int, int]]
"""For a play of a publication and what it shows: doubt, and from when on it may have been shown."""


def judged(
    rows: Sequence[PlayRow],
    played: Sequence[PlayRecord],
    bounds: Bounds,
    before: dict[str, Tail],
    fact: Fact,
) -> tuple[dict[int, int], dict[str, Tail]]:
    """Returns the doubts of plays in the order of their numbers, by place, and the tails behind them.

    `before` has the tails that they follow; what is not doubted is believed.
    """
    doubts: dict[int, int] = {}
    tails = {zone: copy(tail) for zone, tail in before.items()}
    earliest, latest = bounds.earliest, bounds.latest
    for n, (row, record) in enumerate(zip(rows, played, strict=True)):
        at_ms, lasted, start, doubt = row[3], row[8] or 0, record.mono_ms, 0
        if lasted > 2 * record.planned_ms + LONG_SLACK_MS or record.frames * 4 > lasted + 1000 or lasted < LEAST_MS:
            doubt = of_length(record, lasted)
        believed = row[7]
        if believed and (at_ms < earliest or at_ms + lasted > latest):
            doubt |= Doubt.EARLY if at_ms < earliest else Doubt.FUTURE
        if record.publication:
            unknown, since = fact(record, row[2])
            doubt |= unknown | (Doubt.NOT_ASSIGNED if believed and at_ms < since else 0)
        tail = tails.get(record.zone)
        if tail is None:
            if not doubt:
                tails[record.zone] = Tail(record.boot, start, start + lasted, at_ms - start, believed)
        elif (
            start >= tail.end - OFFSET_SLACK_MS
            and record.boot == tail.boot
            and -OFFSET_SLACK_MS < at_ms - start - tail.offset < OFFSET_SLACK_MS
        ):
            if not doubt:
                tail.start, tail.end, tail.offset, tail.believed = start, start + lasted, at_ms - start, believed
        else:
            if _overlaps(record, at_ms, lasted, believed=believed, tail=tail):
                doubt |= Doubt.OVERLAP
            _follow(tail, record, at_ms, lasted, doubt, believed=believed)
        if doubt:
            doubts[n] = doubt
    return doubts, tails


def against_next(
    rows: Sequence[PlayRow], played: Sequence[PlayRecord], doubts: dict[int, int], behind: dict[str, Tail]
) -> None:
    """Adds the doubt of plays that reach into those behind them, which were here first."""
    for zone, tail in behind.items():
        for n in range(len(rows) - 1, -1, -1):
            if played[n].zone != zone or n in doubts:
                continue
            if not _overlaps(played[n], rows[n][3], rows[n][8] or 0, believed=rows[n][7], tail=tail):
                break
            doubts[n] = Doubt.OVERLAP


def tails_of(plays: Iterable[tuple[PlayRow, PlayRecord]]) -> dict[str, Tail]:
    """Returns the tails behind plays, in the order of their numbers; those in doubt are left out."""
    tails: dict[str, Tail] = {}
    for row, record in plays:
        if not row[10]:
            lasted, tail = row[8] or 0, tails.get(record.zone)
            if tail is None:
                tail = tails[record.zone] = Tail(record.boot, record.mono_ms, record.mono_ms, 0, believed=False)
            _follow(tail, record, row[3], lasted, 0, believed=row[7])
    return tails


def heads_of(plays: Iterable[tuple[PlayRow, PlayRecord]]) -> dict[str, Tail]:
    """Returns the time that the first believed play of each zone takes, of plays in the order of their numbers."""
    heads: dict[str, Tail] = {}
    for row, record in plays:
        if not row[10] and record.zone not in heads:
            start = record.mono_ms
            heads[record.zone] = Tail(record.boot, start, start + (row[8] or 0), row[3] - start, row[7])
    return heads


def hours(row: PlayRow, zone: str) -> list[tuple[ZoneHourKey, int]]:
    """Returns the hours that a play takes of its zone, and the milliseconds in each."""
    at_ms, lasted = row[3], max(row[8] or 0, LEAST_MS)
    zone = zone[:MOST_ZONE].replace("\0", "\ufffd")  # for an index of PostgreSQL
    if not row[7]:
        return [((zone, UNDATED), lasted)]
    found: list[tuple[ZoneHourKey, int]] = []
    hour = at_ms // HOUR_MS
    while lasted > 0 and len(found) < MOST_HOURS:
        part = min(lasted, (hour + 1) * HOUR_MS - at_ms)
        found.append(((zone, hour), part))
        at_ms, lasted, hour = at_ms + part, lasted - part, hour + 1
    return found


def filled(
    rows: Sequence[PlayRow],
    played: Sequence[PlayRecord],
    doubts: dict[int, int],
    had: Callable[[ZoneHourKey], int],
    undated_ms: int,
) -> dict[ZoneHourKey, int]:
    """Returns what believed plays add to their hours, and doubts those that their hours cannot hold.

    `had` returns what an hour holds already; all that is undated together may take `undated_ms`.
    """
    added: dict[ZoneHourKey, int] = {}
    zone, hour_end, key, room, taken = "", 0, ("", 0), 0, 0
    for n, row in enumerate(rows):
        if n in doubts:
            continue
        at_ms, lasted = row[3], row[8] or 0
        # Most plays lie in the hour and zone of the one before them.
        if hour_end - HOUR_MS <= at_ms and at_ms + lasted <= hour_end and played[n].zone == zone and row[7]:
            cost = lasted if lasted > LEAST_MS else LEAST_MS
            if taken + cost <= room:
                taken += cost
                continue
        if taken:
            added[key] = taken
        parts = hours(row, played[n].zone)
        if any(added.get(each, 0) + had(each) + ms > hour_holds(each, undated_ms) for each, ms in parts):
            doubts[n] = Doubt.FULL
        else:
            for each, ms in parts:
                added[each] = added.get(each, 0) + ms
        key = parts[-1][0]
        zone, hour_end = played[n].zone, (key[1] + 1) * HOUR_MS
        taken, room = added.get(key, 0), hour_holds(key, undated_ms) - had(key)
    if taken:
        added[key] = taken
    return added


def hour_holds(key: ZoneHourKey, undated_ms: int) -> int:
    """Returns the most milliseconds that an hour takes; what is undated together may take `undated_ms`."""
    return undated_ms if key[1] == UNDATED else HOUR_MS + HOUR_SLACK_MS


def of_length(record: PlayRecord, lasted: int) -> int:
    """Returns what speaks against a play by itself: its length, and its frames."""
    doubt = 0
    if lasted > 2 * record.planned_ms + LONG_SLACK_MS:
        doubt |= Doubt.LONG
    if record.frames > MOST_FPS * (lasted / 1000 + 1):
        doubt |= Doubt.FRAMES
    if record.outcome == "complete" and lasted < min(LEAST_MS, record.planned_ms):
        doubt |= Doubt.SHORT
    return doubt


def _overlaps(record: PlayRecord, at_ms: int, lasted: int, *, believed: bool, tail: Tail) -> bool:
    """Says whether a play lies over the tail, by either clock."""
    start, most = record.mono_ms, min(OVERLAP_SLACK_MS, lasted // 2)
    if record.boot == tail.boot and min(start + lasted, tail.end) - max(start, tail.start) > most:
        return True
    if not (believed and tail.believed):
        return False
    return min(at_ms + lasted, tail.end + tail.offset) - max(at_ms, tail.start + tail.offset) > most


def _follow(tail: Tail, record: PlayRecord, at_ms: int, lasted: int, doubt: int, *, believed: bool) -> None:
    """Puts a play behind a tail. One that is in doubt takes no time, but after it a new boot is one."""
    start = record.mono_ms
    if record.boot != tail.boot:
        if not doubt & ~Doubt.OVERLAP:
            tail.boot, tail.start, tail.end = record.boot, start, start + lasted
            tail.offset, tail.believed = at_ms - start, believed
    elif not doubt:
        tail.start, tail.end = start, max(tail.end, start + lasted)
        tail.offset, tail.believed = at_ms - start, believed
