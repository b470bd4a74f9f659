"""Tiles of a ticker's text: one line of it, drawn so that no tile shows where it was cut."""

from collections.abc import Iterator

from PIL import Image

from player.decode.cards import pen, theme
from player.decode.protocol import Target
from player.decode.text import typeset
from player.decode.text.setting import Block, Style

_UNSET = "#000000"
_DARK_INK = "#16130C"
# Strokes of the heading weight run together below this.
_HEADING_PX = 26


def tiles(text: str, length_px: int, em_px: int, target: Target) -> Iterator[Image.Image]:
    """Gives a line of text as tiles of the target's size, left to right, `length_px` in all, the rest background.

    The background is the target's, or a deep red where that is the black of a zone that names none. A text longer than
    `length_px` is set smaller, so that it ends where the next one begins.
    """
    colours = theme.named("red")
    ground = colours.band if target.background.lower() == _UNSET else target.background[:7]
    ink = max((colours.band_ink, _DARK_INK), key=lambda colour: theme.contrast(colour, ground))
    block = _line(text, length_px, em_px)
    y = (target.height_px - block.size_px) // 2
    for left in range(0, length_px, target.width_px):
        tile = pen.blank(target.width_px, target.height_px, ground)
        typeset.paint(tile, block, -left, y, ink)
        yield tile


def _line(text: str, length_px: int, em_px: int) -> Block:
    style = Style(weight="heading" if em_px >= _HEADING_PX else "text")
    block = typeset.single_line(text, em_px, style=style)
    size = em_px
    while block.width_px > length_px and size > 1:
        size = min(size - 1, int(size * length_px / block.width_px))
        block = typeset.single_line(text, max(1, size), style=style)
    return block
