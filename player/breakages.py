"""Counts the decoder workers that a file took down.

Rule: pure but for the counts. A file that broke two workers is nobody's accident; but a disk that pauses lets a good
film hang, so a hang is forgotten once the file has played to its end.
"""

from collections import Counter
from collections.abc import Callable

from player.decode.refusal import CRASHED, HANGS
from player.state import Play
from signage.errors import Words
from signage.slot import Slot

TOO_MANY = 2
MOST_REMEMBERED = 1000


class Breakages:
    """Remembers which bytes broke workers, and hands the second offence on."""

    def __init__(self, quarantine: Callable[[str, Words], None]) -> None:
        self._quarantine = quarantine
        self._crashes: Counter[str] = Counter()
        self._hangs: Counter[str] = Counter()

    def note(self, slot: Slot, why: Words) -> None:
        """Notes that a slot could not be shown; only a crash or a hang counts against its file."""
        if slot.media is None or why not in (CRASHED, HANGS):
            return
        counts, content = self._crashes if why == CRASHED else self._hangs, slot.media.sha256
        if len(counts) >= MOST_REMEMBERED:
            counts.clear()
        counts[content] += 1
        if self._crashes[content] + self._hangs[content] >= TOO_MANY:
            self._quarantine(content, why)

    def played(self, play: Play) -> None:
        """Notes that a slot is over."""
        if play.outcome == "complete" and play.slot.media is not None:
            self._hangs.pop(play.slot.media.sha256, None)
