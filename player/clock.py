"""The two clocks: monotonic seconds for dwell, believed wall time for dates.

Rule: nothing else in the player asks the operating system what time it is. What is believed, and why, is decided in
`signage.trusted_time`.
"""

import ctypes
import datetime as dt
import logging
import sys
import threading
import time
from zoneinfo import ZoneInfo

import msgspec

from player.state import Moment
from signage.errors import Words
from signage.timefloor import BelievedTime
from signage.trusted_time import (
    NEAR_S,
    ClockReading,
    SavedTime,
    TimeKnowledge,
    Why,
    answered,
    begun,
    believed_s,
    hard_least_s,
    least_s,
    observed,
    saved,
    signed,
    told_by_hand,
)

log = logging.getLogger(__name__)

RELEASED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
"""No honest clock shows a time before this program was made."""

_STA_UNSYNC = 0x40  # adjtimex(2)
_TIME_ERROR = 5
APART_S, MOST_READINGS = 0.0005, 3
"""Between two readings of the monotonic clock around one of the other; else the thread was put off in between."""
ASLEEP_S = 0.05
"""A machine sleeps for longer."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Clock:
    """Gives monotonic seconds, and wall time in the screen's time zone as far as it can be believed. For any thread."""

    def __init__(
        self,
        timezone: str,
        floor: dt.datetime | None = None,
        pretended: dt.datetime | None = None,
        *,
        kept: SavedTime | None = None,
        boot: str = "",
    ) -> None:
        """`floor`: a time that is certainly past; `pretended`: what `--at` asks for.

        `kept` is what an earlier run knew of the time, `boot` names this run of the operating system.
        """
        self._zone = ZoneInfo(timezone)
        self._started = time.monotonic()
        self._pretended = pretended
        self._synchronised: bool | None = None
        self._boot = boot
        self._lock = threading.Lock()  # held for microseconds
        self._build_s = (max(RELEASED, floor) if floor else RELEASED).timestamp()
        self._asleep_s = _boot_s() - time.monotonic()
        """For how long the machine has slept since it was switched on."""
        self._off_s = 0.0
        """By how much the clock on the wall is ahead of what is gone by."""
        self._known = begun(self._build_s, kept, self._started + self._asleep_s, boot)

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
        known = self._look()
        up_s = now + self._asleep_s
        at = _EPOCH + dt.timedelta(seconds=up_s) + dt.timedelta(seconds=believed_s(known, up_s) - up_s)
        return BelievedTime(at=at.astimezone(self._zone), quality=known.quality)

    @property
    def made_at(self) -> dt.datetime:
        """When this program was made; no clock is right that stands before."""
        return self._at(self._build_s)

    @property
    def trouble(self) -> Words | None:
        """Why the clock on the wall is not gone by; None while it is."""
        off_s = self._off_s
        if abs(off_s) <= NEAR_S:
            return None
        by = _about(abs(off_s))
        return Words(
            zh=f"机器时钟{'快' if off_s > 0 else '慢'}了约 {by.zh}，不采信；请校时。要是机器时钟才对，"
            "运行 wuzha-player clock --believe",
            en=f"the machine's clock is about {by.en} {'ahead' if off_s > 0 else 'behind'} and not believed; set it, "
            "or run wuzha-player clock --believe if it is right",
        )

    def up_s(self) -> float:
        """Returns seconds since the machine was switched on, asleep or not."""
        return self.now() + self._asleep_s

    def believe_wall(self) -> None:
        """Takes a person's word that the machine's clock is right: nothing that was known otherwise stays."""
        with self._lock:
            self._known = told_by_hand(self._known, self._reading())

    def remember(self, kept: SavedTime) -> None:
        """Takes what an earlier run knew of the time when its disk answers late."""
        with self._lock:
            self._known = begun(self._build_s, kept, time.monotonic() + self._asleep_s, self._boot)

    def moment(self) -> Moment:
        """Returns this moment, with the time that it is at least."""
        if self._pretended is not None:
            told = self.read(now := self.now())
            return Moment(told.at, now, told.quality)
        now, known = self.now(), self._look()
        up_s = now + self._asleep_s
        return Moment(
            self._at(believed_s(known, up_s)),
            now,
            known.quality,
            least=self._at(least_s(known, up_s)),
            signed_least=self._at(hard_least_s(known, up_s)),
        )

    def signed(self, kind: str, by: str, number: int, at: dt.datetime) -> None:
        """Takes the time that a document was signed at, whose signature by the key `by` held."""
        with self._lock:
            up_s = self.now() + self._asleep_s
            self._known = signed(self._known, kind, by, number, at.timestamp(), up_s)

    def answered(self, by: str, at: dt.datetime, sent: float) -> None:
        """Takes the time that the office signed in answer to what was sent at monotonic `sent`."""
        with self._lock:
            up_s = self.now() + self._asleep_s
            self._known = answered(self._known, by, at.timestamp(), sent + self._asleep_s, up_s)

    def ask_synchronised(self) -> bool | None:
        """Asks the kernel whether the wall clock is disciplined, and remembers the answer (None: it cannot say)."""
        self._synchronised = kernel_synchronised()
        return self._synchronised

    def why_corrected(self) -> Why:
        """Returns why the time was last corrected, once; empty when it was not, such as after the machine slept."""
        with self._lock:
            why, self._known = self._known.why, msgspec.structs.replace(self._known, why="")
        return why

    def kept(self) -> SavedTime:
        """Returns what the next run has to know of the time."""
        known = self._look()
        return saved(known, self.now() + self._asleep_s, self._boot)

    def _at(self, at_s: float) -> dt.datetime:
        return (_EPOCH + dt.timedelta(seconds=at_s)).astimezone(self._zone)

    def _look(self) -> TimeKnowledge:
        """Looks at both clocks; returns what is known."""
        with self._lock:
            reading = self._reading()
            self._known = known = observed(self._known, reading)
            self._off_s = reading.wall_s - believed_s(known, reading.up_s)
            return known

    def _reading(self) -> ClockReading:
        for _ in range(MOST_READINGS):
            before, boot_s = time.monotonic(), _boot_s()
            wall_s, after = time.time(), time.monotonic()
            if after - before < APART_S:
                break
        if abs(boot_s - before - self._asleep_s) > ASLEEP_S:
            self._asleep_s = boot_s - before
        return ClockReading(before + self._asleep_s, wall_s, self._synchronised)


def kept_before(saved_at: dt.datetime) -> SavedTime:
    """Returns what a file says in which earlier versions kept the time of its writing only."""
    try:
        return SavedTime(at_ms=round(saved_at.timestamp() * 1000), up_ms=0)
    except (OverflowError, ValueError):  # the year 1 without an offset
        return SavedTime(at_ms=0, up_ms=0)


def _about(seconds: float) -> Words:
    """So coarse that it stays the same while nothing happens."""
    for size_s, zh, en in ((2 * 86_400, "天", "days"), (2 * 3600, "小时", "hours"), (0, "分钟", "minutes")):
        if seconds >= size_s:
            unit_s = size_s / 2 or 60
            return Words(f"{round(seconds / unit_s)} {zh}", f"{round(seconds / unit_s)} {en}")
    raise AssertionError(seconds)


def _boot_s() -> float:
    """Seconds since the machine was switched on, asleep or not; where nobody counts those, monotonic seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform.startswith("linux") else time.monotonic()


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
