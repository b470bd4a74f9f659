"""What will play: the live rules run ahead of time."""

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from signage import walltime
from signage.program import Program
from signage.rotation import Rotation, next_cut_before, next_slot
from signage.slot import CutReason, Slot


class PlannedSlot(msgspec.Struct, frozen=True):
    """A slot and how it will end."""

    slot: Slot
    ends_at: dt.datetime
    cut: CutReason | None = None
    """None: it runs to its planned end."""


def plan(
    program: Program,
    zones: Sequence[str],
    start: dt.datetime,
    end: dt.datetime,
    rotations: Mapping[str, Rotation] | None = None,
) -> Iterator[PlannedSlot]:
    """Lists every slot that starts from `start` to before `end`, by start, then in the order of `zones`.

    In each zone the first starts at `start`, each other one where the one before it ends; the last may end after `end`.
    """
    rotations = rotations or {}
    ahead = (_of_zone(program, zone, start, end, rotations.get(zone, Rotation())) for zone in zones)
    return heapq.merge(*ahead, key=lambda planned: planned.slot.starts_at)


def row(planned: PlannedSlot) -> dict[str, object]:
    """Gives the planned slot as a JSON object, times as RFC 3339 with offset."""
    slot = planned.slot
    shown: dict[str, object] = {}
    if slot.media is not None:
        shown["media"] = slot.media.name
    elif slot.card is not None:
        shown["card"] = slot.card.template
    elif slot.strip is not None:
        shown["ticker"] = slot.strip.text
    return {
        "zone": slot.zone,
        "rank": slot.rank,
        "playlist": slot.playlist,
        "item": slot.item,
        **shown,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": planned.ends_at.isoformat(),
        "muted": slot.muted,
        "cut": planned.cut,
    }


def _of_zone(
    program: Program, zone: str, start: dt.datetime, end: dt.datetime, rotation: Rotation
) -> Iterator[PlannedSlot]:
    at, last = walltime.utc(start), walltime.utc(end)
    while at < last:
        slot, rotation = next_slot(program, zone, rotation, at)
        ends = at + dt.timedelta(seconds=slot.planned_s)
        cut = next_cut_before(program, slot, at, ends)
        ends, reason = (walltime.utc(cut[0]), cut[1]) if cut else (ends, None)
        yield PlannedSlot(slot, walltime.local(ends, ZoneInfo(program.timezone)), reason)
        at = ends
