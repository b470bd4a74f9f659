"""Zones: the rectangles of the canvas, and where they fall on a turned screen."""

from typing import Literal

import msgspec

Rotate = Literal[0, 90, 180, 270]
Fit = Literal["contain", "cover", "stretch"]
Transition = Literal["cut", "fade", "slide"]
Margin = Literal["background", "edges"]


class Box(msgspec.Struct, frozen=True):
    """A rectangle in pixels; x to the right, y down."""

    x: int
    y: int
    width: int
    height: int


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A named rectangle of the canvas."""

    name: str
    box: Box
    """In canvas pixels, before rotation."""
    background: str = "#000000"
    margin: Margin = "background"
    """What lies beside a picture that does not fill the zone: the background, or the picture's own edges drawn out."""


def turned(box: Box, canvas: tuple[int, int], rotate: Rotate) -> Box:
    """Gives where a box of the upright canvas falls on a screen turned clockwise by `rotate` degrees.

    `canvas` is (width, height) in pixels before turning; at 90 and 270 the screen is (height, width).
    """
    width, height = canvas
    match rotate:
        case 0:
            return box
        case 90:
            return Box(height - box.y - box.height, box.x, box.height, box.width)
        case 180:
            return Box(width - box.x - box.width, height - box.y - box.height, box.width, box.height)
        case 270:
            return Box(box.y, width - box.x - box.width, box.height, box.width)
