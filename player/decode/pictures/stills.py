"""Pictures and animations of strangers, decoded with Pillow."""

import errno
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from PIL import (  # Pillow loads its formats when they come; behind the walls it could not
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from player.decode import refusal
from player.decode.files.openfile import Opened
from player.decode.pictures.fitting import EXIF_TURNS, Placement, Turn, place, upright_size
from player.decode.pictures.picture import Picture
from player.decode.pictures.surface import finished, surface_picture
from player.decode.protocol import Probe, ShowFile, Target
from signage.media import MediaFacts

_LOADED = (
    BmpImagePlugin, GifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
    PpmImagePlugin, TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
MAX_FRAMES = 4000
MAX_ANIMATION_S = 900.0
SHORTEST_S = 0.02
"""Animations that ask for less are shown at `HASTY_S`, as browsers do; their makers meant "as fast as possible"."""
HASTY_S = 0.1
_ANIMATED = ("GIF", "WEBP", "PNG")
_ORIENTATION = 0x0112
# Our own limit, with words, is checked before any pixel is decoded; Pillow's is a warning up to twice its value.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextmanager
def _image(file: Opened, max_pixels: int) -> Iterator[Image.Image]:
    """Gives an opened picture within the limits, nothing decoded yet; turns Pillow's errors into Refused."""
    try:
        with (
            io.BufferedReader(file.stream(), 262_144) as source,
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
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            raise refusal.too_much_memory() from error
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


def _turn(image: Image.Image) -> Turn:
    # Damaged EXIF is common in forwarded photographs and no reason to refuse them.
    with suppress(OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, OverflowError):
        return EXIF_TURNS.get(image.getexif().get(_ORIENTATION, 1), Turn())
    return Turn()
