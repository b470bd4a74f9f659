"""A file that can be shown, as a value.

Rule: this file opens nothing; what it says of a file was found by the decoder.
"""

import re
from typing import Annotated, Literal

import msgspec

MOST_S = 1e9
"""Of a file: thirty years, which times can be reckoned with."""
Size = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
MediaKind = Literal["image", "video", "audio"]


class MediaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a full decode found in a file."""

    kind: MediaKind
    width_px: Size = 0
    """As shown: after rotation metadata and with square pixels; 0 for audio."""
    height_px: Size = 0
    duration_s: Annotated[float, msgspec.Meta(ge=0, le=MOST_S)] = 0.0
    """0 for a still picture; one loop for an animated one."""
    has_sound: bool = False
    frame_rate: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0
    """Mean pictures per second; 0 for stills and audio."""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """An admitted file: decoded whole, hashed, and allowed in the rotation."""

    name: str
    """Its path below its watched folder, with `/` between the parts, NFC: `posters/a.png`."""
    path: str
    """Where the bytes lie on this machine."""
    sha256: str
    size_bytes: int
    facts: MediaFacts


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts names as people count: `2.png` before `10.png`, letters without regard to case."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p.casefold()) for p in parts)
