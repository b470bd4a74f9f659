"""Is a zone on the display what the player put there?

Rule: pure. A look compares the display with the canvas a moment before, and with the canvas a second later when the
first does not settle it. Films, fades and tickers change in between; where the canvas stood still, every point counts.
"""

from collections.abc import Sequence
from typing import Literal

from player.watch.verdict import differ

Outcome = Literal["agrees", "differs", "unclear"]

NEARLY_ALL = 0.9
"""Of a moving zone's points, as the canvas had them before or has them after: it is ours."""
TOO_MANY_WRONG = 0.5
"""Of the points of a moving zone that stood still: something else is there."""
LEAST_STEADY = 0.25
STUBBORN_LOOKS = 8
"""So many looks in a row the same part of a moving zone must be wrong; no film is late at one place for so long."""


def is_ours(shown: tuple[int, ...], before: tuple[int, ...]) -> bool:
    """Returns whether the display shows at every point what the canvas had just before."""
    return shown == before or not any(map(differ, shown, before))


def settled(
    shown: tuple[int, ...], before: tuple[int, ...], after: tuple[int, ...], wrong_for: Sequence[int]
) -> Outcome:
    """Returns what a look at a zone comes to, once the canvas a moment later is known.

    A zone that stood still agrees at every point or differs. A moving one agrees with nearly all of what was before or
    is now, and differs when most of what stood still in it is something else, or one part is so again and again:
    `wrong_for` is what `counted_on` returned.
    """
    if before == after:
        return "agrees" if is_ours(shown, before) else "differs"
    if max(wrong_for, default=0) >= STUBBORN_LOOKS:
        return "differs"
    near = sum(map(_is_near, shown, before, after))
    if near >= NEARLY_ALL * len(shown):
        return "agrees"
    steady = [(s, b) for s, b, a in zip(shown, before, after, strict=True) if a == b]
    wrong = sum(differ(s, b) for s, b in steady)
    if len(steady) >= LEAST_STEADY * len(shown) and wrong > TOO_MANY_WRONG * len(steady):
        return "differs"
    return "unclear"


def counted_on(
    wrong_for: Sequence[int], shown: tuple[int, ...], before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[int, ...]:
    """Returns for how many looks in a row each part of a zone was neither what was before nor what is now."""
    known = wrong_for if len(wrong_for) == len(shown) else (0,) * len(shown)
    return tuple(
        0 if _is_near(s, b, a) else count + 1 for count, s, b, a in zip(known, shown, before, after, strict=True)
    )


def _is_near(shown: int, before: int, after: int) -> bool:
    return not differ(shown, before) or not differ(shown, after)
