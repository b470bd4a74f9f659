"""How fast a ticker moves and where its strips lie: the arithmetic of a flowing line.

Rule: numbers only. Positions count pixels along the reading direction since the flow began; the zone shows
`[shown, shown + width)`, and text enters at `shown + width`.
"""

import math
from dataclasses import dataclass

from signage.layout import Zone

MOST_STEPS_HZ = 60.0
VSYNC_TOLERANCE = 0.02
"""A speed this near is taken at once; else the nearest of all is."""
MOST_REFRESHES = 4


@dataclass(frozen=True, slots=True)
class Motion:
    """Whole pixels per step, and the time between two steps."""

    step_px: int
    interval_s: float

    @property
    def speed_px_s(self) -> float:
        """Gives the speed in pixels per second."""
        return self.step_px / self.interval_s


def em_px(zone: Zone) -> int:
    """Gives the type size of a ticker in this zone: leaves room above and below for descenders and marks."""
    return max(8, round(zone.box.height * 0.72))


def ticker_motion(em: int, chars_per_min: float, vsync_hz: float | None) -> Motion:
    """Gives the motion at which `chars_per_min` full-width characters of `em` pixels pass by.

    Exact when presentation is free (`vsync_hz` None), at no more than 60 steps a second. With vsync a step is whole
    pixels per whole refreshes: the nearest such speed, of which one refresh per step is preferred.
    """
    speed = max(em * chars_per_min / 60.0, 1.0)
    if vsync_hz is None or vsync_hz <= 0.0:
        step = max(1, math.ceil(speed / MOST_STEPS_HZ))
        return Motion(step, step / speed)
    fewest = max(1, math.ceil(vsync_hz / (MOST_STEPS_HZ * 1.05)))
    choices = [
        Motion(max(1, round(speed * refreshes / vsync_hz)), refreshes / vsync_hz)
        for refreshes in range(fewest, fewest + MOST_REFRESHES)
    ]
    near = [m for m in choices if abs(m.speed_px_s - speed) <= VSYNC_TOLERANCE * speed]
    return near[0] if near else min(choices, key=lambda m: abs(m.speed_px_s - speed))


def length_px(planned_s: float, motion: Motion) -> int:
    """Gives how long a strip must be to pass one point in `planned_s`."""
    return max(1, round(planned_s * motion.speed_px_s))


def pieces(start: int, length: int, around: int) -> tuple[tuple[int, int, int], ...]:
    """Gives where a stretch of the flow lies in a ring of `around` pixels, which is no shorter than the stretch.

    One or two pieces, each (place in the ring, offset in the stretch, length).
    """
    at = start % around
    first = min(length, around - at)
    if first == length:
        return ((at, 0, length),)
    return ((at, 0, first), (0, first, length - first))


def seam(shown: int, width: int, ink_end: int, step_px: int) -> int:
    """Gives where the next strip begins: right behind the former one, or where text enters if that has passed."""
    entering = shown + width
    return ink_end if entering - ink_end < 2 * step_px else entering


@dataclass(frozen=True, slots=True)
class Step:
    """A move of the line: when it was due, and how many steps before it were not drawn."""

    due: float
    missed: int


class Flow:
    """Where the line stands, as time goes on: whole steps of one motion after the other."""

    def __init__(self, slack: float) -> None:
        """`slack` is the part of a step by which it may come early: a half where the display itself sets the pace."""
        self.px = 0
        """What is at the left edge of the zone, as drawn."""
        self._slack = slack + 1e-6
        self._motion: Motion | None = None
        self._since = 0.0
        self._since_px = 0

    def go(self, motion: Motion, now: float) -> None:
        """Moves on with `motion`; with the one it has, the beat is kept."""
        if self._motion != motion:
            self._motion, self._since, self._since_px = motion, now, self.px

    def halt(self) -> None:
        """Stands still from now on."""
        self._motion = None

    def at(self, now: float) -> int:
        """Gives where the line is to be at `now`."""
        if self._motion is None:
            return self.px
        return self._since_px + self._steps(self._motion, now) * self._motion.step_px

    def step(self, now: float, limit: int | None) -> Step | None:
        """Moves the line to where it is to be, but not beyond `limit`, where it waits for text; None: it stays."""
        motion = self._motion
        if motion is None:
            return None
        to = self.at(now)
        if limit is not None and to > limit:
            to = self.px + max(0, limit - self.px) // motion.step_px * motion.step_px
            self._since, self._since_px = now, to
        if to <= self.px:
            return None
        missed = max(0, (to - self.px) // motion.step_px - 1)
        self.px = to
        due = self._since + (to - self._since_px) // motion.step_px * motion.interval_s
        return Step(due, missed)

    def next_step(self, now: float) -> float | None:
        """Gives when the line moves next; None while it stands still."""
        motion = self._motion
        if motion is None:
            return None
        return self._since + (self._steps(motion, now) + 1 - self._slack) * motion.interval_s

    def _steps(self, motion: Motion, now: float) -> int:
        return math.floor((now - self._since) / motion.interval_s + self._slack)
