"""Parts that wait for the state folder: while its disk does not answer, the player plays without them.

Rule: every call returns at once; nothing is begun after the end was asked for.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from player.alone import Alone, Tie
from player.orders import Orders
from player.publication.published import OnAir
from player.state import Play, State
from player.uplink.still import Still
from player.uplink.telling import Sight
from signage.errors import Words
from signage.slot import Slot


class Part(Protocol):
    """Something that runs on threads of its own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Latecomers:
    """Parts that begin in order, now or when the state folder answers, and are stopped in reverse if they began."""

    def __init__(self) -> None:
        self._running: list[Part] = []
        self._guard = threading.Lock()
        self._stopped = False

    def come(self, *parts: Part) -> None:
        """Begins them, unless the end has come."""
        with self._guard:
            for part in parts if not self._stopped else ():
                part.start()
                self._running.append(part)

    def close(self) -> None:
        """Ends those that have begun; no other one will."""
        with self._guard:
            self._stopped = True
        for part in reversed(self._running):
            part.stop()


class LateTie:
    """The office of a player that does not know yet what its office ordered and published."""

    sight: Callable[[], Sight]

    def __init__(self, volume: int) -> None:
        self._tie: Tie = Alone(volume)

    def become(self, tie: Tie) -> None:
        """Goes over to the office as it is known now."""
        tie.sight = self.sight
        self._tie = tie

    @property
    def trouble(self) -> Words | None:
        """What is wrong between player and office."""
        return self._tie.trouble

    @property
    def volume(self) -> int:
        """The volume that holds, in percent."""
        return self._tie.volume

    def on_air(self) -> OnAir:
        """What the office published."""
        return self._tie.on_air()

    def orders(self) -> Orders:
        """What the office ordered."""
        return self._tie.orders()

    def began(self, slot: Slot) -> None:
        """Hears that a slot's first frame is on the screen."""
        self._tie.began(slot)

    def played(self, play: Play) -> None:
        """Hears of a play that is over."""
        self._tie.played(play)

    def saw(self, state: State) -> None:
        """Hears of a new state."""
        self._tie.saw(state)

    def took(self, still: Still) -> None:
        """Takes a picture of the screen."""
        self._tie.took(still)

    def release(self) -> None:
        """Ends the office's orders."""
        self._tie.release()

    def quarantine(self, sha256: str, why: Words) -> None:
        """Leaves a published file out."""
        self._tie.quarantine(sha256, why)

    def doubt(self, sha256: str) -> None:
        """Has a published file hashed again."""
        self._tie.doubt(sha256)

    def start(self) -> None:
        """Does nothing: the office is begun when it is known."""

    def stop(self) -> None:
        """Does nothing, as above."""
