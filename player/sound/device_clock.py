"""When each frame of a sound device is heard, told from the moments at which it asks for more.

Rule: arithmetic only. A device asks late, never early: of the last few moments the earliest counts.
"""

from collections import deque

LOOKS = 8
SLEW_S = 0.002
"""How far one moment may move the estimate: a leap of it is seen as a picture that stands too long or too short."""
LOST_S = 0.04
"""An estimate this far off is no small error, and is put right at once."""


class DeviceClock:
    """The pace of one device."""

    def __init__(self, rate_hz: int, latency_s: float) -> None:
        """`latency_s` passes between the moment at which a buffer is asked for and that at which it is heard."""
        self._rate_hz, self._latency_s = rate_hz, latency_s
        self._moments: deque[float] = deque(maxlen=LOOKS)
        self._zero: float | None = None
        self.frames = 0
        """Asked for so far."""

    def asked(self, now: float, frames: int) -> float:
        """Takes that the next `frames` are asked for; returns when the first one of all was heard."""
        self._moments.append(now - self.frames / self._rate_hz + self._latency_s)
        self.frames += frames
        seen = min(self._moments)
        if self._zero is None or abs(seen - self._zero) > LOST_S:
            self._zero = seen
        else:
            self._zero += min(max(seen - self._zero, -SLEW_S), SLEW_S)
        return self._zero
