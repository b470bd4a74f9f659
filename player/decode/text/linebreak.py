"""Decides where lines of Chinese and Latin text break.

Rule: this file measures nothing; it is told how wide a stretch of text is, in whatever unit the limit has.

Closing punctuation never begins a line, opening punctuation never ends one, and nothing breaks inside words, numbers,
telephone numbers, addresses, …… and —— (W3C "Requirements for Chinese Text Layout", 3.1.3). What is wider than a
whole line is broken between characters all the same, as the last resort.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from player.decode.text.words import inside_words

Width = Callable[[int, int], float]
"""How wide the text from one position up to another is when it stands alone on a line."""
Span = tuple[int, int]
"""A line: from one position of the text up to another."""

NO_START = frozenset("、。，．：；！？…‥·‧・）〕］｝〉》」』】〗〙”’％℃℉°‰々〻ー,.:;!?)]}%>")
NO_END = frozenset("（〔［｛〈《「『【〖〘“‘￥＄￡＃第([{<$#@№")
_GLUE = frozenset("\u00a0\u202f\u2060\ufeff")
_UNITS = frozenset("年月日号时点分秒元角万亿岁楼室")
_SPACES = " \t\u2002-\u200b\u3000"
_PHRASE_ENDS = frozenset("，。！？；：…,;:!?")
_JOINTS = frozenset("、）》」』】”")
_OPENING_JOINTS = frozenset("（《「『【“")
_LEANING = frozenset("的了吗呢吧啊们者地得")
"""Belongs to what stands before it."""

_CLUSTER = re.compile(
    rf"(?P<space>[{_SPACES}]+)"
    r"|\+?\d+(?:[ \-]\d{2,})+"  # a telephone number in groups: 0518-8000 0000
    r"|[!-~\u00c0-\u024f]+"  # a word, a number, an address
    r"|…+|—+|─+"
    r"|.[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef]*",
    re.DOTALL,
)
_BREAK_COSTS = {-1: 0.8, 0: 0.35, 1: 0.15, 2: 0.0}
"""What a break costs beside raggedness (squared, as a part of the line), by `Piece.ease`."""
_SHORT_LINE = 0.22


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stays on one line; the spaces before it vanish when it begins a line."""

    start: int
    end: int
    ease: int = 0
    """How well a line ends behind it: -1 within a word, 0 within a phrase, 1 at a clause's joint, 2 behind a phrase."""


def pieces(text: str) -> tuple[Piece, ...]:
    """Cuts one paragraph, without newlines, at every place where a line may break."""
    found: list[Piece] = []
    spaced = True
    for match in _CLUSTER.finditer(text):
        if match["space"] is not None and found:
            spaced = True
            around = text[found[-1].end - 1], text[match.end() : match.end() + 1]
            # A space beside Latin letters belongs to spelling; between hanzi it stands for a pause.
            if not any(char.isascii() for char in around):
                found[-1] = replace(found[-1], ease=2)
            continue
        if found and not _may_break(text[found[-1].start : found[-1].end], match[0], spaced):
            found[-1] = Piece(found[-1].start, match.end())
        else:
            # Spaces that open a paragraph are its indent: they belong to its first piece.
            found.append(Piece(match.start(), match.end()))
        spaced = False
    inside = inside_words(text)
    return tuple(piece if piece.ease else replace(piece, ease=_ease(text, piece.end, inside)) for piece in found)


def phrases(cut: Sequence[Piece]) -> tuple[Piece, ...]:
    """Joins pieces that belong to one phrase, so that lines break only behind punctuation and at spaces."""
    joined: list[Piece] = []
    for piece in cut:
        if joined and joined[-1].ease < 2:
            joined[-1] = Piece(joined[-1].start, piece.end, piece.ease)
        else:
            joined.append(piece)
    return tuple(joined)


def widest(cut: Sequence[Piece], width: Width) -> float:
    """Gives the width of the widest piece; 0 without any."""
    return max((width(piece.start, piece.end) for piece in cut), default=0.0)


