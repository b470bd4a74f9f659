"""One finished picture on its way into a ring."""

from collections.abc import Callable
from dataclasses import dataclass

Paint = Callable[[memoryview, bool], None]
"""Writes the picture into a slot; told whether the slot is new to this request, so that margins are painted once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """When a picture is due and how it gets into the ring."""

    pts_us: int
    size: tuple[int, int]
    """Of the surface it fills, turned; pixels."""
    last: bool
    paint: Paint
    used_px: int = 0
