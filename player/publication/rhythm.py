"""When to look and when to try again: regularly, and ever more seldom while it fails; never all screens at once."""

import random
import time
from collections.abc import Callable

FIRST_DELAY_S, LONGEST_DELAY_S = 2.0, 300.0


class Rhythm:
    """The dues of one thread, in monotonic seconds; the first look is due at once."""

    def __init__(self, first_delay_s: float = FIRST_DELAY_S, read_clock: Callable[[], float] = time.monotonic) -> None:
        """`read_clock` gives monotonic seconds."""
        self._first_delay_s, self._now = first_delay_s, read_clock
        self._look_failures = self._bring_failures = 0
        self._random = random.SystemRandom()
        self._look_due = self._now()
        self._bring_due: float | None = None

    def is_look_due(self) -> bool:
        """Whether it is time to look."""
        return self._now() >= self._look_due

    def looked(self, every_s: float) -> None:
        """A look succeeded; the next one is due in about `every_s`."""
        self._look_failures = 0
        self._look_due = self._now() + every_s * self._random.uniform(0.8, 1.2)

    def failed(self, *, unasked: bool) -> None:
        """A look failed. Unless it was our own, the next own one stays due when it was.

        Whoever sends heads that do not hold must not keep the screen from looking by itself.
        """
        if unasked or self.is_look_due():
            self._look_due = self._now() + self._later(self._look_failures)
            self._look_failures += 1

    def bring_again(self) -> None:
        """Something could not be fetched: it is due again some time later, if it is not already."""
        if self._bring_due is None:
            self._bring_due = self._now() + self._later(self._bring_failures)
            self._bring_failures += 1

    def brought(self) -> None:
        """Something new came: failures begin anew."""
        self._bring_failures = 0

    def is_bring_due(self) -> bool:
        """Whether what could not be fetched is to be tried again now; asks once for each time."""
        if self._bring_due is None or self._now() < self._bring_due:
            return False
        self._bring_due = None
        return True

    def left_s(self) -> float:
        """How long nothing is due."""
        dues = [self._look_due, *([self._bring_due] if self._bring_due is not None else [])]
        return min(dues) - self._now()

    def _later(self, failures: int) -> float:
        delay_s = min(LONGEST_DELAY_S, self._first_delay_s * (1 << min(failures, 20)))
        return delay_s * self._random.uniform(0.5, 1.0)
