"""Which slot comes next in a zone, and when the running one must give way.

Rule: everything remembered is in `Rotation`, a value; the same program, rotation and instant always give the same slot,
so that a plan made ahead and the live screen agree.
"""

import datetime as dt
from collections.abc import Container

import msgspec

from signage import shares, showing, timetable, turns, walltime
from signage.lineup import Cast, Lineup
from signage.playlist import RANKS, Rank
from signage.program import Program
from signage.slot import CutReason, Slot
from signage.timetable import Airing, Span, Timetable
from signage.turns import Position

OVERRUN_S = 60.0
"""An item that has begun is finished, also when its playlist no longer owns the zone; but one that would stay longer
than this gives way at that edge: a picture with a dwell of a day must not keep the morning's playlist away."""
_KEPT = 64
"""How many positions of playlists that went away are kept: a network share that drops out for a minute loses none."""


class Rotation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a zone has come; `Rotation()` is the beginning. Survives a restart as JSON."""

    number: int = 0
    """How many slots the zone has had."""
    positions: dict[str, Position] = {}
    """By name of playlist; never changed in place."""


def next_slot(program: Program, zone: str, rotation: Rotation, at: dt.datetime) -> tuple[Slot, Rotation]:
    """Gives the slot that starts in the zone at `at`, and the rotation after it.

    There always is one: what is on air, else filler, else (without any playlist) the media folder itself by name, else
    the built-in notice.
    """
    table = timetable.of(program, zone)
    instant = walltime.utc(at)
    span = table.span(instant)
    number = rotation.number + 1
    starts_at = walltime.local(instant, table.lineup.timezone)
    airing, positions = _whose_turn(table, span, _without_left_runs(table, rotation.positions, instant))
    if airing is None:
        slot = showing.notice(program.site, number=number, zone=zone, at=starts_at, muted=span.quiet is not None)
        return slot, Rotation(number, positions)
    playlist = airing.playlist
    position = positions.get(playlist.name, Position())
    if airing.run != position.run:
        position = turns.restarted(position, airing.run)
    line, show, position = turns.next_turn(airing, position)
    slot = showing.slot(
        line, show, playlist, program.site, number=number, zone=zone, at=starts_at, muted=span.quiet is not None
    )
    return slot, Rotation(number, _kept({**positions, playlist.name: position}, program))


def cut_reason(program: Program, slot: Slot, at: dt.datetime) -> CutReason | None:
    """Gives why the running slot must be cut at `at`, or None when it goes on to its end.

    A slot whose planned end has come is over, not cut.
    """
    table = timetable.of(program, slot.zone)
    if _is_withdrawn(table.lineup, slot):
        return "withdrawn"
    return _cut_by(table, slot, table.span(walltime.utc(at)))


def next_cut(program: Program, slot: Slot, at: dt.datetime) -> dt.datetime | None:
    """Gives the first instant after `at` at which the clock alone cuts the slot, within 8 days."""
    found = next_cut_before(program, slot, at, walltime.utc(at) + timetable.HORIZON)
    return found[0] if found else None


def next_cut_before(
    program: Program, slot: Slot, at: dt.datetime, until: dt.datetime
) -> tuple[dt.datetime, CutReason] | None:
    """Gives the first instant after `at` and before `until` at which the clock cuts the slot, and the reason."""
    table = timetable.of(program, slot.zone)
    if slot.rank in ("normal", "filler") and slot.item > 0 and not table.cuts and slot.planned_s <= OVERRUN_S:
        return None
    instant = walltime.utc(at)
    for span in table.spans(instant, walltime.utc(until)):
        reason = _cut_by(table, slot, span)
        if reason is not None:
            return walltime.local(span.start, table.lineup.timezone), reason
    return None


def _whose_turn(
    table: Timetable, span: Span, positions: dict[str, Position]
) -> tuple[Airing | None, dict[str, Position]]:
    """The playlist whose turn it is, and the positions with the credits after it."""
    owners = span.owners
    if not owners:
        folder = table.folder
        return (None if folder is None else timetable.whole(folder)), positions
    held = [positions.get(a.playlist.name, Position()) for a in owners]
    starting = [i for i, a in enumerate(owners) if a.run != held[i].run]
    weights = [max(1, a.playlist.share) for a in owners]
    pick, credits = shares.turn(weights, [p.credit for p in held])
    if starting and pick not in starting:
        # A broadcast that has not begun its run goes first: it starts exactly, and its share is settled afterwards.
        pick, credits = starting[0], shares.paid(weights, [p.credit for p in held], starting[0])
    named = {
        a.playlist.name: msgspec.structs.replace(p, credit=c) for a, p, c in zip(owners, held, credits, strict=True)
    }
    return owners[pick], {**positions, **named}


def _without_left_runs(table: Timetable, positions: dict[str, Position], instant: dt.datetime) -> dict[str, Position]:
    """Forgets runs of broadcasts that `instant` lies outside of: a clock that is set back into one begins it anew."""
    left: dict[str, Position] = {}
    for cast in table.casts if table.cuts else ():
        position = positions.get(cast.playlist.name)
        if position is not None and position.run is not None:
            lasts = dt.timedelta(minutes=cast.playlist.lasts_min)
            if not position.run <= instant < position.run + lasts:
                left[cast.playlist.name] = msgspec.structs.replace(position, run=None)
    return {**positions, **left} if left else positions


def _is_withdrawn(lineup: Lineup, slot: Slot) -> bool:
    """Says whether what the slot shows was taken away: its file, its place in the playlist, or its publication.

    A new version of the file, or another item of the playlist that shows it too, takes nothing away; nor does a newer
    publication of the playlist. But what was published does not go on under a local playlist of the same name.
    """
    if slot.item == 0:
        return False
    if not slot.playlist:
        return not _has_all(slot, lineup.places, lineup.program.held)
    cast = _cast_of(lineup.zones.get(slot.zone, ()), slot)
    if cast is None or (slot.publication and not cast.playlist.publication):
        return True
    held = lineup.program.held if cast.playlist.media is None else ()
    if not _has_all(slot, cast.places, held):
        return True
    if not slot.key or slot.key.partition(".")[0] in cast.identities:
        return False
    return slot.media is None or not any(m.name == slot.media.name for line in cast.lines for m in line.shows if m)


def _cast_of(casts: tuple[Cast, ...], slot: Slot) -> Cast | None:
    """The playlist that the slot is from: the very one, whatever it is called now, else the one of its name."""
    own = (slot.publication, slot.playlist_sha256)
    found = [c for c in casts if slot.publication and (c.playlist.publication, c.playlist.sha256) == own]
    return next(iter(found or [c for c in casts if c.playlist.name == slot.playlist]), None)


def _has_all(slot: Slot, names: Container[str], held: tuple[str, ...]) -> bool:
    return all(m is None or m.name in names or m.name in held for m in (slot.media, slot.picture))


def _cut_by(table: Timetable, slot: Slot, span: Span) -> CutReason | None:
    """What the clock says to the slot in a span: exact for emergencies and broadcasts, item by item for the rest."""
    top = span.owners[0].playlist.rank if span.owners else None
    owns = any(a.playlist.name == slot.playlist and a.playlist.rank == slot.rank for a in span.owners)
    match slot.rank:
        case "emergency":
            outranked = any(a.playlist.name == slot.playlist for a in span.on_air)
            return None if owns else "emergency" if outranked else "window"
        case _ if top == "emergency":
            return "emergency"
        case "broadcast":
            begins = any(a.run is not None and a.run > slot.starts_at for a in span.owners)
            return "quiet" if span.quiet is not None else None if owns and not begins else "broadcast"
        case _ if top == "broadcast":
            return "broadcast"
        case _:
            # The notice is nobody's item: it gives way as soon as there is something to show.
            gives_way = slot.item == 0 and (span.owners or table.folder is not None)
            return "window" if gives_way or (not owns and _overstays(slot, span, top)) else None


def _overstays(slot: Slot, span: Span, top: Rank | None) -> bool:
    """Whether an item of a playlist that does not own the zone would stay for long yet.

    Films and recordings are finished, unless a higher rank waits or they are looped to fill a longer dwell.
    """
    if slot.item == 0 or (not slot.playlist and top is None):
        return False
    outranked = top is not None and RANKS.index(top) < RANKS.index(slot.rank)
    lasts_s = slot.media.facts.duration_s if slot.media is not None else None
    if lasts_s and slot.planned_s <= lasts_s + 1 and not outranked:
        return False
    begun_s = max(0.0, (span.start - walltime.utc(slot.starts_at)).total_seconds())
    return slot.planned_s - begun_s > OVERRUN_S


def _kept(positions: dict[str, Position], program: Program) -> dict[str, Position]:
    if len(positions) <= len(program.playlists) + _KEPT:
        return positions
    names = {p.name for p in program.playlists}
    return {name: position for name, position in positions.items() if name in names}
