"""The two clocks: monotonic seconds for dwell, believed wall time for dates.

Rule: nothing else in the player asks the operating system what time it is.
"""

import ctypes
import datetime as dt
import logging
import sys
import time
from zoneinfo import ZoneInfo

from signage.timefloor import BelievedTime, believed

log = logging.getLogger(__name__)

RELEASED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
"""No honest clock shows a time before this program was made."""

_STA_UNSYNC = 0x40  # adjtimex(2)
_TIME_ERROR = 5


class Clock:
    """Gives monotonic seconds, and wall time in the screen's time zone as far as it can be believed."""

    def __init__(self, timezone: str, floor: dt.datetime | None = None, pretended: dt.datetime | None = None) -> None:
        """`floor`: the last time this machine was known to have reached; `pretended`: what `--at` asks for."""
        self._zone = ZoneInfo(timezone)
        self._started = time.monotonic()
        self._floor = max(RELEASED, floor) if floor else RELEASED
        self._pretended = pretended
        self._synchronised: bool | None = None

    @property
    def pretends(self) -> bool:
        """Whether the wall time is made up by `--at`, so that nothing it says may be kept."""
        return self._pretended is not None

    def now(self) -> float:
        """Gives monotonic seconds."""
        return time.monotonic()

    def read(self, now: float) -> BelievedTime:
        """Gives the wall time that belongs to the monotonic `now`, and how good it is."""
        if self._pretended is not None:
            at = self._pretended + dt.timedelta(seconds=now - self._started)
            return BelievedTime(at=at.astimezone(self._zone), quality="ntp")
        # The floor goes on with the monotonic clock: a dead battery must not stop the calendar at one instant.
        floor = self._floor + dt.timedelta(seconds=now - self._started)
        told = believed(dt.datetime.now(dt.UTC), floor, self._synchronised)
        return BelievedTime(at=told.at.astimezone(self._zone), quality=told.quality)

    def ask_synchronised(self) -> bool | None:
        """Asks the kernel whether the wall clock is disciplined, and remembers the answer (None: it cannot say)."""
        self._synchronised = kernel_synchronised()
        return self._synchronised


def kernel_synchronised() -> bool | None:
    """Tells whether the kernel calls its clock synchronised: adjtimex(2) on Linux, None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    timex = ctypes.create_string_buffer(208)  # struct timex, zeroed: modes = 0 only reads
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
    except (OSError, AttributeError):
        return None
    if state < 0:
        return None
    # Two 32-bit-aligned layouts: `status` follows modes, offset, freq, maxerror, esterror (longs).
    word = ctypes.sizeof(ctypes.c_long)
    status = ctypes.c_int.from_buffer(timex, word + 4 * word).value
    return state != _TIME_ERROR and not status & _STA_UNSYNC
