"""Places the characters of a line: squeezes full-width punctuation, parts hanzi from Latin, spaces letters.

Rule: lengths are in em; the width of each character is asked for, never looked up here.

Full-width punctuation fills half its square. Its empty half goes at a line's edge and between two such marks; a gap
stands between hanzi and Latin letters or digits (W3C "Requirements for Chinese Text Layout", sections 3.1.6 and 3.2.2).
"""

from collections.abc import Callable
from dataclasses import dataclass

OPENING = frozenset("（《〈「『【〔〖“‘")
CLOSING = frozenset("，。、；：！？）》〉」』】〕〗”’")
HALF_EM = 0.5
GAP_EM = 0.14


@dataclass(frozen=True, slots=True)
class Spaced:
    """A text with the place of every character from the text's beginning; a line's edges are trimmed by `width`."""

    text: str
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    def width(self, start: int, end: int) -> float:
        """How wide the characters from one position up to another are on a line of their own."""
        return self.ends[end - 1] - self.starts[start] - self.lead(start) - self.trail(end)

    def lead(self, start: int) -> float:
        """The empty half before an opening character that begins a line."""
        return HALF_EM if self._is_square(start) and self.text[start] in OPENING else 0.0

    def trail(self, end: int) -> float:
        """The empty half behind a closing character that ends a line."""
        return HALF_EM if self._is_square(end - 1) and self.text[end - 1] in CLOSING else 0.0

    def _is_square(self, place: int) -> bool:
        return self.ends[place] - self.starts[place] > 2 * HALF_EM - 0.01


def spaced(text: str, advance: Callable[[str], float], tracking: float = 0.0) -> Spaced:
    """Places every character of a text, with `tracking` between each two."""
    starts: list[float] = []
    ends: list[float] = []
    at, before, wide_before = 0.0, "", 0.0
    for char in text:
        wide = advance(char)
        if before:
            at += tracking + _between(before, char, wide_before, wide)
        starts.append(at)
        at += wide
        ends.append(at)
        if wide > 0.0:
            before, wide_before = char, wide
    return Spaced(text, tuple(starts), tuple(ends))


def _between(before: str, after: str, wide_before: float, wide_after: float) -> float:
    squares = min(wide_before, wide_after) > 2 * HALF_EM - 0.01
    if squares and ((before in CLOSING and after in OPENING | CLOSING) or (before in OPENING and after in OPENING)):
        return -HALF_EM
    if (_is_hanzi(before) and _is_latin(after)) or (_is_latin(before) and _is_hanzi(after)):
        return GAP_EM
    return 0.0


def _is_hanzi(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _is_latin(char: str) -> bool:
    return (char.isascii() and (char.isalnum() or char in "%+#@")) or "\u00c0" <= char <= "\u024f"
