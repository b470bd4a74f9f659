"""Brings the pixels of any picture to 8 bits of red, green, blue and perhaps alpha, in sRGB."""

import io
from contextlib import suppress

from PIL import Image, ImageCms

_WIDE = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_AS_THEY_ARE = {mode: mode for mode in ("L", "RGB", "RGBA", "CMYK", "LAB")} | {
    "PA": "RGBA",
    "LA": "RGBA",
    "La": "RGBA",
    "RGBa": "RGBA",
    "1": "L",
}


def plain(image: Image.Image) -> Image.Image:
    """Gives the pixels in L, RGB, RGBA, CMYK or LAB, 8 bits."""
    if "transparency" in image.info and image.mode in ("1", "L", "RGB", "P", "I;16"):
        if image.mode == "I;16":
            return _eight_bits(image).convert("RGBA")
        return image.convert("RGBA")
    if image.mode in _WIDE:
        return _eight_bits(image)
    wanted = _AS_THEY_ARE.get(image.mode, "RGB")
    return image if wanted == image.mode else image.convert(wanted)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Gives grey of 16 or 32 bits or of floats in 8 bits."""
    wide = image.convert("F")
    if image.mode == "F":
        high = wide.getextrema()[1]
        scale = 255.0 if isinstance(high, float) and high <= 1.0 else 1.0
    else:
        scale = 1 / 257
    return wide.point(lambda value: value * scale + 0.5).convert("L")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Gives RGB or RGBA in sRGB; an unreadable colour profile is passed over."""
    if (profile and b"sRGB IEC61966" not in profile) or image.mode == "LAB":
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return _transformed(image, profile)
    return image if image.mode in ("RGB", "RGBA") else image.convert("RGB")


def _transformed(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    else:
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    ours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    space = source.profile.xcolor_space.strip()
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    base = image.convert("RGB") if alpha else image
    if space == "GRAY" and base.mode == "RGB":
        base = base.convert("L")
    elif space == "RGB" and base.mode == "L":
        base = base.convert("RGB")
    result = ImageCms.profileToProfile(base, source, ours, outputMode="RGB")
    if result is None:
        raise ValueError("no transform")
    if alpha is not None:
        result.putalpha(alpha)
    return result
