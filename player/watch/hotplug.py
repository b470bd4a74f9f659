"""Which output is to be lit: a display that was plugged in after the X server began is given no picture by anybody.

Rule: pure. What somebody has switched off while it was plugged in stays off.
"""

from player.watch.xcb import Output


class Hotplug:
    """The outputs over time."""

    def __init__(self) -> None:
        self._was_lit: set[str] = set()
        """Outputs that have had a picture since they were plugged in."""

    def take(self, outputs: tuple[Output, ...]) -> str | None:
        """Takes how the outputs are; returns the one to be lit, None when all is as somebody wants it."""
        connected = [each for each in outputs if each.connected]
        self._was_lit &= {each.name for each in connected}
        self._was_lit |= {each.name for each in connected if each.lit}
        if any(each.lit for each in connected):
            return None
        return next((each.name for each in connected if each.name not in self._was_lit), None)
