"""How one picture gives way to the next: what is drawn where, at each moment.

Rule: arithmetic only; time is an argument and nothing is drawn here.
"""

from dataclasses import dataclass
from typing import Literal

from signage.layout import Box, Rotate, Transition, turned

TRANSITION_S = 0.6


@dataclass(frozen=True, slots=True)
class Stroke:
    """Part of the old or the new picture, and where in the zone it goes; pixels of the turned zone."""

    picture: Literal["old", "new"]
    source: Box
    x: int
    y: int
    alpha: int = 255


def progress(elapsed_s: float, length_s: float = TRANSITION_S) -> float:
    """Gives how far a transition is, 0 at its start, 1 from its end on."""
    if elapsed_s >= length_s:
        return 1.0
    return max(0.0, elapsed_s / length_s)


def strokes(kind: Transition, done: float, width: int, height: int, rotate: Rotate) -> tuple[Stroke, ...]:
    """Gives what to draw, in order, when the transition of an upright zone is `done` (0 to 1).

    The strokes cover the turned zone once, or lay the new picture over the whole old one. A slide moves to the left
    for a person looking at the screen, whichever way the screen is turned.
    """
    whole = turned(Box(0, 0, width, height), (width, height), rotate)
    match kind:
        case "fade" if 0.0 < done < 1.0:
            return (Stroke("old", whole, 0, 0), Stroke("new", whole, 0, 0, round(255 * done)))
        case "slide" if 0.0 < done < 1.0:
            return _slid(done, width, height, rotate)
        case _:
            return (Stroke("new" if done > 0.0 or kind == "cut" else "old", whole, 0, 0),)


def _slid(done: float, width: int, height: int, rotate: Rotate) -> tuple[Stroke, ...]:
    eased = done * done * (3.0 - 2.0 * done)
    moved = min(max(round(eased * width), 0), width)

    def stroke(picture: Literal["old", "new"], left: int, right: int, to: int) -> Stroke:
        source = turned(Box(left, 0, right - left, height), (width, height), rotate)
        dest = turned(Box(to, 0, right - left, height), (width, height), rotate)
        return Stroke(picture, source, dest.x, dest.y)

    parts = []
    if moved < width:
        parts.append(stroke("old", moved, width, 0))
    if moved > 0:
        parts.append(stroke("new", 0, moved, width - moved))
    return tuple(parts)
