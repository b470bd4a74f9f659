"""How a play was heard: what is known of whether its sound reached a device.

Rule: pure. Only plays with sound say anything; which volume an amplifier has, and whether it is on, nobody knows.
"""

from typing import Literal, get_args

from signage.playlist import RANKS, Rank

Heard = Literal["", "heard", "partly", "unheard", "yielded", "muted"]
"""Empty: it had no sound, or was to be silent; `heard`: a sound device took it; `partly`: for a part of the time there
was no device; `unheard`: there was none; `yielded`: silent while something of a higher rank sounded; `muted`: at volume
0, or in a quiet period that began meanwhile."""

HEARD: tuple[Heard, ...] = get_args(Heard)
LOST_S, LOST_PART = 2.0, 0.1
"""So much of a sound may be lost, in seconds and of the whole, and it still counts as heard."""


def as_heard(word: str) -> Heard:
    """Returns the word itself, and the empty one for what a later version may mean something by."""
    return next((each for each in HEARD if each == word), "")


def heard_word(heard_s: float, unheard_s: float, yielded_s: float, muted_s: float) -> Heard:
    """Returns the word for a sound that was heard, unheard and silent for so long."""
    whole = heard_s + unheard_s + yielded_s + muted_s
    if whole <= 0.0:
        return ""
    if unheard_s > min(LOST_S, LOST_PART * whole):
        return "partly" if heard_s > 0.0 else "unheard"
    if heard_s >= max(yielded_s, muted_s):
        return "heard"
    return "yielded" if yielded_s >= muted_s else "muted"


def is_silenced(rank: Rank, sounding: frozenset[Rank]) -> bool:
    """Returns whether a sound of a rank gives way to those that sound in other zones: the higher rank is heard alone.

    Equal ranks sound together.
    """
    return any(RANKS.index(other) < RANKS.index(rank) for other in sounding)
