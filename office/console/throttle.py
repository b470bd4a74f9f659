"""Slows down whoever guesses passwords.

Rule: pure but for its own memory; time is an argument. Three tracks run beside each other: one for an address with a
name, which grows to a quarter of an hour; one for a name from everywhere, which stays short; and one for an address
under whatever names, which asks a name to come back after a moment. Neither of the last two holds for an address that
this name came in from before, so that strangers cannot keep the office out of its own console.
"""

import threading
from collections import OrderedDict

import msgspec

from office.addresses import network

FREE_TRIES = 4
"""So often anybody mistypes."""
LONGEST_S = {"address": 900.0, "name": 30.0}
FORGET_S = 3600.0
FREE_NAMES = 12
"""Failures of one address under whatever names; behind it may be a whole office."""
REFILL_S = 20.0
"""After so long one of them is forgotten."""
RETURN_S = 3.0
"""Beyond them a name is heard when it is tried a second time, so long after the first: who guesses ever new names never
comes back, and who mistyped does."""
RETURN_WITHIN_S = 120.0
MOST_TRACKS = 20_000
"""Beyond that the oldest is forgotten: memory has an end, however many addresses somebody has."""
MOST_NAME = 150

Key = tuple[str, str]


class Track(msgspec.Struct, frozen=True):
    """The failures of one kind, and until when it has to wait."""

    failures: int
    last: float
    until: float


class Throttle:
    """The failures of the last hour; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: OrderedDict[Key, Track] = OrderedDict()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """How many failures of an address are not forgotten yet, and as of when."""
        self._known: OrderedDict[str, None] = OrderedDict()

    def knows(self, address: str, name: str) -> bool:
        """Says whether this name came in from this address before."""
        with self._lock:
            return _keys(address, name)[0][1] in self._known

    def wait_s(self, address: str, name: str, now: float, *, known: bool = False) -> float:
        """Returns how many seconds are left until this address may try this name again; 0: now.

        `known`: whoever asks proved by other means that this name came in from there before.
        """
        with self._lock:
            by_address, by_name = _keys(address, name)
            keys = (by_address,) if known or by_address[1] in self._known else (by_address, by_name)
            found = (self._tracks.get(key) for key in keys)
            return max(0.0, *(track.until - now for track in found if track is not None), 0.0)

    def crowded(self, address: str, now: float) -> bool:
        """Says whether so much failed from this address that a name has to come back to be heard."""
        with self._lock:
            return self._level(network(address), now) + 1.0 > FREE_NAMES

    def failed(self, address: str, name: str, now: float) -> None:
        """Notes a wrong password."""
        with self._lock:
            for key in _keys(address, name):
                track = self._tracks.pop(key, None)
                failures = 1 if track is None or now - track.last > FORGET_S else track.failures + 1
                delay_s = (
                    0.0 if failures < FREE_TRIES else min(LONGEST_S[key[0]], 2.0 ** min(failures - FREE_TRIES, 20))
                )
                self._tracks[key] = Track(failures, now, now + delay_s)
            place = network(address)
            level = min(self._level(place, now) + 1.0, 2.0 * FREE_NAMES)
            self._levels.pop(place, None)
            self._levels[place] = (level, now)
            _shorten(self._tracks)
            _shorten(self._levels)

    def succeeded(self, address: str, name: str) -> None:
        """Forgets the failures of somebody who got in."""
        with self._lock:
            for key in _keys(address, name):
                self._tracks.pop(key, None)
            place = network(address)
            if place in self._levels:
                level, at = self._levels[place]
                self._levels[place] = (max(0.0, level - 1.0), at)
        self.remember(address, name)

    def remember(self, address: str, name: str) -> None:
        """Notes that this name came in from this address."""
        with self._lock:
            place = _keys(address, name)[0][1]
            self._known.pop(place, None)
            self._known[place] = None
            _shorten(self._known)

    def forget(self) -> None:
        """Begins anew."""
        with self._lock:
            self._tracks.clear()
            self._levels.clear()
            self._known.clear()

    def _level(self, place: str, now: float) -> float:
        level, at = self._levels.get(place, (0.0, now))
        return max(0.0, level - (now - at) / REFILL_S)


def _keys(address: str, name: str) -> tuple[Key, ...]:
    name = name[:MOST_NAME].casefold()
    return ("address", f"{network(address)}\n{name}"), ("name", name)


def _shorten(kept: "OrderedDict[Key, Track] | OrderedDict[str, tuple[float, float]] | OrderedDict[str, None]") -> None:
    while len(kept) > MOST_TRACKS:
        kept.popitem(last=False)
