"""What the player knows and does at one moment, as values.

Rule: this file reads no clock and touches no screen; `player.cue` decides, `player.loop` carries out.
"""

import datetime as dt
from typing import Literal

import msgspec

from signage.errors import Words
from signage.heard import Heard
from signage.presented import Presented
from signage.program import Program
from signage.rotation import Rotation
from signage.slot import Slot
from signage.timefloor import ClockQuality

Outcome = Literal["complete", "cut", "failed"]


class Moment(msgspec.Struct, frozen=True):
    """One moment on both clocks."""

    at: dt.datetime
    """As it was believed."""
    now: float
    """Monotonic seconds."""
    clock: ClockQuality
    least: dt.datetime | None = None
    """It is this late at least, whatever the clock on the wall says; None: nobody asked."""
    signed_least: dt.datetime | None = None
    """The same, without what synchronised clocks said."""


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """One showing of an item, over and done with."""

    slot: Slot
    outcome: Outcome
    reason: str = ""
    """Why it was cut or failed; empty when complete."""
    began: Moment | None = None
    """When its first frame was on the screen; None when none ever was."""
    ended: Moment
    shown_s: float = 0.0
    frames: int = 0
    late_frames: int = 0
    presented: Presented = "unknown"
    heard: Heard = ""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """The word that the running slot is over."""

    outcome: Outcome
    reason: str = ""
    """Why it was cut or failed."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A slot is no longer the running one; how much of it was seen, the stage says when it has let go of it."""

    slot: Slot
    outcome: Outcome
    reason: str = ""


class ZoneRun(msgspec.Struct, frozen=True, kw_only=True):
    """One zone: what runs, what waits behind it, and where the rotation stands."""

    zone: str
    rotation: Rotation
    """The rotation after the running slot was taken from it."""
    before: Rotation | None = None
    """The rotation from which the running slot was taken; None before the first."""
    slot: Slot | None = None
    waiting: Slot | None = None
    """The slot being prepared to follow."""
    failures: int = 0
    """Slots that failed one after another."""
    standing_in: bool = False
    """The running slot is the built-in notice in place of items that failed one after another."""


class Start(msgspec.Struct, frozen=True):
    """The zone is to go over to this slot."""

    slot: Slot


class Prepare(msgspec.Struct, frozen=True):
    """This slot is to be ready in the background."""

    slot: Slot


Action = Start | Prepare | Ended


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The whole player."""

    program: Program
    zones: tuple[ZoneRun, ...]
    notes: tuple[Words, ...] = ()
    """What is wrong with the folders and the files in them, for whoever looks."""


def opened(program: Program, rotations: dict[str, Rotation]) -> State:
    """Gives the state of a player that has shown nothing yet; `rotations` are the kept ones, by zone."""
    runs = (ZoneRun(zone=zone.name, rotation=rotations.get(zone.name, Rotation())) for zone in program.zones)
    return State(program=program, zones=tuple(runs))
