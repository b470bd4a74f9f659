"""Moves drawn pieces over a ground, one frame after another."""

from collections.abc import Callable
from typing import Final

from PIL import Image

from tools.starter.lettering import font
from tools.starter.pen import Pen

SIZE: Final = (1920, 1080)
FRAMES_PER_S: Final = 25


def eased(t: float, start: float, length: float) -> float:
    """Gives how far a movement is, 0 to 1, fast first and slow at its end."""
    x = min(1.0, max(0.0, (t - start) / length))
    return 1 - (1 - x) ** 3


def sprung(t: float, start: float, length: float) -> float:
    """Gives how far a movement is, with a little overshoot before it rests at 1."""
    x = min(1.0, max(0.0, (t - start) / length))
    return 1 + 2.2 * (x - 1) ** 3 + 1.2 * (x - 1) ** 2


class Piece:
    """A drawing with a clear ground, placed by its middle."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    def put(self, frame: Image.Image, x: float, y: float, zoom: float = 1.0, alpha: float = 1.0) -> None:
        """Lays the piece on a frame; nothing is laid when it is too small or too faint to be seen."""
        if zoom < 0.02 or alpha < 0.01:
            return
        image = self.image
        if abs(zoom - 1) > 0.002:
            size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
            image = image.resize(size, Image.Resampling.BICUBIC)
        mask = image.getchannel("A")
        if alpha < 0.99:
            mask = mask.point([round(i * alpha) for i in range(256)])
        frame.paste(image.convert("RGB"), (round(x - image.width / 2), round(y - image.height / 2)), mask)


def drawn(width: int, height: int, draw: Callable[[Pen], None]) -> Piece:
    """Gives a piece drawn around its own middle."""
    pen = Pen((width, height), (0, 0, 0, 0), 2)
    with pen.at(width / 2, height / 2):
        draw(pen)
    return Piece(pen.finished())


def lettered(words: str, size: int, fill: str, weight: str = "black") -> Piece:
    """Gives one line of words as a piece."""
    width = int(font(weight, size).getlength(words)) + size // 2
    return drawn(width, int(size * 1.5), lambda pen: pen.text(0, 0, words, size, fill, anchor="mm", weight=weight))
