"""Draws smooth shapes into pictures: discs, rings, rounded panels, shields and other signs.

Pillow's own shapes have stairs at their edges; here each is drawn four times as large and reduced.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

Point = tuple[float, float]
_FINE = 4


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels; may be empty, never negative."""

    x: int
    y: int
    w: int
    h: int

    def inset(self, across: int, down: int) -> "Area":
        """The area without a margin at its sides, and at its top and bottom."""
        return Area(self.x + across, self.y + down, max(0, self.w - 2 * across), max(0, self.h - 2 * down))

    def split_top(self, h: int) -> tuple["Area", "Area"]:
        """The upper `h` pixels, and the rest."""
        h = min(max(h, 0), self.h)
        return Area(self.x, self.y, self.w, h), Area(self.x, self.y + h, self.w, self.h - h)

    def split_left(self, w: int) -> tuple["Area", "Area"]:
        """The left `w` pixels, and the rest."""
        w = min(max(w, 0), self.w)
        return Area(self.x, self.y, w, self.h), Area(self.x + w, self.y, self.w - w, self.h)


def whole(image: Image.Image) -> Area:
    """The area of a picture."""
    return Area(0, 0, image.width, image.height)


def blank(width_px: int, height_px: int, colour: str) -> Image.Image:
    """Gives a picture of one colour."""
    return Image.new("RGB", (width_px, height_px), colour)


def fill(image: Image.Image, area: Area, colour: str) -> None:
    """Fills a rectangle."""
    if area.w > 0 and area.h > 0:
        image.paste(colour, (area.x, area.y, area.x + area.w, area.y + area.h))


def rounded(image: Image.Image, area: Area, radius: int, colour: str) -> None:
    """Fills a rectangle with round corners."""
    radius = min(radius, area.w // 2, area.h // 2)
    if radius < 1:
        fill(image, area, colour)
        return
    fill(image, Area(area.x + radius, area.y, area.w - 2 * radius, area.h), colour)
    fill(image, Area(area.x, area.y + radius, area.w, area.h - 2 * radius), colour)
    corner = Image.new("L", (2 * radius * _FINE, 2 * radius * _FINE))
    ImageDraw.Draw(corner).ellipse((0, 0, corner.width - 1, corner.height - 1), fill=255)
    corner = corner.reduce(_FINE)
    right, low = area.x + area.w - radius, area.y + area.h - radius
    for x, y, left, top in (
        (area.x, area.y, 0, 0),
        (right, area.y, radius, 0),
        (area.x, low, 0, radius),
        (right, low, radius, radius),
    ):
        image.paste(colour, (x, y), corner.crop((left, top, left + radius, top + radius)))


def disc(image: Image.Image, centre: Point, radius: float, colour: str) -> None:
    """Fills a disc."""

    def shape(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point]) -> None:
        draw.ellipse(
            (*at((centre[0] - radius, centre[1] - radius)), *at((centre[0] + radius, centre[1] + radius))), 255
        )

    _stamp(image, _around(centre, radius), colour, shape)


def arcs(
    image: Image.Image, centre: Point, colour: str, *, radii: Sequence[float], width: float, angles: Point = (0, 360)
) -> None:
    """Strokes parts of rings around one centre; angles in degrees, clockwise from three o'clock."""

    def shape(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point]) -> None:
        scale = at((1.0, 0.0))[0] - at((0.0, 0.0))[0]
        for radius in radii:
            outer = radius + width / 2
            box = (*at((centre[0] - outer, centre[1] - outer)), *at((centre[0] + outer, centre[1] + outer)))
            draw.arc(box, angles[0], angles[1], fill=255, width=max(1, round(width * scale)))
            if angles[1] - angles[0] < 360:
                for angle in angles:
                    x = centre[0] + radius * math.cos(math.radians(angle))
                    y = centre[1] + radius * math.sin(math.radians(angle))
                    ends = (*at((x - width / 2, y - width / 2)), *at((x + width / 2, y + width / 2)))
                    draw.ellipse(ends, fill=255)

    _stamp(image, _around(centre, max(radii) + width), colour, shape)


def polygon(image: Image.Image, points: Sequence[Point], colour: str) -> None:
    """Fills a polygon."""

    def shape(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point]) -> None:
        draw.polygon([at(point) for point in points], fill=255)

    _stamp(image, _hull(points, 0), colour, shape)


def stroke(image: Image.Image, points: Sequence[Point], width: float, colour: str) -> None:
    """Draws a line through points, with round joints and ends."""

    def shape(draw: ImageDraw.ImageDraw, at: Callable[[Point], Point]) -> None:
        scale = at((1.0, 0.0))[0] - at((0.0, 0.0))[0]
        draw.line([at(point) for point in points], fill=255, width=max(1, round(width * scale)))
        for x, y in points:
            draw.ellipse((*at((x - width / 2, y - width / 2)), *at((x + width / 2, y + width / 2))), fill=255)

    _stamp(image, _hull(points, width), colour, shape)


def curve(start: Point, one: Point, two: Point, end: Point, steps: int = 24) -> list[Point]:
    """Gives points of a cubic Bézier curve, its ends included."""
    found = []
    for step in range(steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append(
            (a * start[0] + b * one[0] + c * two[0] + d * end[0], a * start[1] + b * one[1] + c * two[1] + d * end[1])
        )
    return found


def _around(centre: Point, radius: float) -> tuple[int, int, int, int]:
    return _hull([(centre[0] - radius, centre[1] - radius), (centre[0] + radius, centre[1] + radius)], 0)


def _hull(points: Sequence[Point], margin: float) -> tuple[int, int, int, int]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (
        math.floor(min(xs) - margin),
        math.floor(min(ys) - margin),
        math.ceil(max(xs) + margin) + 1,
        math.ceil(max(ys) + margin) + 1,
    )


def _stamp(
    image: Image.Image,
    box: tuple[int, int, int, int],
    colour: str,
    shape: Callable[[ImageDraw.ImageDraw, Callable[[Point], Point]], None],
) -> None:
    """Draws a shape finely into a mask of its box, as far as that lies in the picture, and paints through it."""
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = min(image.width, box[2]), min(image.height, box[3])
    if right <= left or bottom <= top:
        return
    # A shape as large as the panel has long, flat edges: twice as fine is smooth enough and four times faster.
    fine = _FINE if (right - left) * (bottom - top) < 400_000 else 2
    mask = Image.new("L", ((right - left) * fine, (bottom - top) * fine))
    shape(ImageDraw.Draw(mask), lambda point: ((point[0] - left) * fine, (point[1] - top) * fine))
    image.paste(colour, (left, top), mask.reduce(fine))
