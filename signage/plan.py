"""What will play: the live rules run ahead of time."""

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from signage import walltime
from signage.program import Program
from signage.rotation import Rotation, cut_reason, next_cut_before, next_slot
from signage.slot import CutReason, Slot


class PlannedSlot(msgspec.Struct, frozen=True):
    """A slot and how it will end."""

    slot: Slot
    ends_at: dt.datetime
    cut: CutReason | None = None
    """None: it runs to its planned end."""


class Stretch(msgspec.Struct, frozen=True):
    """A program, and since when it holds: until the next one does."""

    since: dt.datetime
    program: Program


class ZoneStanding(msgspec.Struct, frozen=True):
    """Where a zone stands: its rotation, and when the next slot begins."""

    rotation: Rotation = Rotation()
    at: dt.datetime | None = None
    """None: where the plan begins."""


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
    standings = {zone: ZoneStanding(rotation) for zone, rotation in (rotations or {}).items()}
    return plan_through((Stretch(start, program),), zones, start, end, standings)


def plan_through(
    stretches: Sequence[Stretch],
    zones: Sequence[str],
    start: dt.datetime,
    end: dt.datetime,
    standings: Mapping[str, "ZoneStanding"] | None = None,
) -> Iterator[PlannedSlot]:
    """Lists the slots like `plan`, through programs that follow each other; before the first one it holds, too.

    A zone that stands before `start` is followed from there on; its slots that end by `start` are left out.
    """
    standings = standings or {}
    ahead = (_of_zone(stretches, zone, start, end, standings.get(zone, ZoneStanding())) for zone in zones)
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
    stretches: Sequence[Stretch], zone: str, start: dt.datetime, end: dt.datetime, standing: ZoneStanding
) -> Iterator[PlannedSlot]:
    first, last = walltime.utc(start), walltime.utc(end)
    at, rotation = walltime.utc(standing.at or start), standing.rotation
    while at < last:
        program = _program_at(stretches, at)
        slot, rotation = next_slot(program, zone, rotation, at)
        ends, reason = _end(stretches, slot, at)
        if ends > first or at >= first:
            yield PlannedSlot(slot, walltime.local(ends, ZoneInfo(program.timezone)), reason)
        at = ends


def _program_at(stretches: Sequence[Stretch], at: dt.datetime) -> Program:
    held = [stretch.program for stretch in stretches if walltime.utc(stretch.since) <= at]
    return held[-1] if held else stretches[0].program


def _end(stretches: Sequence[Stretch], slot: Slot, at: dt.datetime) -> tuple[dt.datetime, CutReason | None]:
    """Returns when a slot that begins at `at` ends, and what cuts it: the clock, or a program that begins meanwhile."""
    ends = at + dt.timedelta(seconds=slot.planned_s)
    edges = [edge for each in stretches if at < (edge := walltime.utc(each.since)) < ends]
    for begin, until in pairwise((at, *edges, ends)):
        program = _program_at(stretches, begin)
        if begin > at and (reason := cut_reason(program, slot, begin)) is not None:
            return begin, reason
        cut = next_cut_before(program, slot, begin, until)
        if cut is not None:
            return walltime.utc(cut[0]), cut[1]
    return ends, None
