"""Slows down whoever guesses passwords.

Rule: pure but for its own memory; time is an argument. Two tracks run beside each other: one for an address with a
name, which grows to a quarter of an hour, and one for a name from everywhere, which stays short and does not hold
for an address that this name came in from before, so that strangers cannot keep the office out of its own console.
"""

import threading
from collections import OrderedDict

import msgspec

FREE_TRIES = 4
"""So often anybody mistypes."""
LONGEST_S = {"address": 900.0, "name": 30.0}
FORGET_S = 3600.0
MOST_TRACKS = 20_000
"""Beyond that the oldest is forgotten: memory has an end, however many addresses somebody has."""


class Track(msgspec.Struct, frozen=True):
    """The failures of one kind, and until when it has to wait."""

    failures: int
    last: float
    until: float


class Throttle:
    """The failures of the last hour; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: OrderedDict[tuple[str, str], Track] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait_s(self, address: str, name: str, now: float) -> float:
        """Gives how many seconds are left until this address may try this name again; 0: now."""
        with self._lock:
            by_address, by_name = _keys(address, name)
            keys = (by_address,) if by_address[1] in self._known else (by_address, by_name)
            found = (self._tracks.get(key) for key in keys)
            return max((track.until - now for track in found if track is not None), default=0.0)

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
            while len(self._tracks) > MOST_TRACKS:
                self._tracks.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """Forgets the failures of somebody who got in."""
        with self._lock:
            for key in _keys(address, name):
                self._tracks.pop(key, None)
            self._known[_keys(address, name)[0][1]] = None
            while len(self._known) > MOST_TRACKS:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Begins anew."""
        with self._lock:
            self._tracks.clear()
            self._known.clear()


def _keys(address: str, name: str) -> tuple[tuple[str, str], ...]:
    name = name[:150].casefold()
    return ("address", f"{address}\n{name}"), ("name", name)
