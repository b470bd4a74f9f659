"""Reads the display back: what is really before people's eyes."""

import os
import sys

from player.watch.pulse import points

Box = tuple[int, int, int, int]


def can_look() -> bool:
    """Says whether this system lets anybody look: X displays and Windows do, Wayland does not."""
    return sys.platform == "win32" or bool(os.environ.get("DISPLAY"))


def colours(box: Box) -> tuple[int, ...] | None:
    """Gives 0xRRGGBB at the `points` of a canvas that lies at `box` of the desktop; None when nothing can be read.

    What lies beyond the display counts as black.
    """
    from PIL import ImageGrab  # noqa: PLC0415 - 5 MB that a screen without a window never needs

    try:
        seen = ImageGrab.grab(xdisplay=os.environ.get("DISPLAY") if sys.platform != "win32" else None)
    except OSError:
        return None
    left, top, width, height = box
    found = []
    for x, y in points(width, height):
        at = (left + x, top + y)
        inside = 0 <= at[0] < seen.width and 0 <= at[1] < seen.height
        pixel = seen.getpixel(at) if inside else (0, 0, 0)
        red, green, blue = pixel[:3] if isinstance(pixel, tuple) else (0, 0, 0)
        found.append(int(red) << 16 | int(green) << 8 | int(blue))
    return tuple(found)
