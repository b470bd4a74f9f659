"""Counts the decoder workers that a file took down.

Rule: pure but for the counts. A file that broke two workers is nobody's accident; but a disk that pauses lets a good
film hang, so a hang is forgotten once the file has played to its end. What is blamed are the bytes that were decoded,
local and published ones apart: whoever may write into a folder takes nothing off that was signed.
"""

from collections import Counter
from collections.abc import Callable
from typing import Literal

from player.decode.refusal import CRASHED, HANGS
from player.state import Play
from signage.errors import Words
from signage.slot import Slot

TOO_MANY = 2
MOST_REMEMBERED = 1000

Origin = Literal["local", "published"]
"""Where a file came from: a watched folder, or the office."""


def origin_of(slot: Slot) -> Origin:
    """Returns where a slot's media come from: a published playlist shows what came with it, another what lies here."""
    return "published" if slot.publication else "local"


class Breakages:
    """Remembers which bytes broke workers, and hands the second offence on."""

    def __init__(self, quarantine: Callable[[Origin, str, Words], None]) -> None:
        self._quarantine = quarantine
        self._crashes: Counter[tuple[Origin, str]] = Counter()
        self._hangs: Counter[tuple[Origin, str]] = Counter()

    def note(self, slot: Slot, why: Words) -> None:
        """Notes that a slot could not be shown; only a crash or a hang counts against its file.

        The slot's medium is what the decoder had in hand.
        """
        if slot.media is None or not slot.media.sha256 or why not in (CRASHED, HANGS):
            return
        key = origin_of(slot), slot.media.sha256
        counts = self._crashes if why == CRASHED else self._hangs
        if len(counts) >= MOST_REMEMBERED and key not in counts:
            del counts[next(iter(counts))]
        counts[key] += 1
        if self._crashes[key] + self._hangs[key] >= TOO_MANY:
            self._quarantine(*key, why)

    def played(self, play: Play) -> None:
        """Notes that a slot is over."""
        if play.outcome == "complete":
            for media in (play.slot.media, play.slot.picture):
                if media is not None:
                    self._hangs.pop((origin_of(play.slot), media.sha256), None)
