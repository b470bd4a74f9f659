"""Text cards: draws the words of a card, or of a ticker, for a zone of any size.

The rest of the player sees these functions and no more. A card has a template, which says how it is laid out, and a
theme, which says in what colours; a panel too small or too flat for a layout gets the words alone.
"""

from collections.abc import Iterator

from PIL import Image

from player.decode.cards import narrow, pen, strip, theme
from player.decode.cards.code import app
from player.decode.cards.rows import contact, rules
from player.decode.cards.sheet import Sheet
from player.decode.cards.wordy import alert, broadcast, notice, slogan
from player.decode.protocol import Target
from signage.cards import BLACK
from signage.slot import Card

_TEMPLATES = {
    "notice": notice,
    "slogan": slogan,
    "list": rules,
    "contact": contact,
    "app": app,
    "broadcast": broadcast,
    "alert": alert,
}
TEMPLATES = tuple(_TEMPLATES)
THEMES = theme.NAMES


def draw(card: Card, target: Target) -> Image.Image:
    """Gives the card as an RGB picture of the upright zone's size; as a notice if its template is unknown."""
    return _drawn(card, target).image


def overflows(card: Card, target: Target) -> bool:
    """Whether something of the card finds no room in the zone: words end in an …, or its QR code is left out."""
    return _drawn(card, target).lacks


def strip_tiles(text: str, length_px: int, em_px: int, target: Target) -> Iterator[Image.Image]:
    """Gives a ticker's text as tiles of the zone's size, left to right; see `strip.tiles`."""
    return strip.tiles(text, length_px, em_px, target)


def _drawn(card: Card, target: Target) -> Sheet:
    width, height = target.width_px, target.height_px
    colours = theme.named(card.theme)
    if card.template == BLACK:
        return Sheet(pen.blank(width, height, "#000000"), colours)
    sheet = Sheet(pen.blank(width, height, colours.ground), colours)
    if narrow.is_flat(width, height):
        narrow.flat(sheet, card)
    elif narrow.is_small(width, height):
        narrow.small(sheet, card)
    else:
        _TEMPLATES.get(card.template, notice)(sheet, card)
        sheet.lacks = sheet.lacks or (bool(card.qr) and card.template != "app")
    return sheet
