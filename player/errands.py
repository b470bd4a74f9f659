"""What the rest of the player does for a command of the office: each is asked for, and done elsewhere.

Rule: every call returns at once.
"""

from collections.abc import Callable

from player.events import Identify, Inbox, SetVolume, Skip, Stopped, TakeStill
from signage.ledger import Details, What


class Errands:
    """The hands of the agent, on its thread."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        volume: Callable[[], int],
        recompose: Callable[[], None],
        look: Callable[[], None],
        note: Callable[[What, Details], None],
    ) -> None:
        """`volume` gives the percent that hold, `recompose` has the program made anew, `look` asks for publications."""
        self._inbox = inbox
        self._volume, self._recompose, self._look, self._note = volume, recompose, look, note

    def take_still(self) -> bool:
        """Asks the loop for a picture."""
        return self._inbox.ask(TakeStill())

    def skip(self) -> None:
        """Has the next items begin."""
        self._inbox.ask(Skip())

    def refresh(self) -> None:
        """Has publications looked for."""
        self._look()

    def identify(self, seconds: int) -> None:
        """Has the screen say who it is."""
        self._inbox.ask(Identify(seconds))

    def set_volume(self, _percent: int | None) -> None:
        """Has the volume that holds now be heard."""
        self._inbox.ask(SetVolume(self._volume()))

    def orders_changed(self) -> None:
        """Has the program composed anew."""
        self._recompose()

    def restart(self) -> None:
        """Has the screen process begin anew."""
        self._inbox.put(Stopped(again=True))

    def happened(self, what: What, details: Details) -> None:
        """Writes down that an order begins or ends."""
        self._note(what, details)
