"""Tasks in the order in which their addresses take turns, so that who asks a hundred times waits for himself only.

Rule: no lock of its own, whoever holds the queue's lock may call; time is an argument.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

Task = TypeVar("Task")

MOST_REMEMBERED = 4096
"""Addresses whose pace is remembered although nothing of theirs waits; beyond that the oldest begin anew."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one address is taken."""

    at_once: int
    per_second: float
    burst: float
    """So many may come at once before they are taken at their pace."""


class FairQueue(Generic[Task]):
    """A queue for several workers: one task of each address after the other, and those of one at a pace."""

    def __init__(self, network: Callable[[Task], str], pace: Pace) -> None:
        """`network` says whose a task is; "" is everybody's, and has no pace."""
        self._network, self._pace = network, pace
        self._waiting: OrderedDict[str, deque[Task]] = OrderedDict()
        self._running: dict[str, int] = {}
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """How much of its burst an address used, and as of when."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, task: Task) -> None:
        """Puts a task behind the others of its address."""
        self._waiting.setdefault(self._network(task), deque()).append(task)
        self._length += 1

    def next_s(self, now: float) -> float | None:
        """Returns in how many seconds a task may begin; 0: now. None: when another was added, or one ended."""
        waits = [self._wait_s(each, now) for each in self._waiting if self._has_room(each)]
        return min(waits, default=None)

    def popleft(self, now: float) -> tuple[str, Task]:
        """Takes the next that may begin, and whose it is; call `done` when it is. Raises IndexError."""
        may = (each for each in self._waiting if self._has_room(each) and self._wait_s(each, now) <= 0)
        network = next(may, None)
        if network is None:
            raise IndexError("nothing may begin")
        task = self._take(network)
        self._running[network] = self._running.get(network, 0) + 1
        spent = self._spent_by(network, now) + 1.0
        self._spent.pop(network, None)
        self._spent[network] = (spent, now)
        while len(self._spent) > MOST_REMEMBERED:
            self._spent.popitem(last=False)
        return network, task

    def drop(self) -> Task:
        """Takes any that waits, not to begin it. Raises StopIteration."""
        return self._take(next(iter(self._waiting)))

    def done(self, network: str) -> None:
        """Notes that a task of that address ended."""
        left = self._running.pop(network) - 1
        if left:
            self._running[network] = left

    def _take(self, network: str) -> Task:
        own = self._waiting.pop(network)
        task = own.popleft()
        if own:
            self._waiting[network] = own  # behind everybody else
        self._length -= 1
        return task

    def _has_room(self, network: str) -> bool:
        return not network or self._running.get(network, 0) < self._pace.at_once

    def _wait_s(self, network: str, now: float) -> float:
        if not network:
            return 0.0
        return max(0.0, self._spent_by(network, now) + 1.0 - self._pace.burst) / self._pace.per_second

    def _spent_by(self, network: str, now: float) -> float:
        spent, at = self._spent.get(network, (0.0, now))
        return max(0.0, spent - (now - at) * self._pace.per_second)
