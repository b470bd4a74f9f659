"""Sets Chinese and Latin text into boxes: breaks, sizes and places it, and paints it.

Text is set without a shaping engine: full-width punctuation is squeezed, a thin gap parts hanzi from Latin, and every
character is drawn with the first face that has it. Sizes are whole pixels of the em.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from player.decode.text import fonts, linebreak
from player.decode.text.fonts import Face, Weight
from player.decode.text.linebreak import Piece
from player.decode.text.setting import Block, Line, Run, Style
from player.decode.text.spacing import Spaced, spaced

Fill = str | tuple[int, ...]
Cut = Callable[[Sequence[Piece]], tuple[Piece, ...]]
ELLIPSIS = "…"

_REFERENCE_PX = 1000
# The em box of Noto Sans SC reaches this far above the baseline.
_ASCENT_EM = 0.88
_OPEN_FONTS = 48
# Balancing takes time by the square of the text; nobody sees it in a text of pages.
_BALANCED_PIECES = 300
# The narrowest letters, i and l, are a quarter of an em.
_NARROWEST_EM = 0.25
# Long runs are drawn in parts, so that the tile of a ticker draws only what lies on it.
_RUN_CHARS = 16


BODY = Style()
HEADING = Style(weight="heading", align="center", line_height=1.22, balance=True)


def fitted(
    text: str, box_w: float, box_h: float, *, min_px: int, max_px: int, style: Style = BODY, most_lines: int = 99
) -> Block:
    """Sets a text as large as its box allows, between two sizes; cut short if it does not fit at the smaller one."""
    least = max(1, min(min_px, max_px))
    box = _Box(box_w, box_h, most_lines)
    cut: Cut = tuple
    size = largest(least, max_px, lambda size: _fits(text, size, box, style, tuple))
    if size is not None and style.balance:
        size, cut = _calmer(text, least, size, box, style)
    for smaller in range(size or 0, least - 1, -1):
        block = _set(text, smaller, box_w, style, cut)
        # Hinting rounds the widths of Latin letters: what fits by outline may not fit by a pixel or two.
        if block.width_px <= box_w:
            return block
    return _cut_short(text, least, box, style)


def at_size(text: str, size_px: int, box_w: float, *, style: Style = BODY) -> Block:
    """Sets a text at one size, as many lines as it takes."""
    return _set(text, size_px, box_w, style, tuple)


def single_line(text: str, size_px: int, *, style: Style = BODY) -> Block:
    """Sets a text on one line of whatever length; newlines become spaces."""
    line = _line(" ".join(text.split("\n")), size_px, style)
    return Block((line,), size_px, _pitch(size_px, style), line.width_px, size_px, style.align, cut=False)


def largest(min_px: int, max_px: int, fits: Callable[[int], bool]) -> int | None:
    """Finds the largest size for which `fits` holds, if what fits at a size fits at every smaller one."""
    if max_px < min_px or not fits(min_px):
        return None
    low, high = min_px, max_px
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def height_at(text: str, size_px: int, box_w: float, style: Style = BODY) -> int | None:
    """Gives the height of a text at a size in a column of a width; None if a word is wider than the column."""
    count = _line_count(text, box_w / size_px, style, tuple)
    return None if count is None else _height(count, size_px, style)


def paint(image: Image.Image, block: Block, x: float, y: float, fill: Fill) -> None:
    """Paints a block with its upper left corner at a place of the image."""
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(block.lines):
        left = x + _indent(block, line)
        baseline = round(y + number * block.pitch_px + _ASCENT_EM * block.size_px)
        for run in line.runs:
            # Half up, not half to even: a line painted in tiles must fall on the same pixels in each.
            place = math.floor(left + run.x_px + 0.5)
            if place < image.width and place + (len(run.text) + 1) * block.size_px > 0:
                draw.text((place, baseline), run.text, fill=fill, font=opened(run.face, block.size_px), anchor="ls")


@functools.lru_cache(maxsize=_OPEN_FONTS)
def opened(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    """Gives the face at a size; the last few dozen stay open."""
    return ImageFont.truetype(face.path, size_px, index=face.index, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class _Box:
    width: float
    height: float
    most_lines: int


def _calmer(text: str, least: int, most: int, box: _Box, style: Style) -> tuple[int, Cut]:
    """The size and the cuts of a heading that would fit at size `most` if it were broken anywhere."""
    paragraphs = text.count("\n") + 1
    for lines in (paragraphs, paragraphs + 2):
        room = replace(box, most_lines=min(box.most_lines, lines))
        fits = functools.partial(_fits, text, box=room, style=style, cut=linebreak.phrases)
        size = largest(least, most, fits)
        if size is not None and size >= style.calm * most:
            return size, linebreak.phrases
    return most, tuple


def _fits(text: str, size_px: int, box: _Box, style: Style, cut: Cut) -> bool:
    count = _line_count(text, box.width / size_px, style, cut)
    return count is not None and count <= box.most_lines and _height(count, size_px, style) <= box.height


def _line_count(text: str, limit: float, style: Style, cut: Cut) -> int | None:
    """How many lines of so many em a text takes; None if a piece of it is wider than a line."""
    count = 0
    for paragraph in text.split("\n"):
        found, places = _prepared(paragraph, style)
        parts = cut(found)
        if linebreak.widest(parts, places.width) > limit:
            return None
        count += max(1, len(linebreak.filled(parts, places.width, limit)))
    return count


def _set(text: str, size_px: int, box_w: float, style: Style, cut: Cut) -> Block:
    limit = box_w / size_px
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        found, places = _prepared(paragraph, style)
        parts = linebreak.broken_up(cut(found), places.width, limit)
        if style.balance and len(parts) <= _BALANCED_PIECES:
            spans = linebreak.balanced(parts, places.width, limit)
        else:
            spans = linebreak.filled(parts, places.width, limit)
            spans = linebreak.without_orphan(parts, spans, places.width, limit)
        lines += [_line(paragraph[start:end], size_px, style) for start, end in spans] or [Line("", 0.0, ())]
    return _block(lines, size_px, style, cut=False)


def _cut_short(text: str, size_px: int, box: _Box, style: Style) -> Block:
    room = max(1, min(box.most_lines, int((box.height - size_px) // _pitch(size_px, style)) + 1))
    # Of a text of pages only what could find room is set.
    most = int(room * (box.width / size_px + 1) / _NARROWEST_EM)
    head = text[:most]
    block, narrower = _set(head, size_px, box.width, style, tuple), box.width
    while block.width_px > box.width and narrower > size_px:
        narrower -= block.width_px - box.width
        block = _set(head, size_px, narrower, style, tuple)
    is_whole = head == text and len(block.lines) <= room
    if is_whole and block.width_px <= box.width:
        return block
    lines = list(block.lines[:room])
    kept = lines[-1].text + ("" if is_whole else ELLIPSIS)
    while _line(kept, size_px, style).width_px > box.width and len(kept) > 1:
        kept = kept.removesuffix(ELLIPSIS)[:-1] + ELLIPSIS
    lines[-1] = _line(kept, size_px, style)
    return _block(lines, size_px, style, cut=True)


def _block(lines: Sequence[Line], size_px: int, style: Style, *, cut: bool) -> Block:
    width = max(line.width_px for line in lines)
    height = _height(len(lines), size_px, style)
    return Block(tuple(lines), size_px, _pitch(size_px, style), width, height, style.align, cut)


def _line(text: str, size_px: int, style: Style) -> Line:
    places = _places(text, style.weight, style.tracking)
    runs: list[Run] = []
    at = -places.lead(0) * size_px if text else 0.0
    for place, char in enumerate(text):
        gap = places.starts[place] - places.ends[place - 1] if place else 0.0
        face = fonts.face_for(char, style.weight)
        if face is None:
            continue
        goes_on = runs and gap == 0.0 and runs[-1].face == face
        if goes_on and (char.isascii() or len(runs[-1].text) < _RUN_CHARS):
            runs[-1] = Run(runs[-1].x_px, runs[-1].text + char, face)
        else:
            at = _end(runs, size_px, at) + gap * size_px
            runs.append(Run(at, char, face))
    return Line(text, _end(runs, size_px, 0.0) - (places.trail(len(text)) * size_px if text else 0.0), tuple(runs))


def _end(runs: Sequence[Run], size_px: int, beginning: float) -> float:
    return runs[-1].x_px + opened(runs[-1].face, size_px).getlength(runs[-1].text) if runs else beginning


@functools.lru_cache(maxsize=512)
def _prepared(paragraph: str, style: Style) -> tuple[tuple[Piece, ...], Spaced]:
    return linebreak.pieces(paragraph), _places(paragraph, style.weight, style.tracking)


def _places(text: str, weight: Weight, tracking: float) -> Spaced:
    return spaced(text, functools.partial(_advance, weight), tracking)


@functools.lru_cache(maxsize=8192)
def _advance(weight: Weight, char: str) -> float:
    """The width of a character in em."""
    face = fonts.face_for(char, weight)
    return 0.0 if face is None else opened(face, _REFERENCE_PX).getlength(char) / _REFERENCE_PX


def _indent(block: Block, line: Line) -> float:
    slack = block.width_px - line.width_px
    return {"left": 0.0, "center": slack / 2, "right": slack}[block.align]


def _pitch(size_px: int, style: Style) -> int:
    return round(size_px * style.line_height)


def _height(lines: int, size_px: int, style: Style) -> int:
    return (lines - 1) * _pitch(size_px, style) + size_px
