"""The decision for one zone: go on, go over to the next slot, or get it ready.

Rule: pure; the same rules as `signage.plan`, driven by what really happened on the stage.
"""

import datetime as dt

import msgspec

from player.state import Action, Ended, Ending, Prepare, Start, ZoneRun
from signage.program import Program
from signage.rotation import cut_reason, next_cut, next_slot
from signage.slot import Slot, same_turn

NOTICE_AFTER_FAILURES = 4
"""So many failed slots in a row, and the built-in notice stands in."""
NOTICE_S = 10.0


def advance(program: Program, run: ZoneRun, at: dt.datetime, ending: Ending | None) -> tuple[ZoneRun, list[Action]]:
    """Gives the zone's next standing and what the stage is to do about it.

    `at` is the believed local time; `ending` is the stage's word that the running slot is over, if it is.
    """
    slot = run.slot
    if slot is None:
        return _begun(program, run, at)
    if ending is None:
        reason = cut_reason(program, slot, at)
        if reason is None or (run.standing_in and reason == "window"):
            return _readied(program, run, slot, at)
        ending = Ending(outcome="cut", reason=reason)
    ended = Ended(slot=slot, outcome=ending.outcome, reason=ending.reason)
    failures = run.failures + 1 if ending.outcome == "failed" else run.failures if run.standing_in else 0
    after, actions = _begun(program, msgspec.structs.replace(run, failures=failures), at)
    return after, [ended, *actions]


def due(program: Program, run: ZoneRun, at: dt.datetime) -> dt.datetime | None:
    """Gives the next instant at which a running slot may have to be cut; None when no edge is in sight."""
    return None if run.slot is None else next_cut(program, run.slot, at)


def _begun(program: Program, run: ZoneRun, at: dt.datetime) -> tuple[ZoneRun, list[Action]]:
    # A folder of nothing but broken files must neither spin nor leave the screen empty.
    standing_in = run.failures >= NOTICE_AFTER_FAILURES and not run.standing_in
    slot, rotation = next_slot(_empty(program) if standing_in else program, run.zone, run.rotation, at)
    if standing_in:
        slot = msgspec.structs.replace(slot, planned_s=NOTICE_S)
    begun = msgspec.structs.replace(
        run, slot=slot, before=run.rotation, rotation=rotation, waiting=None, standing_in=standing_in
    )
    readied, actions = _readied(program, begun, slot, at)
    return readied, [Start(slot), *actions]


def _readied(program: Program, run: ZoneRun, slot: Slot, at: dt.datetime) -> tuple[ZoneRun, list[Action]]:
    ends_at = slot.starts_at + dt.timedelta(seconds=slot.planned_s)
    cut_at = next_cut(program, slot, at)
    change_at = max(at, min(ends_at, cut_at) if cut_at else ends_at)
    waiting, _ = next_slot(program, run.zone, run.rotation, change_at)
    if run.waiting is not None and same_turn(waiting, run.waiting):
        return run, []
    return msgspec.structs.replace(run, waiting=waiting), [Prepare(waiting)]


def _empty(program: Program) -> Program:
    return msgspec.structs.replace(program, playlists=(), media=())
