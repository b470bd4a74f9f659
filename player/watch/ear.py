"""The supervisor's end of the pulses: what the screen process said last, and whether it still says anything."""

import threading
import time
from typing import IO, NamedTuple

from player.watch.pulse import MAX_LINE_BYTES, Pulse, parse_pulse


class Heard(NamedTuple):
    """A pulse and when it came, in monotonic seconds."""

    at: float
    pulse: Pulse


class Ear:
    """Listens to one screen process until it falls silent for good: its output ends when it does."""

    def __init__(self, stream: IO[bytes]) -> None:
        """`stream` is the screen process's output; lines that are no pulses are passed over."""
        self._stream = stream
        self._changed = threading.Condition()
        self._last: Heard | None = None
        self._silent = False
        self._thread = threading.Thread(target=self._listen, name="pulses", daemon=True)
        self._thread.start()

    @property
    def last(self) -> Heard | None:
        """Gives the newest pulse; None before the first."""
        with self._changed:
            return self._last

    @property
    def silent(self) -> bool:
        """Says whether the output has ended."""
        with self._changed:
            return self._silent

    def wait_silent(self, timeout_s: float) -> bool:
        """Waits for the end of the output and says whether it came."""
        with self._changed:
            return self._changed.wait_for(lambda: self._silent, timeout_s)

    def next_pulse(self, timeout_s: float) -> Pulse | None:
        """Waits for the next pulse; None when none came in time, and at once when the output ends meanwhile."""
        with self._changed:
            last = self._last
            self._changed.wait_for(lambda: self._silent or self._last is not last, timeout_s)
            return self._last.pulse if self._last is not None and self._last is not last else None

    def give_up(self) -> None:
        """Counts as silent from now on, whatever still comes: the process is over, and only the kernel keeps it."""
        with self._changed:
            self._silent = True
            self._changed.notify_all()

    def close(self) -> None:
        """Lets go of the output, which has ended."""
        self._thread.join()
        self._stream.close()

    def _listen(self) -> None:
        while line := self._stream.readline(MAX_LINE_BYTES):
            pulse = parse_pulse(line)
            if pulse is not None:
                with self._changed:
                    self._last = Heard(time.monotonic(), pulse)
                    self._changed.notify_all()
        with self._changed:
            self._silent = True
            self._changed.notify_all()
