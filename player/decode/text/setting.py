"""The values of text setting: how a text is to be set, and text that has been set into lines."""

from dataclasses import dataclass
from typing import Literal

from player.decode.text.fonts import Face, Weight

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters drawn at one go: their place from the line's left end in pixels, and their face."""

    x_px: float
    text: str
    face: Face


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without the spaces around it."""

    text: str
    width_px: float
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Text set into lines. Its height runs from the em box of the first line to that of the last."""

    lines: tuple[Line, ...]
    size_px: int
    pitch_px: int
    width_px: float
    height_px: int
    align: Align
    cut: bool
    """Whether text was left out, with an … at its end, because even the smallest size does not fit."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; lengths in em."""

    weight: Weight = "text"
    align: Align = "left"
    line_height: float = 1.4
    tracking: float = 0.0
    balance: bool = False
    """Whether lines are to be of like lengths, as in a heading."""
    calm: float = 0.72
    """A balanced text stays on one line, or breaks between phrases only, if that leaves it this part of its size."""