def broken_up(cut: Sequence[Piece], width: Width, limit: float) -> tuple[Piece, ...]:
    """Cuts pieces wider than the limit into single characters."""
    parts: list[Piece] = []
    for piece in cut:
        if width(piece.start, piece.end) <= limit:
            parts.append(piece)
        else:
            parts += [Piece(place, place + 1) for place in range(piece.start, piece.end - 1)]
            parts.append(Piece(piece.end - 1, piece.end, piece.ease))
    return tuple(parts)


def filled(cut: Sequence[Piece], width: Width, limit: float) -> tuple[Span, ...]:
    """Fills each line as far as it goes; a piece wider than the limit has a line of its own."""
    lines: list[Span] = []
    for piece in cut:
        if lines and width(lines[-1][0], piece.end) <= limit:
            lines[-1] = (lines[-1][0], piece.end)
        else:
            lines.append((piece.start, piece.end))
    return tuple(lines)


def without_orphan(cut: Sequence[Piece], lines: Sequence[Span], width: Width, limit: float) -> tuple[Span, ...]:
    """Moves pieces down from the last line but one when the last holds hardly more than a character."""
    if len(lines) < 2:
        return tuple(lines)
    (first, _), (last, end) = lines[-2], lines[-1]
    if width(last, end) > _SHORT_LINE * limit:
        return tuple(lines)
    movable = [piece for piece in cut if first < piece.start < last]
    for piece in reversed(movable):
        if width(piece.start, end) > limit / 2:
            break
        last = piece.start
        if width(last, end) > _SHORT_LINE * limit:
            break
    before = max((piece.end for piece in cut if piece.start < last), default=first)
    return (*lines[:-2], (first, before), (last, end))


def balanced(cut: Sequence[Piece], width: Width, limit: float) -> tuple[Span, ...]:
    """Takes no more lines than `filled`, but of like lengths and broken behind punctuation where that is near."""
    most = len(filled(cut, width, limit))
    if most < 2:
        return filled(cut, width, limit)
    aim = max(width(cut[0].start, cut[-1].end) / most, widest(cut, width))
    count = len(cut)
    # best[n][i]: least cost of setting the first i pieces in n lines, and where the last of these lines begins.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(most):
        row: dict[int, tuple[float, int]] = {}
        for begin, (cost, _) in best[-1].items():
            for end in range(begin + 1, count + 1):
                wide = width(cut[begin].start, cut[end - 1].end)
                if wide > limit and end > begin + 1:
                    break
                odd = 0.0 if end == count else _BREAK_COSTS[cut[end - 1].ease]
                total = cost + ((aim - wide) / aim) ** 2 + odd
                if end not in row or total < row[end][0]:
                    row[end] = (total, begin)
        best.append(row)
    lines: list[Span] = []
    end = count
    for step in range(min((n for n in range(1, most + 1) if count in best[n]), key=lambda n: best[n][count][0]), 0, -1):
        begin = best[step][end][1]
        lines.append((cut[begin].start, cut[end - 1].end))
        end = begin
    return tuple(reversed(lines))


def _may_break(before: str, after: str, spaced: bool) -> bool:
    if after[0] in NO_START or before[-1] in NO_END or after[0] in _GLUE or before[-1] in _GLUE:
        return False
    return spaced or not (before[-1].isdecimal() and after[0] in _UNITS)


def _ease(text: str, end: int, inside: frozenset[int]) -> int:
    before, after = text[end - 1], text[end : end + 1]
    if before in _PHRASE_ENDS:
        return 2
    if end in inside or after in _LEANING:
        return -1
    # Between single characters, as in 早、中、晚, the mark holds a group together.
    is_group = before == "、" and not text[max(0, end - 3) : end - 1].isalnum()
    return 1 if (before in _JOINTS and not is_group) or after in _OPENING_JOINTS else 0
