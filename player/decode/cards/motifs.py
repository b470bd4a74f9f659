"""The signs on cards: a shield, a loudspeaker, a warning triangle, a telephone, and rings behind the words."""

import math

from PIL import Image

from player.decode.cards.pen import Area, Point, arcs, curve, disc, fill, polygon, rounded, stroke


def shield(image: Image.Image, area: Area, colour: str, tick: str | None) -> None:
    """Draws a shield as large as its area allows, in the middle of it, with a tick on it."""
    h = min(area.h, area.w / 0.86)
    w = 0.86 * h
    left, top = area.x + (area.w - w) / 2, area.y + (area.h - h) / 2

    def at(x: float, y: float) -> Point:
        return left + x * w, top + y * h

    right_half = [
        *curve(at(0.5, 0.0), at(0.62, 0.09), at(0.80, 0.14), at(1.0, 0.14)),
        *curve(at(1.0, 0.14), at(1.0, 0.14), at(1.0, 0.48), at(1.0, 0.48)),
        *curve(at(1.0, 0.48), at(1.0, 0.74), at(0.78, 0.90), at(0.5, 1.0)),
    ]
    middle = left + w / 2
    left_half = [(2 * middle - x, y) for x, y in reversed(right_half)]
    polygon(image, [*right_half, *left_half], colour)
    if tick:
        stroke(image, [at(0.28, 0.50), at(0.44, 0.65), at(0.73, 0.35)], 0.115 * w, tick)


def rings(image: Image.Image, centre: Point, radius: float, colour: str) -> None:
    """Draws rings that widen from a centre, like a call going out."""
    step = radius / 4
    arcs(image, centre, colour, radii=[step * place for place in range(1, 5)], width=step * 0.42)


def speaker(image: Image.Image, area: Area, colour: str, waves: str) -> None:
    """Draws a loudspeaker with sound going out of it to the right, in the middle of its area."""
    size = min(area.w, area.h * 1.25)
    left, middle = area.x + (area.w - size) / 2, area.y + area.h / 2
    box = Area(round(left), round(middle - 0.13 * size), round(0.2 * size), round(0.26 * size))
    rounded(image, box, round(0.035 * size), colour)
    cone = [(left + x * size, middle + y * size) for x, y in ((0.16, -0.09), (0.40, -0.28), (0.40, 0.28), (0.16, 0.09))]
    polygon(image, cone, colour)
    stroke(image, [*cone, cone[0]], 0.05 * size, colour)
    radii = [0.17 * size, 0.31 * size, 0.45 * size]
    arcs(image, (left + 0.47 * size, middle), waves, radii=radii, width=0.06 * size, angles=(-42, 42))


def warning(image: Image.Image, area: Area, colour: str, mark: str) -> None:
    """Draws a triangle with an exclamation mark."""
    size = min(area.w, area.h * 1.12)
    x, y = area.x + area.w / 2, area.y + area.h / 2
    soft = 0.075 * size
    top, low = y - 0.40 * size, y + 0.40 * size
    corners = [(x, top), (x + 0.43 * size, low), (x - 0.43 * size, low)]
    polygon(image, corners, colour)
    stroke(image, [*corners, corners[0]], 2 * soft, colour)
    bar = [(-0.052, -0.17), (0.052, -0.17), (0.032, 0.16), (-0.032, 0.16)]
    polygon(image, [(x + dx * size, y + (dy + 0.02) * size) for dx, dy in bar], mark)
    disc(image, (x, y + 0.29 * size), 0.056 * size, mark)


def handset(image: Image.Image, area: Area, colour: str, ground: str) -> None:
    """Draws a telephone's handset on a disc."""
    radius = min(area.w, area.h) / 2
    x, y = area.x + area.w / 2, area.y + area.h / 2
    disc(image, (x, y), radius, colour)
    # A bow from one ear piece to the other, turned by 45 degrees as a hand holds it.
    centre = (x + 0.42 * radius, y - 0.42 * radius)
    arcs(image, centre, ground, radii=[0.86 * radius], width=0.24 * radius, angles=(88, 182))
    for angle in (92, 178):
        ex = centre[0] + 0.80 * radius * math.cos(math.radians(angle))
        ey = centre[1] + 0.80 * radius * math.sin(math.radians(angle))
        along = (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
        inner = (ex - 0.13 * radius * along[0], ey - 0.13 * radius * along[1])
        outer = (ex + 0.08 * radius * along[0], ey + 0.08 * radius * along[1])
        stroke(image, [inner, outer], 0.34 * radius, ground)


def stripes(image: Image.Image, area: Area, dark: str, light: str) -> None:
    """Fills a band with slanting stripes, as on a barrier."""
    fill(image, area, light)
    step = area.h * 1.5
    place = float(area.x - area.h)
    while place < area.x + area.w:
        low, top = area.y + area.h, area.y
        polygon(
            image,
            _clipped(
                [(place, low), (place + area.h, top), (place + area.h + step / 2, top), (place + step / 2, low)], area
            ),
            dark,
        )
        place += step


def _clipped(points: list[Point], area: Area) -> list[Point]:
    return [(min(max(x, area.x), area.x + area.w), y) for x, y in points]
