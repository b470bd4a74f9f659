"""Surfaces: pictures of Pillow's, fitted and turned as the panel hangs, and what writes them into the ring."""

from PIL import Image, ImageFilter

from player.decode.pictures.colour import in_srgb, plain
from player.decode.pictures.fitting import Placement, Turn, colour_of
from player.decode.pictures.picture import Picture
from player.decode.protocol import Target
from signage.layout import Box

_PIL_TURNS = {
    (False, 1): Image.Transpose.ROTATE_270,
    (False, 2): Image.Transpose.ROTATE_180,
    (False, 3): Image.Transpose.ROTATE_90,
    (True, 0): Image.Transpose.FLIP_LEFT_RIGHT,
    (True, 1): Image.Transpose.TRANSVERSE,
    (True, 2): Image.Transpose.FLIP_TOP_BOTTOM,
    (True, 3): Image.Transpose.TRANSPOSE,
}


def finished(image: Image.Image, fitted: Placement, target: Target) -> Image.Image:
    """Gives the turned surface with the picture on it: scaled, in sRGB, over the zone's background."""
    profile = image.info.get("icc_profile")
    pixels = plain(image)
    crop = (max(0.0, fitted.crop[0]), max(0.0, fitted.crop[1]), *fitted.crop[2:])
    if pixels.size != fitted.scaled or crop != (0, 0, *pixels.size):
        pixels = pixels.resize(fitted.scaled, Image.Resampling.LANCZOS, box=crop, reducing_gap=3.0)
    pixels = in_srgb(pixels, profile if image.mode not in ("P", "1") else None)
    pixels = turned_image(pixels, fitted.turn)
    whole = fitted.place == Box(0, 0, *fitted.surface)
    if pixels.mode == "RGB" and whole:
        return pixels
    surface = Image.new("RGB", fitted.surface, colour_of(target.background))
    mask = pixels.getchannel("A") if pixels.mode == "RGBA" else None
    surface.paste(pixels.convert("RGB") if mask else pixels, (fitted.place.x, fitted.place.y), mask)
    if target.margin == "edges" and mask is None:
        _draw_edges_out(surface, fitted.place)
    return surface


def _draw_edges_out(surface: Image.Image, place: Box) -> None:
    """Fills what the picture leaves free with its outermost rows or columns, softened along the edge."""
    right, bottom = place.x + place.width, place.y + place.height
    strips = (
        ((place.x, place.y, place.x + 1, bottom), (0, place.y, place.x, bottom)),
        ((right - 1, place.y, right, bottom), (right, place.y, surface.width, bottom)),
        ((0, place.y, surface.width, place.y + 1), (0, 0, surface.width, place.y)),
        ((0, bottom - 1, surface.width, bottom), (0, bottom, surface.width, surface.height)),
    )
    for edge, margin in strips:
        size = (margin[2] - margin[0], margin[3] - margin[1])
        if min(size) > 0:
            # The further the margin reaches, the softer: a shape that touches the edge must not become a beam.
            soft = ImageFilter.BoxBlur(max(2, min(size) // 12))
            surface.paste(surface.crop(edge).filter(soft).resize(size), margin[:2])


def turned_image(image: Image.Image, turn: Turn) -> Image.Image:
    """Gives the image mirrored and turned."""
    method = _PIL_TURNS.get((turn.mirror, turn.quarters))
    return image if method is None else image.transpose(method)


def surface_picture(surface: Image.Image, at_s: float, *, last: bool, used_px: int = 0) -> Picture:
    """Gives the picture that writes a finished RGB surface."""
    block = surface.tobytes("raw", "BGRX")

    def paint(slot: memoryview, new: bool) -> None:  # noqa: ARG001  # always whole, margins and all
        slot[: len(block)] = block

    return Picture(round(at_s * 1e6), surface.size, last, paint, used_px)
