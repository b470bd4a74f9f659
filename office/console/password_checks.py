"""How many passwords are hashed at once: a hash costs a third of a second of a processor, on purpose.

Rule: whoever is known has a lane of its own, which strangers cannot fill; an address has one turn at a time; and when
all places to wait are taken the answer is no, at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Lane = Literal["known", "strangers"]

AT_ONCE = 1
"""Of each lane; a small office has two processors."""
MOST_WAITING = 2
"""Each of them holds a thread that pages need too."""
LONGEST_S = 5.0


class PasswordChecks:
    """Turns at hashing; any thread may ask for one."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._running: dict[Lane, int] = {"known": 0, "strangers": 0}
        self._inside: dict[Lane, list[str]] = {"known": [], "strangers": []}
        """The callers of a lane, those that wait and those whose turn it is."""

    @contextmanager
    def turn(self, lane: Lane, caller: str) -> Iterator[bool]:
        """Waits for a turn and says whether there is one; False comes at once, but after a wait that was too long."""
        with self._free:
            inside = self._inside[lane]
            granted = caller not in inside and len(inside) < AT_ONCE + MOST_WAITING
            if granted:
                inside.append(caller)
                granted = self._free.wait_for(lambda: self._running[lane] < AT_ONCE, LONGEST_S)
                if granted:
                    self._running[lane] += 1
                else:
                    inside.remove(caller)
        try:
            yield granted
        finally:
            if granted:
                with self._free:
                    self._running[lane] -= 1
                    inside.remove(caller)
                    self._free.notify_all()
