"""How a play was presented: what is known of whether anybody could see it.

Rule: pure; who looks at the display says one of these words, whoever counts asks `as_counted`.
"""

from collections.abc import Iterable
from typing import Literal, get_args

Presented = Literal["seen", "dark", "covered", "no-display", "headless", "unknown"]
"""`seen`: on a display, read back as ours; `dark`: the display was unlit or off; `covered`: it showed something else;
`no-display`: there was none, or none that is connected; `headless`: the player was started without one; `unknown`:
nobody could look, or nobody did."""

PRESENTED: tuple[Presented, ...] = get_args(Presented)

Counted = Literal["seen", "unseen", "unknown"]


def as_counted(presented: Presented) -> Counted:
    """Returns the column of a count that a play belongs to."""
    match presented:
        case "seen":
            return "seen"
        case "unknown":
            return "unknown"
        case _:
            return "unseen"


def as_presented(word: str) -> Presented:
    """Returns the word itself, and `unknown` for one that a later version may mean something by."""
    return next((each for each in PRESENTED if each == word), "unknown")


_WORST_FIRST: tuple[Presented, ...] = ("headless", "no-display", "dark", "covered", "seen", "unknown")


def worst(words: Iterable[Presented]) -> Presented:
    """Returns the word that speaks most against having been seen; `unknown` only where nothing else was said."""
    return min(words, key=_WORST_FIRST.index, default="unknown")
