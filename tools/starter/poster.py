"""Lays out a poster: kind, headline, what they say, what to do, and the telephone numbers below."""

from collections.abc import Callable
from typing import Final

from PIL import Image

from tools.starter import endcard
from tools.starter.lettering import font
from tools.starter.parts import CREAM, INK, YELLOW
from tools.starter.pen import Pen
from tools.starter.scenes import calls, online
from tools.starter.texts import Band, Poster

SIZE: Final = (1920, 1080)
WORDS_WIDTH: Final = 1016
"""Of the column at the left that the headline may fill."""
ROW_WIDTH: Final = 840
"""Of what they say and what to do."""

SCENES: Final[dict[str, tuple[Callable[[Pen], None], str, str]]] = {
    "刷单返利": (online.brushing, "#c2182b", "#d8323c"),
    "虚假投资理财": (online.investing, "#0b6b5d", "#12846f"),
    "虚假购物": (online.shopping, "#b8480b", "#d05f1b"),
    "冒充电商物流客服": (calls.service, "#1658a8", "#2a70c4"),
    "虚假征信": (calls.credit, "#0d7287", "#1b8ca3"),
    "虚假贷款": (calls.lending, "#7a3b9a", "#9152b3"),
    "冒充公检法": (calls.officials, "#1d3f8f", "#3057b0"),
    "冒充领导熟人": (calls.boss, "#3c4a5c", "#566a80"),
    "网络游戏虚假交易": (online.gaming, "#4a3aa7", "#6052c2"),
    "网络婚恋交友": (online.romance, "#a81e5b", "#c43674"),
}
"""By kind of fraud: the drawing, the ground and the disc behind the drawing."""


def draw(poster: Poster, band: Band, size: tuple[int, int] = SIZE) -> Image.Image:
    """Draws one landscape poster."""
    scene, ground, disc = SCENES[poster.kind]
    pen = Pen(size, ground)
    pen.disc(1480, 462, 470, disc)
    with pen.at(1480, 462):
        scene(pen)
    _words(pen, poster, band)
    endcard.band(pen, band)
    return pen.finished()


def _words(pen: Pen, poster: Poster, band: Band) -> None:
    width = font("black", 50).getlength(poster.kind)
    pen.box(96, 70, width + 72, 80, "#00000038", radius=40)
    pen.text(132, 110, poster.kind, 50, CREAM, anchor="lm")
    size = headline_size(poster)
    pitch = size * 1.13
    top = 168 + (552 - pitch * len(poster.headline)) / 2
    for i, line in enumerate(poster.headline):
        pen.text(
            96 - size * 0.04,
            top + pitch * (i + 0.5),
            line,
            size,
            YELLOW if i == poster.accent else "#ffffff",
            anchor="lm",
        )
    for y, label, words, chip, ink in (
        (796, band.says, poster.says, "#00000060", "#ffffff"),
        (882, band.do, poster.do, YELLOW, INK),
    ):
        pen.box(96, y - 34, 208, 68, chip, radius=12)
        pen.text(200, y, label, 44, ink)
        pen.text(330 - (26 if words.startswith("“") else 0), y, words, 48, "#ffffff", anchor="lm", weight="bold")


def headline_size(poster: Poster) -> int:
    """Gives the em of the headline, in pixels of 1080."""
    return 236 if max(map(len, poster.headline)) <= 4 else 200


def too_long(poster: Poster) -> tuple[str, ...]:
    """Gives the lines that do not fit their place."""
    size = headline_size(poster)
    return (
        *(line for line in poster.headline if font("black", size).getlength(line) > WORDS_WIDTH),
        *(line for line in (poster.says, poster.do) if font("bold", 48).getlength(line) > ROW_WIDTH),
    )
