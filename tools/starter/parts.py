"""Things that several drawings share: colours, a telephone, money, a hook."""

from typing import Final

from tools.starter.pen import Pen, Point, arc

NAVY: Final = "#14213d"
INK: Final = "#0c1530"
CREAM: Final = "#fff6e5"
PAPER: Final = "#ffffff"
YELLOW: Final = "#ffcf33"
GOLD: Final = "#f0a30a"
RED: Final = "#e5322d"
GREEN: Final = "#2f9e6a"
DEEP_GREEN: Final = "#1f7a50"
STEEL: Final = "#c9d3e3"
DEEP_STEEL: Final = "#8391ab"
SHADE: Final = "#00000030"


def phone(pen: Pen, width: float, height: float, screen: str = PAPER) -> None:
    """Draws a telephone around the origin."""
    w, h = width / 2, height / 2
    pen.box(-w, -h, width, height, INK, radius=width * 0.13)
    rim = width * 0.055
    pen.box(-w + rim, -h + rim, width - 2 * rim, height - 2 * rim, screen, radius=width * 0.085)
    pen.box(-width * 0.13, -h + rim * 1.7, width * 0.26, rim * 0.8, INK, radius=rim)


def banknote(pen: Pen, width: float, paper: str = GREEN, ink: str = DEEP_GREEN) -> None:
    """Draws a plain banknote of no country's design around the origin, half as high as wide."""
    w, h = width / 2, width * 0.26
    pen.box(-w, -h, width, 2 * h, ink, radius=width * 0.05)
    pen.box(-w + width * 0.025, -h + width * 0.025, width * 0.95, 2 * h - width * 0.05, paper, radius=width * 0.035)
    pen.disc(0, 0, h * 0.68, CREAM)
    pen.text(0, 0, "¥", h * 1.05, ink)
    for side in (-1, 1):
        pen.disc(side * w * 0.72, 0, h * 0.16, CREAM)


def coin(pen: Pen, radius: float, words: str = "¥") -> None:
    """Draws a gold coin around the origin."""
    pen.disc(0, radius * 0.08, radius, "#b97700")
    pen.disc(0, 0, radius, GOLD)
    pen.disc(0, 0, radius * 0.82, YELLOW)
    pen.text(0, 0, words, radius * (1.2 if len(words) == 1 else 0.92), "#8a5600")


def hook(pen: Pen, bend: float, shank: float, metal: str = STEEL, shade: str = DEEP_STEEL) -> None:
    """Draws a barbed hook whose shank stands at x = 0 and ends at y = 0; the bend goes to the left."""
    width = bend * 0.42
    line: list[Point] = [(0, -shank), (0, 0), *arc(-bend, 0, bend, 0, 180), (-2 * bend, -bend * 0.35)]
    pen.stroke([(x + width * 0.16, y + width * 0.1) for x, y in line], width, shade)
    pen.stroke(line, width, metal)
    tip_x, tip_y = -2 * bend, -bend * 0.35
    pen.shape(
        [
            (tip_x - width * 0.5, tip_y + 2),
            (tip_x, tip_y - bend * 0.95),
            (tip_x + width * 1.5, tip_y + bend * 0.12),
            (tip_x + width * 0.5, tip_y - bend * 0.02),
        ],
        metal,
    )


def bubble(pen: Pen, x: float, y: float, width: float, height: float, *, fill: str, tail: str = "left") -> None:
    """Draws a chat bubble with its tail at the lower left or right."""
    pen.box(x, y, width, height, fill, radius=min(height / 2, 46))
    if tail == "left":
        pen.shape([(x + 34, y + height - 22), (x - 18, y + height + 22), (x + 84, y + height - 8)], fill)
    else:
        pen.shape(
            [(x + width - 34, y + height - 22), (x + width + 18, y + height + 22), (x + width - 84, y + height - 8)],
            fill,
        )
