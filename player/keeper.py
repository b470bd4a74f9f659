"""Keeps what must survive a restart: where each rotation stands, and the latest time that was reached.

Rule: the loop only leaves the newest state here; this thread writes it, whole and flushed, or says why it cannot.
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.state import State
from player.state_files import NotOursError, load_state, read_state
from signage.rotation import Rotation
from signage.trusted_time import SavedTime

log = logging.getLogger(__name__)

KEEP_S = 10.0
"""How often what is not news is looked at: the clock's state."""
CLOCK_S = 600.0
"""How often at least it is written, for the time that is known by then."""
STOP_S = 5.0
"""A disk that hangs does not hold up the end of the player for longer."""
BREATH_S = 0.5
"""Between two writings: a storm of changes costs two a second."""
MOST_TRIES = 1
"""An item during which the player died is begun again so often; then it is left out."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that had begun when this was written."""

    number: int
    before: Rotation
    """The rotation from which it was taken."""
    tries: int = 0
    """How often it was begun again because the player died in it."""
    starts_at: dt.datetime | None = None
    """When it began; files of earlier versions do not say."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `rotation.json`."""

    v: int = 1
    saved_at: dt.datetime
    clock: SavedTime | None = None
    """What is known of the time; None: an earlier version wrote it."""
    rotations: dict[str, Rotation] = {}
    """By zone: where the rotation goes on after the slot that was running."""
    running: dict[str, Running] = {}
    """By zone: the slot that was running; empty after an orderly end."""
    enrolment: str = ""
    """The folder by which the player that wrote this has an office, as it was started; empty: it has none."""


def begins(kept: Kept) -> dict[str, Rotation]:
    """Gives where each zone begins: after an orderly end with the next slot, after a sudden one with the same again.

    A slot that the player has died in more often than `MOST_TRIES` is passed over: it may be what kills it.
    """
    again = {zone: running.before for zone, running in kept.running.items() if running.tries < MOST_TRIES}
    return kept.rotations | again


def read_kept(path: Path) -> Kept | None:
    """Returns what was kept; None when there is nothing, or nothing that can be believed (it is put aside)."""
    return read_state(path, Kept)


def look_at_kept(path: Path) -> Kept | None:
    """Returns what a player keeps, for others to see; None when there is nothing, or nothing that can be read."""
    try:
        return load_state(path, Kept)
    except (OSError, NotOursError):
        return None


class Keeper:
    """Writes the newest state as soon as it changes and at the end, on a thread of its own."""

    def __init__(
        self,
        path: Path,
        wall: Callable[[], dt.datetime],
        ask_synchronised: Callable[[], object],
        former: Kept | None = None,
        *,
        enrolment: str = "",
        clock: Callable[[], SavedTime | None] = lambda: None,
    ) -> None:
        """`ask_synchronised` is called now and then: the kernel's answer belongs on this thread.

        `former` is what was read at the start; `enrolment` is kept for the commands that people run beside the player;
        `clock` gives what is known of the time.
        """
        self._enrolment = enrolment
        self._path = path
        self._wall = wall
        self._ask_synchronised = ask_synchronised
        self._clock = clock
        self._former = former.running if former is not None else {}
        self._newest: State | None = None
        self._news = threading.Event()
        self._stop = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins to keep."""
        self._thread.start()

    def keep(self, state: State) -> None:
        """Leaves the newest state to be written; never blocks."""
        self._newest = state
        self._news.set()

    def stop(self) -> None:
        """Writes the last state and ends."""
        self._stop.set()
        self._news.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        written: State | None = None
        due = time.monotonic() + CLOCK_S
        ending = False
        while not ending:
            self._news.wait(KEEP_S)
            ending = self._stop.wait(BREATH_S)
            self._news.clear()
            self._ask_synchronised()
            state = self._newest
            is_due = state is not written or ending or time.monotonic() >= due
            if state is not None and is_due and self._write(state, orderly=ending):
                written, due = state, time.monotonic() + CLOCK_S

    def _write(self, state: State, *, orderly: bool) -> bool:
        kept = Kept(
            saved_at=self._wall(),
            clock=self._clock(),
            rotations={run.zone: run.rotation for run in state.zones},
            running={} if orderly else self._running(state),
            enrolment=self._enrolment,
        )
        try:
            write_whole(self._path, msgspec.json.encode(kept))
        except OSError as fault:
            if not self._failing:
                log.warning("state folder cannot be written, playing on without keeping the rotation: %s", fault)
            self._failing = True
            return False
        if self._failing:
            log.info("state folder can be written again")
        self._failing = False
        return True

    def _running(self, state: State) -> dict[str, Running]:
        found = {}
        for run in state.zones:
            if run.slot is None or run.before is None:
                continue
            former = self._former.get(run.zone)
            is_again = former is not None and former.number == run.slot.number
            tries = former.tries + 1 if former is not None and is_again else 0
            found[run.zone] = Running(
                number=run.slot.number, before=run.before, tries=tries, starts_at=run.slot.starts_at
            )
        return found
