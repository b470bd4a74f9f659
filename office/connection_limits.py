"""Who may hold a connection, and for how long without getting anywhere.

Rule: pure but for its own memory; time is an argument. A connection is either *waited for* (its next request is not
here yet: it is idle, or it trickles) or *busy* (it is being answered, or the answer is on its way). Only those that are
waited for make room for others, and first those of the address that holds the most.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection may take."""

    request_s: float = 30.0
    """From the first byte of a request to its last; and between two requests, or before the first."""
    pace_s: float = 60.0
    least_bytes: int = 16 * 1024
    """Who takes less of his answer in `pace_s` is gone, or wants to hold the door; 2G takes ten times as much."""
    chance_s: float = 5.0
    """So long nobody makes room for others of his own address: to let in costs more than to turn away."""
    most: int = 2000
    """A fleet that downloads a publication; each keeps one connection."""
    most_of_address: int = 256
    """A village, or a town hall, behind one address."""


USUAL = Limits()


class Waiting(Protocol):
    """A connection, as far as it matters here."""

    network: str
    """What counts as one address; "" has no limit of its own: a proxy that speaks for many."""

    @property
    def waits_since(self) -> float | None:
        """Since when its next request is waited for; None: it is busy."""


class ConnectionCount:
    """The open connections of a server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: dict[str, dict[Waiting, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def room(self, network: str, now: float) -> "Waiting | bool":
        """Says whether one more may come from there; a connection stands for: if that one goes."""
        own = self._held.get(network, {})
        if network and len(own) >= self._limits.most_of_address:
            return _longest(own, now - self._limits.chance_s) or False
        if self._count < self._limits.most:
            return True
        crowded = max(self._held, key=lambda each: len(self._held[each]))
        if len(self._held[crowded]) <= len(own) + 1:
            return _longest(own, now - self._limits.chance_s) or False
        # Nobody of the largest crowd is owed anything, but for an answer that is on its way.
        return _longest(self._held[crowded], now) or _longest(self.held, now) or False

    def come(self, connection: Waiting) -> None:
        """Counts a connection."""
        self._held.setdefault(connection.network, {})[connection] = None
        self._count += 1

    def gone(self, connection: Waiting) -> None:
        """Counts it no longer; one that is not counted is no matter."""
        own = self._held.get(connection.network, {})
        if connection in own:
            del own[connection]
            self._count -= 1
            if not own:
                del self._held[connection.network]

    @property
    def held(self) -> "list[Waiting]":
        """All of them."""
        return [each for own in self._held.values() for each in own]


def _longest(connections: "Iterable[Waiting]", before: float) -> "Waiting | None":
    """Returns the one that is waited for the longest, at least since then."""
    found = ((each.waits_since, each) for each in connections)
    waiting = [(since, each) for since, each in found if since is not None and since <= before]
    return min(waiting, key=lambda pair: pair[0])[1] if waiting else None
