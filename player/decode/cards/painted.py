"""Cards and ticker texts, as pictures on their way into the ring."""

from collections.abc import Iterator

from player.decode import cards
from player.decode.pictures.fitting import Turn
from player.decode.pictures.picture import Picture
from player.decode.pictures.surface import surface_picture, turned_image
from player.decode.protocol import ShowCard, ShowStrip


def card(request: ShowCard) -> Iterator[Picture]:
    """Gives a card as one picture."""
    surface = cards.draw(request.card, request.target).convert("RGB")
    yield surface_picture(turned_image(surface, Turn().then(request.target.rotate)), 0.0, last=True)


def strip(request: ShowStrip) -> Iterator[Picture]:
    """Gives a ticker text as tiles; the last one may be used only in part."""
    target, turn = request.target, Turn().then(request.target.rotate)
    left_px = request.length_px
    for tile in cards.strip_tiles(request.text, request.length_px, request.em_px, target):
        used_px = min(left_px, target.width_px)
        left_px -= used_px
        surface = turned_image(tile.convert("RGB"), turn)
        yield surface_picture(surface, 0.0, last=left_px <= 0, used_px=used_px)
        if left_px <= 0:
            return
