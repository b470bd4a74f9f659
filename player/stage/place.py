"""Where a zone is on the screen, and how long anything in it may take to appear."""

from dataclasses import dataclass

from signage.errors import Words
from signage.layout import Box, Rotate, turned

WAIT_S = 0.02
"""How soon to look again for a frame that is not there yet; the decoder's wake comes first."""
FIRST_FRAME_S = 30.0
TOO_SLOW = Words(zh="三十秒内没有解出第一幅画面", en="no first picture within 30 seconds")


@dataclass(frozen=True, slots=True)
class Place:
    """A zone on the turned screen, and its size for an upright viewer."""

    zone: str
    box: Box
    width: int
    height: int
    rotate: Rotate

    def turned(self, upright: Box) -> Box:
        """Gives where a part of the upright zone lies in the turned zone."""
        return turned(upright, (self.width, self.height), self.rotate)


@dataclass(frozen=True, slots=True)
class Sheets:
    """Two off-screen pictures as large as the canvas, for transitions; each zone uses its own part of them."""

    old: int
    new: int
