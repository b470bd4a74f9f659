"""A loop as the player has it, on a clock that a test moves."""

import datetime as dt

from signage.plan import PlannedSlot
from signage.program import Program
from signage.rotation import Rotation, cut_reason, next_cut, next_slot


def shown(
    program: Program, zone: str, start: dt.datetime, end: dt.datetime, *, nap_s: float = 600.0
) -> list[PlannedSlot]:
    """Plays from `start` to `end`: sleeps till the slot's end, its next cut or a nap is over, then sees what is due."""
    now, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    slot, rotation = next_slot(program, zone, Rotation(), now)
    played = []
    while True:
        ends = slot.starts_at.astimezone(dt.UTC) + dt.timedelta(seconds=slot.planned_s)
        cut = next_cut(program, slot, now)
        now = min(ends, now + dt.timedelta(seconds=nap_s), *([cut.astimezone(dt.UTC)] if cut else []))
        reason = None if now >= ends else cut_reason(program, slot, now)
        if now >= ends or reason:
            played.append(PlannedSlot(slot, now, reason))
            if now >= end:
                return played
            slot, rotation = next_slot(program, zone, rotation, now)
