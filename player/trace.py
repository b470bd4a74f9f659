"""One line of JSON for every presented frame, for people who measure.

The render thread only enqueues; a thread of its own writes. Full (8192 lines): lines are dropped and their number is
written as the last line.
"""

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from player.stage.stage import ShownFrame
from player.state import ZoneRun


class TraceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One presented frame; `now`, `due` and `program` are monotonic seconds."""

    now: float
    zone: str
    playlist: str
    publication: int
    """The number of the signed publication that the slot is from; 0: of none."""
    item: int
    slot: int
    frame: int
    due: float
    late_ms: float
    program: float
    """When the newest program came to the loop; 0: it still plays the one it began with."""


class Tracer:
    """Writes trace lines to a file from its own thread."""

    def __init__(self, path: Path, *, append: bool = False) -> None:
        self._lines: queue.Queue[TraceLine | None] = queue.Queue(maxsize=8192)
        self._file = path.open("ab" if append else "wb")
        self._dropped = 0
        self._program_at = 0.0
        self._thread = threading.Thread(target=self._write, name="trace", daemon=True)
        self._thread.start()

    def took_program(self, now: float) -> None:
        """Notes that a new program counts from `now` on."""
        self._program_at = now

    def trace(self, now: float, shown: Iterable[ShownFrame], zones: Iterable[ZoneRun]) -> None:
        """Notes what was presented at `now`."""
        slots = {run.zone: run.slot for run in zones}
        for frame in shown:
            slot = slots.get(frame.zone)
            line = TraceLine(
                now=round(now, 4),
                zone=frame.zone,
                playlist=slot.playlist if slot else "",
                publication=slot.publication if slot else 0,
                item=slot.item if slot else 0,
                slot=frame.number,
                frame=frame.frame,
                due=round(frame.due, 4),
                late_ms=round(frame.late_ms, 2),
                program=round(self._program_at, 4),
            )
            try:
                self._lines.put_nowait(line)
            except queue.Full:
                self._dropped += 1

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self._lines.put(None)
        self._thread.join()
        if self._dropped:
            self._file.write(msgspec.json.encode({"dropped": self._dropped}) + b"\n")
        self._file.close()

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            self._file.write(msgspec.json.encode(line) + b"\n")
            if self._lines.empty():
                self._file.flush()
