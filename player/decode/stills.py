"""Pictures and animations of strangers, decoded with Pillow."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from PIL import Image, ImageFile

from player.decode import refusal
from player.decode.colour import in_srgb, plain
from player.decode.fitting import EXIF_TURNS, Placement, Turn, colour_of, place, upright_size
from player.decode.openfile import Opened
from player.decode.picture import Picture
from player.decode.protocol import Probe, ShowCard, ShowFile, ShowStrip, Target
from signage.layout import Box
from signage.media import MediaFacts

MAX_FRAMES = 4000
MAX_ANIMATION_S = 900.0
SHORTEST_S = 0.02
"""Animations that ask for less are shown at `HASTY_S`, as browsers do; their makers meant "as fast as possible"."""
HASTY_S = 0.1
_ANIMATED = ("GIF", "WEBP", "PNG")
_ORIENTATION = 0x0112
_PIL_TURNS = {
    (False, 1): Image.Transpose.ROTATE_270,
    (False, 2): Image.Transpose.ROTATE_180,
    (False, 3): Image.Transpose.ROTATE_90,
    (True, 0): Image.Transpose.FLIP_LEFT_RIGHT,
    (True, 1): Image.Transpose.TRANSVERSE,
    (True, 2): Image.Transpose.FLIP_TOP_BOTTOM,
    (True, 3): Image.Transpose.TRANSPOSE,
}
# Our own limit, with words, is checked before any pixel is decoded; Pillow's is a warning up to twice its value.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextmanager
def _image(file: Opened, max_pixels: int) -> Iterator[Image.Image]:
    """Gives an opened picture within the limits, nothing decoded yet; turns Pillow's errors into Refused."""
    try:
        with (
            io.BufferedReader(io.FileIO(os.dup(file.fd)), 262_144) as source,
            Image.open(source, formats=(file.form.name,)) as image,
        ):
            most = max_pixels // 4 if is_animation(image) else max_pixels
            if image.width * image.height > most:
                raise refusal.too_many_pixels(image.width, image.height, most)
            yield image
    except MemoryError as error:
        raise refusal.too_much_memory() from error
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, OverflowError) as error:
        # What Pillow's readers let through on damaged headers; all of them mean the file, not us.
        if isinstance(error, OSError) and "truncated" in str(error):
            raise refusal.incomplete() from error
        raise refusal.damaged(_reason(error)) from error


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:120]


def is_animation(image: Image.Image) -> bool:
    """Says whether a picture moves; the further pages of a TIFF and the second view of an MPO do not count."""
    return image.format in _ANIMATED and getattr(image, "n_frames", 1) > 1


def probe(file: Opened, request: Probe, alive: Callable[[], None]) -> MediaFacts:
    """Decodes every frame and says what the picture is; calls `alive` now and then. Raises Refused."""
    with _image(file, request.max_pixels) as image:
        turn = _turn(image)
        width, height = upright_size(image.size, turn)
        if not is_animation(image):
            image.load()
            return MediaFacts(kind="image", width_px=width, height_px=height)
        duration_s = 0.0
        count = 0
        for _, shown_s in _frames(image):
            duration_s += shown_s
            count += 1
            alive()
            if duration_s > MAX_ANIMATION_S:
                raise refusal.too_long(duration_s, MAX_ANIMATION_S)
        return MediaFacts(
            kind="image", width_px=width, height_px=height, duration_s=duration_s, frame_rate=count / duration_s
        )


def _frames(image: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """Gives every frame of an animation, whole, with the seconds it is shown."""
    count = getattr(image, "n_frames", 1)
    if count > MAX_FRAMES:
        raise refusal.too_many_frames(MAX_FRAMES)
    for number in range(count):
        image.seek(number)
        image.load()
        asked_s = float(image.info.get("duration", 0) or 0) / 1000
        yield image, asked_s if SHORTEST_S <= asked_s < 3600 else HASTY_S


def pictures(file: Opened, request: ShowFile, max_pixels: int) -> Iterator[Picture]:
    """Gives a still picture once, or an animation's frames over and over until its time is up. Raises Refused."""
    target = request.target
    with _image(file, max_pixels) as image:
        turn = _turn(image)
        fitted = place(image.size, turn, target)
        if is_animation(image):
            yield from _animation(image, fitted, request)
            return
        if image.format == "JPEG":
            # Decodes at 1/2, 1/4 or 1/8 where that is still larger than needed.
            asked = (fitted.scaled[0] * image.width, fitted.scaled[1] * image.height)
            crop = (fitted.crop[2] - fitted.crop[0], fitted.crop[3] - fitted.crop[1])
            image.draft(image.mode, (round(asked[0] / crop[0]), round(asked[1] / crop[1])))
            fitted = place(image.size, turn, target)
        image.load()
        yield _picture(image, fitted, target, 0.0, last=True)


def _animation(image: Image.Image, fitted: Placement, request: ShowFile) -> Iterator[Picture]:
    at_s, duration_s, target, held = -request.start_s, request.duration_s, request.target, None
    while at_s < duration_s:
        for frame, shown_s in _frames(image):
            ends_s = at_s + shown_s
            if ends_s > 1e-6 and at_s < duration_s:
                if held is not None:
                    yield held
                held = _picture(frame, fitted, target, max(0.0, at_s), last=ends_s >= duration_s)
            at_s = ends_s
    if held is not None:
        yield held


def _picture(image: Image.Image, fitted: Placement, target: Target, at_s: float, *, last: bool) -> Picture:
    surface = finished(image, fitted, target)
    return surface_picture(surface, at_s, last=last)


def surface_picture(surface: Image.Image, at_s: float, *, last: bool, used_px: int = 0) -> Picture:
    """Gives the picture that writes a finished RGB surface."""
    block = surface.tobytes("raw", "BGRX")

    def paint(slot: memoryview, new: bool) -> None:  # noqa: ARG001  # always whole, margins and all
        slot[: len(block)] = block

    return Picture(round(at_s * 1e6), surface.size, last, paint, used_px)


def card(request: ShowCard) -> Iterator[Picture]:
    """Gives a card as one picture."""
    from player.decode import cards  # noqa: PLC0415  # fonts and layouts take 10 MB that photographs do not need

    surface = cards.draw(request.card, request.target).convert("RGB")
    yield surface_picture(turned_image(surface, Turn().then(request.target.rotate)), 0.0, last=True)


def strip(request: ShowStrip) -> Iterator[Picture]:
    """Gives a ticker text as tiles; the last one may be used only in part."""
    from player.decode import cards  # noqa: PLC0415  # fonts and layouts take 10 MB that photographs do not need

    target, turn = request.target, Turn().then(request.target.rotate)
    left_px = request.length_px
    for tile in cards.strip_tiles(request.text, request.length_px, request.em_px, target):
        used_px = min(left_px, target.width_px)
        left_px -= used_px
        surface = turned_image(tile.convert("RGB"), turn)
        yield surface_picture(surface, 0.0, last=left_px <= 0, used_px=used_px)
        if left_px <= 0:
            return


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
    return surface


def turned_image(image: Image.Image, turn: Turn) -> Image.Image:
    """Gives the image mirrored and turned."""
    method = _PIL_TURNS.get((turn.mirror, turn.quarters))
    return image if method is None else image.transpose(method)


def _turn(image: Image.Image) -> Turn:
    # Damaged EXIF is common in forwarded photographs and no reason to refuse them.
    with suppress(OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, OverflowError):
        return EXIF_TURNS.get(image.getexif().get(_ORIENTATION, 1), Turn())
    return Turn()
