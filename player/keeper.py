"""Keeps what must survive a restart: where each rotation stands, and the latest time that was reached.

Rule: the loop only leaves the newest state here; this thread writes it, whole and flushed, or says why it cannot.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.state import State
from signage.rotation import Rotation

log = logging.getLogger(__name__)

KEEP_S = 10.0
"""How often a changed state is written; a power cut repeats at most so much of the rotation."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `rotation.json`."""

    v: int = 1
    saved_at: dt.datetime
    rotations: dict[str, Rotation] = {}


def read_kept(path: Path) -> Kept | None:
    """Gives what was kept; None when there is nothing or it cannot be read (a broken file is put aside)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except OSError as fault:
        log.warning("%s: not read, the rotation begins anew: %s", path.name, fault)
        return None
    except msgspec.DecodeError as fault:
        log.warning("%s: not understood, the rotation begins anew: %s", path.name, fault)
        try:
            path.replace(path.with_suffix(".broken"))
        except OSError:
            log.warning("%s: not put aside", path.name)
        return None


class Keeper:
    """Writes the newest state every few seconds and at the end, on a thread of its own."""

    def __init__(self, path: Path, wall: Callable[[], dt.datetime], ask_synchronised: Callable[[], object]) -> None:
        """`ask_synchronised` is called now and then: the kernel's answer belongs on this thread."""
        self._path = path
        self._wall = wall
        self._ask_synchronised = ask_synchronised
        self._newest: State | None = None
        self._stop = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begins to keep."""
        self._thread.start()

    def keep(self, state: State) -> None:
        """Leaves the newest state to be written; never blocks."""
        self._newest = state

    def stop(self) -> None:
        """Writes the last state and ends."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        written: State | None = None
        while True:
            ending = self._stop.wait(KEEP_S)
            self._ask_synchronised()
            state = self._newest
            if state is not None and state is not written and self._write(state):
                written = state
            if ending:
                return

    def _write(self, state: State) -> bool:
        kept = Kept(saved_at=self._wall(), rotations={run.zone: run.rotation for run in state.zones})
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
