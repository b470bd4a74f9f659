"""Counts the decoder workers that a file took down.

Rule: pure but for the count; a file that broke two workers is nobody's accident.
"""

from collections.abc import Callable

from player.decode.refusal import CRASHED, HANGS
from signage.errors import Words
from signage.slot import Slot

TOO_MANY = 2
MOST_REMEMBERED = 1000


class Breakages:
    """Remembers which bytes broke workers, and hands the second offence on."""

    def __init__(self, quarantine: Callable[[str, Words], None]) -> None:
        self._quarantine = quarantine
        self._broken: dict[str, int] = {}

    def note(self, slot: Slot, why: Words) -> None:
        """Notes that a slot could not be shown; only a crash or a hang counts against its file."""
        if slot.media is None or why not in (CRASHED, HANGS):
            return
        if len(self._broken) >= MOST_REMEMBERED:
            self._broken.clear()
        count = self._broken.get(slot.media.sha256, 0) + 1
        self._broken[slot.media.sha256] = count
        if count >= TOO_MANY:
            self._quarantine(slot.media.sha256, why)
