"""Reads the canvas at points of every zone, for the pulse; after a few pulses at other points.

Rule: on the render thread; it reads pixels and nothing else.
"""

import random

from player.config import Config
from player.stage.screen import Screen
from player.watch.points import Point, side_of, spread
from player.watch.pulse import Pulse
from signage.layout import turned

SAME_POINTS = 5
"""Pulses in a row that read the same points: two of them are needed to see that a zone stood still."""


class CanvasPoints:
    """The points of one screen."""

    def __init__(self, config: Config, screen: Screen) -> None:
        self._state, self._screen = str(config.folders.state), screen
        boxes = [(zone.name, turned(zone.box, config.screen.canvas, config.screen.rotate)) for zone in config.zones]
        self._areas = [(name, (box.x, box.y, box.width, box.height)) for name, box in boxes]
        self._side = side_of(len(boxes))
        self._chance = random.Random().random
        self._pulses = 0
        self._places: tuple[Point, ...] = ()

    def pulse(self, now: float, plays: int) -> Pulse:
        """Returns the sign of life of a moment, until which so many plays have begun."""
        if self._pulses % SAME_POINTS == 0:
            self._places = tuple(
                point for _, area in self._areas for point in spread(self._seen(area), self._side, self._chance)
            )
        self._pulses += 1
        return Pulse(
            state=self._state,
            at=now,
            present=self._screen.mode,
            box=self._screen.desktop_box,
            places=self._places,
            colours=self._screen.colours_at(self._places),
            zones=tuple((name, self._side**2) for name, _ in self._areas),
            plays=plays,
        )

    def _seen(self, area: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Returns the part of an area that has room on the display; all of it where that is none."""
        x, y, width, height = area
        right, bottom = (min(x + width, self._screen.visible_px[0]), min(y + height, self._screen.visible_px[1]))
        return (x, y, right - x, bottom - y) if right > x and bottom > y else area
