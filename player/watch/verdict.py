"""Is what people see what the player shows?

Rule: pure. A look pairs the colours on the display with the canvas's own a moment before and a moment after. It must
not cry wolf: films, fades and tickers change between the three, and a picture may really be dark.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal, NamedTuple

Verdict = Literal["fine", "black", "frozen", "foreign"]
VERDICT_SAYS: dict[Verdict, str] = {
    "fine": "the display shows what is played",
    "black": "the display is black although a picture is shown",
    "frozen": "the display stands still although the picture moves",
    "foreign": "the display shows something else: the window is covered, moved or off the desktop",
}

DARK = 16
"""No channel above this: unlit."""
LIT = 48
OFF = 40
"""Channels that differ by more are another colour."""
BLACK_LOOKS, FOREIGN_LOOKS, FROZEN_LOOKS = 2, 2, 3
MOST_LOOKS = 3


class Look(NamedTuple):
    """0xRRGGBB at the same places of the display, and of the canvas just before and just after."""

    shown: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    places: tuple[tuple[int, int], ...] = ()


def judged(looks: tuple[Look, ...]) -> Verdict:
    """Gives the verdict of the last few looks, oldest first: `fine` until enough of them agree on what is wrong."""
    if _agree(looks, BLACK_LOOKS, _is_black):
        return "black"
    if _agree(looks, FROZEN_LOOKS, lambda look: _is_same(look, looks[-1]) and _is_moving(looks[-FROZEN_LOOKS:])):
        return "frozen"
    if _agree(looks, FOREIGN_LOOKS, _is_foreign):
        return "foreign"
    return "fine"


def _agree(looks: tuple[Look, ...], count: int, test: Callable[[Look], bool]) -> bool:
    return len(looks) >= count and all(test(look) for look in looks[-count:])


def is_black(shown: tuple[int, ...], before: tuple[int, ...]) -> bool:
    """Returns whether a display is unlit although the canvas was lit."""
    return bool(shown) and max(map(_brightest, before)) >= LIT and max(map(_brightest, shown)) <= DARK


def _is_same(one: Look, other: Look) -> bool:
    return one.places == other.places and one.shown == other.shown


def _is_black(look: Look) -> bool:
    is_lit = all(max(map(_brightest, own)) >= LIT for own in (look.before, look.after))
    return is_lit and max(map(_brightest, look.shown)) <= DARK


def _is_moving(looks: tuple[Look, ...]) -> bool:
    """Says whether the canvas was another one at each look."""
    pairs = pairwise(looks)
    return all(_far(a.before, b.before) * 4 > len(b.before) for a, b in pairs)


def _is_foreign(look: Look) -> bool:
    """Says whether places where the canvas stood still show something else."""
    steady = [n for n, (a, b) in enumerate(zip(look.before, look.after, strict=True)) if a == b]
    if len(steady) * 4 < len(look.shown):
        return False
    wrong = sum(differ(look.shown[n], look.before[n]) for n in steady)
    return wrong * 4 > len(steady)


def _far(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum(differ(a, b) for a, b in zip(one, other, strict=True))


def differ(one: int, other: int) -> bool:
    """Returns whether two 0xRRGGBB are plainly different colours."""
    return any(abs((one >> shift & 255) - (other >> shift & 255)) > OFF for shift in (16, 8, 0))


def _brightest(colour: int) -> int:
    return max(colour >> 16, colour >> 8 & 255, colour & 255)
