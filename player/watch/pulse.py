"""What the screen process tells its supervisor: that its loop turns, and what it believes is on the screen.

One line of JSON each, on the screen process's standard output. The render thread only enqueues; a thread writes. When
the supervisor does not read, pulses are dropped. The supervisor answers with a line for each look at the display.
"""

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import NamedTuple

from player.watch.sighting import MAX_SIGHTING_BYTES, Sighting, parse_sighting

PULSE_S = 1.0
MAX_LINE_BYTES = 16_384
AGAIN = 4
"""The exit code of a screen process that wants to be started again: the office asked for it."""
MOST_POINTS, MOST_ZONES = 400, 16


class Pulse(NamedTuple):
    """One sign of life."""

    state: str
    """The state folder, where the supervisor leaves what it sees."""
    at: float = 0.0
    """Monotonic seconds of the screen process: when it read the colours."""
    present: str = ""
    """How pictures reach the display: `direct`, `vsync` or `headless`."""
    box: tuple[int, int, int, int] | None = None
    """Where the canvas lies on the desktop: x, y, width, height; None while there is no window."""
    places: tuple[tuple[int, int], ...] = ()
    """Points of the canvas, zone by zone."""
    colours: tuple[int, ...] = ()
    """0xRRGGBB of the canvas at `places`."""
    zones: tuple[tuple[str, int], ...] = ()
    """The zones and how many of the points lie in each, in order."""
    plays: int = 0
    """How many plays have begun."""


def pulse_line(pulse: Pulse) -> bytes:
    """Returns the line for a pulse."""
    return json.dumps(pulse._asdict()).encode() + b"\n"


def parse_pulse(line: bytes) -> Pulse | None:
    """Reads a line; None when it is no pulse."""
    try:
        told = json.loads(line)
        state, at, present, box = told["state"], told["at"], told["present"], told["box"]
        places, colours, zones = told["places"], told["colours"], told["zones"]
        numbers = [*(number for place in places for number in place), *colours, *(box or ())]
        counts = [(str(name) if type(name) is str else None, count) for name, count in zones]
        plays = told["plays"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if (
        isinstance(state, str)
        and type(at) in (int, float)
        and isinstance(present, str)
        and isinstance(colours, list)
        and isinstance(places, list)
        and isinstance(zones, list)
        and all(isinstance(place, list) and len(place) == 2 for place in places)
        and (box is None or (isinstance(box, list) and len(box) == 4))
        and all(type(each) is int for each in (plays, *numbers))
        and all(name is not None and type(count) is int and count >= 0 for name, count in counts)
        and len(counts) <= MOST_ZONES
        and sum(count for _, count in counts) == len(places) == len(colours) <= MOST_POINTS
    ):
        return Pulse(
            state=state,
            at=float(at),
            present=present,
            box=tuple(box) if box else None,
            places=tuple((x, y) for x, y in places),
            colours=tuple(colours),
            zones=tuple((name, count) for name, count in counts if name is not None),
            plays=plays,
        )
    return None


class Heart:
    """Beats once a second while the loop turns. `beat` is for the render thread and returns at once."""

    def __init__(
        self,
        look: Callable[[float], Pulse],
        orphaned: Callable[[], None],
        *,
        sighted: Callable[[Sighting], None] = lambda _: None,
        beaten: Callable[[], None] = lambda: None,
    ) -> None:
        """`look` reads the canvas at a moment of the loop.

        On other threads: `sighted` is called with what the supervisor saw of the display, `orphaned` when the
        supervisor is gone, and `beaten` after each pulse, for what is to be looked after once a second.
        """
        self._look = look
        self._orphaned, self._sighted, self._beaten = orphaned, sighted, beaten
        self._due = 0.0
        self._waiting: queue.Queue[Pulse] = queue.Queue(maxsize=2)
        for name, work in (("pulse", self._write), ("supervisor", self._listen)):
            threading.Thread(target=work, name=name, daemon=True).start()

    def beat(self, now: float) -> None:
        """Leaves a pulse, if one is due."""
        if now < self._due:
            return
        self._due = now + PULSE_S
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(self._look(now))

    def _write(self) -> None:
        while True:
            line = memoryview(pulse_line(self._waiting.get()))
            try:
                while line:
                    line = line[os.write(1, line) :]
            except OSError:
                return  # the other thread hears of it, too
            self._beaten()

    def _listen(self) -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while told := os.read(sys.stdin.fileno(), MAX_SIGHTING_BYTES):
                *lines, rest = (rest + told).split(b"\n")
                rest = rest[-MAX_SIGHTING_BYTES:]
                for line in lines:
                    if (sighting := parse_sighting(line)) is not None:
                        self._sighted(sighting)
        self._orphaned()
