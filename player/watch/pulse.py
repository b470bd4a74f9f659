"""What the screen process tells its supervisor: that its loop turns, and what it believes is on the screen.

One line of JSON each, on the screen process's standard output. The render thread only enqueues; a thread writes. When
the supervisor does not read, pulses are dropped.
"""

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass

PULSE_S = 1.0
MAX_LINE_BYTES = 16_384
AGAIN = 4
"""The exit code of a screen process that wants to be started again: the office asked for it."""
_POINTS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulse:
    """One sign of life."""

    state: str
    """The state folder, where the supervisor leaves what it sees."""
    present: str = ""
    """How pictures reach the display: `direct`, `vsync` or `headless`."""
    box: tuple[int, int, int, int] | None = None
    """Where the canvas lies on the desktop: x, y, width, height; None while there is no window."""
    colours: tuple[int, ...] = ()
    """0xRRGGBB of the canvas at `points`, row by row."""


def points(width: int, height: int) -> tuple[tuple[int, int], ...]:
    """Gives 64 places spread over a canvas."""
    xs = [(2 * n + 1) * width // (2 * _POINTS) for n in range(_POINTS)]
    ys = [(2 * n + 1) * height // (2 * _POINTS) for n in range(_POINTS)]
    return tuple((x, y) for y in ys for x in xs)


def parse_pulse(line: bytes) -> Pulse | None:
    """Reads a line; None when it is no pulse."""
    try:
        told = json.loads(line)
        state, present, box, colours = told["state"], told["present"], told["box"], told["colours"]
        numbers = [*colours, *(box or ())]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if (
        isinstance(state, str)
        and isinstance(present, str)
        and isinstance(colours, list)
        and (box is None or (isinstance(box, list) and len(box) == 4))
        and all(type(each) is int for each in numbers)
    ):
        return Pulse(state=state, present=present, box=tuple(box) if box else None, colours=tuple(colours))
    return None


class Heart:
    """Beats once a second while the loop turns. `beat` is for the render thread and returns at once."""

    def __init__(self, look: Callable[[], Pulse], orphaned: Callable[[], None]) -> None:
        """`look` reads the canvas; `orphaned` is called, on another thread, when the supervisor is gone."""
        self._look = look
        self._orphaned = orphaned
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
            self._waiting.put_nowait(self._look())

    def _write(self) -> None:
        while True:
            line = memoryview(json.dumps(asdict(self._waiting.get())).encode() + b"\n")
            try:
                while line:
                    line = line[os.write(1, line) :]
            except OSError:
                return  # the other thread hears of it, too

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(sys.stdin.fileno(), 1024):
                pass
        self._orphaned()
