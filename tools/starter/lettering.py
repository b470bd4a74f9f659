"""The typefaces of the starter campaign: the ones that the player ships."""

from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

_FOLDER: Final = Path(__file__).resolve().parents[2] / "player" / "fonts"
_FILES: Final = {"black": "NotoSansSC-Black.otf", "bold": "NotoSansSC-Medium.otf"}


@cache
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Gives a typeface by weight (`black` or `bold`) at an em of `size` pixels."""
    return ImageFont.truetype(str(_FOLDER / _FILES[weight]), size)
