"""Reads the display back: what is really before people's eyes, and what the platform says of it.

X displays are read over one connection that is kept; Windows is asked for the whole screen, so less often; Wayland
lets nobody look.
"""

import os
import sys
from collections.abc import Callable

from player.watch.connectors import SYSTEM, read_cards
from player.watch.platform_facts import PlatformFacts
from player.watch.xcb import Place, XDisplay, load_xcb

LOOK_EVERY_S = 5.0 if sys.platform == "win32" else 0.0
"""Between two looks, beyond the pace of the pulses: a whole screen costs more than 64 points."""


class Glass:
    """The display. For one thread."""

    def __init__(
        self, *, system: str | os.PathLike[str] = SYSTEM, load: Callable[[], XDisplay | None] | None = None
    ) -> None:
        """`system` is where the kernel shows its devices; `load` connects to the X display, if there is one."""
        self._system = system
        self._xcb = None if load is not None or sys.platform == "win32" else load_xcb()
        self._connect = load or self._connected
        self._display: XDisplay | None = None

    def colours(self, left: int, top: int, places: tuple[Place, ...]) -> tuple[int, ...] | None:
        """Returns 0xRRGGBB at `places` of a canvas that lies at `left`, `top` of the desktop.

        None when nothing can be read. What lies beyond the display counts as black.
        """
        moved = tuple((left + x, top + y) for x, y in places)
        if sys.platform == "win32":
            return _of_windows(moved)
        display = self._open()
        # The root of an X server without a screen of its own shows nothing of what people see.
        return None if display is None or display.is_rootless() else display.colours(moved)

    def facts(self) -> PlatformFacts:
        """Returns what the kernel and the X server say of their displays."""
        cards = read_cards(self._system)
        display = self._open()
        if display is None:
            return PlatformFacts(cards)
        return PlatformFacts(cards, display.outputs(), display.is_powered_down(), display.console())

    def light(self, name: str) -> bool:
        """Gives an output that is plugged in and has no picture one; says whether it took it."""
        display = self._open()
        return display is not None and not display.is_rootless() and display.light(name)

    def desktop_px(self) -> tuple[int, int] | None:
        """Returns the size of the whole desktop when this connected to it; None where that is not known."""
        display = self._open()
        return None if display is None or display.is_rootless() else display.size

    def close(self) -> None:
        """Lets go of the display."""
        if self._display is not None:
            self._display.close()
            self._display = None

    def _open(self) -> XDisplay | None:
        if self._display is not None and self._display.is_lost:
            self.close()
        if self._display is None:
            self._display = self._connect()
        if self._display is not None and self._display.is_lost:
            self.close()
        return self._display

    def _connected(self) -> XDisplay | None:
        return XDisplay(self._xcb) if self._xcb is not None and os.environ.get("DISPLAY") else None


def _of_windows(places: tuple[Place, ...]) -> tuple[int, ...] | None:
    from PIL import ImageGrab  # noqa: PLC0415 - 5 MB that only Windows needs

    try:
        seen = ImageGrab.grab()
    except OSError:
        return None
    found = []
    for x, y in places:
        inside = 0 <= x < seen.width and 0 <= y < seen.height
        pixel = seen.getpixel((x, y)) if inside else (0, 0, 0)
        red, green, blue = pixel[:3] if isinstance(pixel, tuple) else (0, 0, 0)
        found.append(int(red) << 16 | int(green) << 8 | int(blue))
    return tuple(found)
