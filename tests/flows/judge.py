"""What a captured frame shows, judged by its colours.

Rule: pure; bytes and references go in, verdicts come out.
"""

from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 16, 9
"""A captured frame is so small: 144 pixels of three bytes."""
FRAME_BYTES = WIDTH * HEIGHT * 3
TOLERANCE = 40.0
"""Distance in RGB: H.264, limited range and motion move a colour by up to 25; our items are 90 and more apart."""
DARK = 24

Colour = tuple[int, int, int]
Reference = bytes


def flat(colour: Colour) -> Reference:
    """Gives the reference of an item that is one colour all over."""
    return bytes(colour) * (WIDTH * HEIGHT)


def is_black(frame: bytes) -> bool:
    """Says whether nine tenths of a frame are dark."""
    dark = sum(max(frame[n : n + 3]) < DARK for n in range(0, FRAME_BYTES, 3))
    return dark > WIDTH * HEIGHT * 0.9


def belongs(frame: bytes, references: Sequence[Reference]) -> bool:
    """Says whether every pixel is that of a reference, or lies between those of two of them."""
    if any(frame == reference for reference in references):
        return True
    pairs = [(a, b) for k, a in enumerate(references) for b in references[k:]]
    return all(any(_between(frame, a, b, n) for a, b in pairs) for n in range(0, FRAME_BYTES, 3))


def verdicts(frames: Iterable[bytes], references: Sequence[Reference]) -> tuple[int, int, int]:
    """Counts frames: all, black, and foreign ones, which are neither black nor made of the references."""
    total = black = foreign = 0
    for frame in frames:
        total += 1
        if is_black(frame):
            black += 1
        elif not belongs(frame, references):
            foreign += 1
    return total, black, foreign


def _between(frame: bytes, one: bytes, other: bytes, at: int) -> bool:
    p = [frame[at + k] - one[at + k] for k in range(3)]
    d = [other[at + k] - one[at + k] for k in range(3)]
    length = sum(v * v for v in d)
    share = min(1.0, max(0.0, sum(a * b for a, b in zip(p, d, strict=True)) / length)) if length else 0.0
    return sum((a - share * b) ** 2 for a, b in zip(p, d, strict=True)) <= TOLERANCE * TOLERANCE
