"""A vector pen over Pillow: flat shapes with an affine stack, drawn large and brought down smooth."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from PIL import Image, ImageDraw

from tools.starter.lettering import font

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]


def bezier(p0: Point, p1: Point, p2: Point, p3: Point, steps: int = 28) -> list[Point]:
    """Gives points along a cubic Bézier curve, both ends included."""
    out = []
    for i in range(steps + 1):
        t = i / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        out.append(
            (a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]),
        )
    return out


def arc(cx: float, cy: float, radius: float, start_deg: float, end_deg: float, *, steps: int = 48) -> list[Point]:
    """Gives points along a circle from one angle to another; 0° is to the right, 90° down."""
    return [
        (cx + radius * math.cos(math.radians(a)), cy + radius * math.sin(math.radians(a)))
        for a in (start_deg + (end_deg - start_deg) * i / steps for i in range(steps + 1))
    ]


class Pen:
    """Draws in units of the finished picture; the picture behind it is `scale` times as large."""

    def __init__(self, size: tuple[int, int], background: str | tuple[int, ...], scale: int = 3) -> None:
        mode = "RGBA" if isinstance(background, tuple) and len(background) == 4 else "RGB"
        self.size = size
        self.scale = scale
        self.image = Image.new(mode, (size[0] * scale, size[1] * scale), background)
        self._draw = ImageDraw.Draw(self.image, "RGBA")
        self._matrix: Matrix = (scale, 0, 0, 0, scale, 0)

    @contextmanager
    def at(self, x: float, y: float, turn_deg: float = 0, zoom: float = 1, flip: bool = False) -> Iterator[None]:
        """Moves the origin to (x, y), turned clockwise and enlarged, for what is drawn inside."""
        before = self._matrix
        a, b, c, d, e, f = before
        cos, sin = math.cos(math.radians(turn_deg)) * zoom, math.sin(math.radians(turn_deg)) * zoom
        mirror = -1 if flip else 1
        self._matrix = (
            (a * cos + b * sin) * mirror,
            b * cos - a * sin,
            a * x + b * y + c,
            (d * cos + e * sin) * mirror,
            e * cos - d * sin,
            d * x + e * y + f,
        )
        yield
        self._matrix = before

    def _put(self, points: Sequence[Point]) -> list[Point]:
        a, b, c, d, e, f = self._matrix
        return [(a * x + b * y + c, d * x + e * y + f) for x, y in points]

    def _zoom(self) -> float:
        return math.hypot(self._matrix[0], self._matrix[3])

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """Fills a closed outline."""
        self._draw.polygon(self._put(points), fill=fill)

    def stroke(self, points: Sequence[Point], width: float, fill: str, closed: bool = False) -> None:
        """Draws a line of even width with round ends and corners."""
        around = self._put([*points, points[0]] if closed else points)
        half = width * self._zoom() / 2
        for (x0, y0), (x1, y1) in pairwise(around):
            length = math.hypot(x1 - x0, y1 - y0) or 1
            nx, ny = (y0 - y1) / length * half, (x1 - x0) / length * half
            self._draw.polygon(
                [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)], fill=fill
            )
        for x, y in around:
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)

    def oval(self, cx: float, cy: float, rx: float, ry: float, fill: str) -> None:
        """Fills an ellipse around a centre."""
        self.shape(
            [(cx + rx * math.cos(i * math.pi / 90), cy + ry * math.sin(i * math.pi / 90)) for i in range(180)], fill
        )

    def disc(self, cx: float, cy: float, radius: float, fill: str) -> None:
        """Fills a circle around a centre."""
        self.oval(cx, cy, radius, radius, fill)

    def box(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> None:
        """Fills a rectangle, its corners rounded by `radius`."""
        r = min(radius, width / 2, height / 2)
        if r <= 0:
            self.shape([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill)
            return
        self.shape(
            [
                *arc(x + r, y + r, r, 180, 270, steps=16),
                *arc(x + width - r, y + r, r, 270, 360, steps=16),
                *arc(x + width - r, y + height - r, r, 0, 90, steps=16),
                *arc(x + r, y + height - r, r, 90, 180, steps=16),
            ],
            fill,
        )

    def text(
        self, x: float, y: float, words: str, size: float, fill: str, *, anchor: str = "mm", weight: str = "black"
    ) -> None:
        """Writes one line; `size` is the em, the anchor is Pillow's, and the line follows turn and zoom."""
        zoom = self._zoom()
        face = font(weight, max(1, round(size * zoom)))
        [(px, py)] = self._put([(x, y)])
        turn = math.degrees(math.atan2(self._matrix[3], self._matrix[0]))
        if abs(turn) < 0.01:
            self._draw.text((px, py), words, font=face, fill=fill, anchor=anchor)
            return
        reach = int(face.getlength(words) + 2 * size * zoom)
        layer = Image.new("L", (2 * reach, 2 * reach), 0)
        ImageDraw.Draw(layer).text((reach, reach), words, font=face, fill=255, anchor=anchor)
        layer = layer.rotate(-turn, Image.Resampling.BICUBIC)
        self.image.paste(Image.new(self.image.mode, layer.size, fill), (round(px) - reach, round(py) - reach), layer)

    def finished(self) -> Image.Image:
        """Gives the picture at its finished size, edges smooth."""
        return self.image.resize(self.size, Image.Resampling.BOX if self.scale > 1 else Image.Resampling.NEAREST)
