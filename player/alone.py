"""What the player hands to its office, and a player that has none."""

from collections.abc import Callable
from typing import Protocol

from player.orders import Orders
from player.publication.published import OnAir
from player.state import Play, State
from player.uplink.still import Still
from player.uplink.telling import Sight
from signage.errors import Words
from signage.slot import Slot


class Tie(Protocol):
    """The office as the player sees it; every call but `start` and `stop` returns at once."""

    sight: Callable[[], Sight]
    """Gives what the rest of the player knows; set before the start."""

    @property
    def trouble(self) -> Words | None: ...
    @property
    def volume(self) -> int: ...
    def on_air(self) -> OnAir: ...
    def orders(self) -> Orders: ...
    def began(self, slot: Slot, /) -> None: ...
    def played(self, play: Play, /) -> None: ...
    def saw(self, state: State, /) -> None: ...
    def took(self, still: Still, /) -> None: ...
    def release(self) -> None: ...
    def quarantine(self, sha256: str, why: Words, /) -> None: ...
    def doubt(self, sha256: str, /) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Alone:
    """No office: nothing is published, ordered or told."""

    sight: Callable[[], Sight]
    trouble = None

    def __init__(self, volume: int) -> None:
        self.volume = volume

    def on_air(self) -> OnAir:
        """Gives nothing."""
        return OnAir()

    def orders(self) -> Orders:
        """Gives none."""
        return Orders()

    def began(self, slot: Slot) -> None:
        """Does nothing."""

    def played(self, play: Play) -> None:
        """Does nothing."""

    def saw(self, state: State) -> None:
        """Does nothing."""

    def took(self, still: Still) -> None:
        """Does nothing."""

    def release(self) -> None:
        """Does nothing."""

    def quarantine(self, sha256: str, why: Words) -> None:
        """Does nothing."""

    def doubt(self, sha256: str) -> None:
        """Does nothing."""

    def start(self) -> None:
        """Does nothing."""

    def stop(self) -> None:
        """Does nothing."""
