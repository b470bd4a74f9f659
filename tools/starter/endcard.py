"""The end of a video: the sentence to remember over the telephone numbers."""

from PIL import Image

from tools.starter.lettering import font
from tools.starter.motion import eased, lettered, sprung
from tools.starter.parts import CREAM, NAVY, PAPER, RED, YELLOW
from tools.starter.pen import Pen
from tools.starter.texts import Band


def band(pen: Pen, words: Band) -> None:
    """Draws the band at the foot that posters and videos share."""
    pen.box(0, 936, 1920, 144, CREAM)
    pen.box(0, 936, 1920, 8, YELLOW)
    x = 96.0
    for label, number in ((words.hotline_label, words.hotline), (words.police_label, words.police)):
        pen.text(x, 1012, label, 54, NAVY, anchor="lm", weight="bold")
        x += font("bold", 54).getlength(label) + 24
        pen.text(x, 1010, number, 104, RED, anchor="lm")
        x += font("black", 104).getlength(number) + 84
    pen.text(1920 - 96, 1012, words.app, 70, NAVY, anchor="rm")
    pen.text(
        1920 - 96 - font("black", 70).getlength(words.app) - 24,
        1012,
        words.app_label,
        54,
        NAVY,
        anchor="rm",
        weight="bold",
    )


class EndCard:
    """Two lines that spring up, and a note under them."""

    def __init__(self, lines: tuple[str, str], note: str) -> None:
        size = 288 if max(map(len, lines)) <= 4 else 250
        self._lines = [lettered(line, size, fill) for line, fill in zip(lines, (YELLOW, PAPER), strict=True)]
        self._note = lettered(note, 84, CREAM) if note else None
        self._pitch = size * 1.1

    def draw(self, frame: Image.Image, t: float, lower_px: float = 0) -> None:
        """Draws the card as it stands `t` seconds after it began."""
        for i, piece in enumerate(self._lines):
            piece.put(
                frame,
                960,
                232 + lower_px + i * self._pitch,
                0.5 + 0.5 * sprung(t, 0.08 * i, 0.45),
                eased(t, 0.08 * i, 0.2),
            )
        if self._note:
            self._note.put(frame, 960, 808, 1, eased(t, 0.5, 0.4))
