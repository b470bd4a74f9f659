"""The pixels of a flowing line: a ring as long as three zones, written ahead of what is shown.

Rule: knows pixels along the flow and nothing of time or slots.
"""

from player.stage.place import Place
from player.stage.ports import FrameLike, ScreenLike
from player.stage.ticker import pieces
from signage.layout import Box, turned

RING_ZONES = 3
"""One on the screen, one tile ahead, and room for a seam anywhere."""


class TickerRing:
    """A sheet used round and round."""

    def __init__(self, place: Place, background: str, screen: ScreenLike) -> None:
        self._place = place
        self._background = background
        self._screen = screen
        self._sheet: int | None = None
        self._around = RING_ZONES * place.width
        self._ink_end = 0
        """What lies behind this is old and is filled before it is shown."""

    def wipe(self, shown: int) -> None:
        """Empties what is in sight when `shown` is at the left edge."""
        width, height = self._around, self._place.height
        whole = turned(Box(0, 0, width, height), (width, height), self._place.rotate)
        if self._sheet is None:
            self._sheet = self._screen.sheet(whole.width, whole.height)
        self._screen.fill(whole, self._background, self._sheet)
        self._ink_end = shown + self._place.width

    def has_room(self, at: int, shown: int) -> bool:
        """Says whether a whole tile at `at` would touch nothing that is in sight."""
        return at + self._place.width <= shown + self._around

    def lay(self, frame: FrameLike, at: int, used: int) -> None:
        """Puts the first `used` pixels of a tile at `at` of the flow."""
        if self._sheet is None:
            return
        for start, offset, length in pieces(at, used, self._around):
            source = self._place.turned(Box(offset, 0, length, self._place.height))
            dest = self._column(start, length)
            self._screen.lay(self._sheet, frame.pixels, (frame.width, frame.height), source, (dest.x, dest.y))
        self._ink_end = max(self._ink_end, at + used)

    def draw(self, shown: int) -> None:
        """Copies what is in sight to the screen; where no text is, background."""
        if self._sheet is None:
            return
        place, edge = self._place, shown + self._place.width
        if edge > self._ink_end:
            behind = max(self._ink_end, shown)
            for start, _, length in pieces(behind, edge - behind, self._around):
                self._screen.fill(self._column(start, length), self._background, self._sheet)
            self._ink_end = edge
        for start, offset, length in pieces(shown, place.width, self._around):
            dest = place.turned(Box(offset, 0, length, place.height))
            self._screen.copy(self._sheet, self._column(start, length), (place.box.x + dest.x, place.box.y + dest.y))

    def _column(self, start: int, length: int) -> Box:
        height = self._place.height
        return turned(Box(start, 0, length, height), (self._around, height), self._place.rotate)
