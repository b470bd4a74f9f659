"""Where the canvas and the display are compared: points spread over every zone, at other places from time to time.

Fixed places would leave strips that nobody ever looks at, wide enough for a telephone number.
Rule: pure; chance comes in as a function.
"""

from collections.abc import Callable
from itertools import product

Area = tuple[int, int, int, int]
"""x, y, width, height in pixels of the turned canvas."""
Point = tuple[int, int]


def side_of(zones: int) -> int:
    """Returns how many points each zone has in a row and in a column: 64 points or a little more for all of them."""
    return {1: 8, 2: 6, 3: 5, 4: 5}.get(zones, 4)


def spread(area: Area, side: int, chance: Callable[[], float]) -> tuple[Point, ...]:
    """Returns one point of each of `side` × `side` parts of an area, row by row; `chance` is from 0 to below 1."""
    left, top, width, height = area
    return tuple(
        (left + _within(column + chance(), side, width), top + _within(row + chance(), side, height))
        for row, column in product(range(side), range(side))
    )


def _within(part: float, side: int, length: int) -> int:
    return min(length - 1, int(part * length / side))  # a sum just below `side` is rounded up to it
