"""A card in the making: its picture, its colours, its proportions, and the bands that every template shares."""

import re
from dataclasses import dataclass, field

from PIL import Image

from player.decode.cards import motifs, pen
from player.decode.cards.pen import Area
from player.decode.cards.theme import Theme
from player.decode.text import typeset
from player.decode.text.setting import Block, Style

POLICE_LINE = "反诈专线 96110"
_LEAST_PX = 12
"""Below this a hanzi is no longer readable, however near one stands."""

LEFT_HEADING = Style(weight="heading", line_height=1.22, balance=True)
CENTRED = Style(align="center", line_height=1.4, balance=True)


@dataclass(slots=True)
class Sheet:
    """A card's picture while it is drawn; `lacks` turns true when something of the card found no room."""

    image: Image.Image
    theme: Theme
    lacks: bool = False
    painted: list[Block] = field(default_factory=list)
    margin: int = field(init=False)
    least_px: int = field(init=False)
    """The smallest text on this card."""

    def __post_init__(self) -> None:
        short = min(self.image.size)
        self.margin = max(3, round(short * 0.055))
        self.least_px = max(_LEAST_PX, round(short / 28))

    @property
    def area(self) -> Area:
        """The whole card."""
        return pen.whole(self.image)

    def ring(self, area: Area, centre: tuple[float, float], radius: float) -> None:
        """Draws rings behind an area's words, and nowhere outside it."""
        layer = pen.blank(area.w, area.h, self.theme.ground)
        motifs.rings(layer, (centre[0] - area.x, centre[1] - area.y), radius, self.theme.faint)
        self.image.paste(layer, (area.x, area.y))

    @property
    def is_portrait(self) -> bool:
        """Whether the card stands upright."""
        return self.image.height > self.image.width

    def put(self, text: str, area: Area, style: Style, colour: str, max_px: int, *, middle: bool = True) -> Block:
        """Sets a text into an area as large as it goes, up to a size, and paints it."""
        block = typeset.fitted(text, area.w, area.h, min_px=self.least_px, max_px=max_px, style=style)
        self.paint(block, area, colour, middle=middle)
        return block

    def paint(self, block: Block, area: Area, colour: str, *, middle: bool = True) -> None:
        """Paints a block into an area by its own alignment, in the middle of the height or at the top."""
        self.lacks = self.lacks or block.cut
        self.painted.append(block)
        slack = area.w - block.width_px
        x = area.x + {"left": 0.0, "center": slack / 2, "right": slack}[block.align]
        y = area.y + (area.h - block.height_px) // 2 if middle else area.y
        typeset.paint(self.image, block, x, y, colour)


def bands(sheet: Sheet, title: str, footer: str, *, is_slim: bool = False) -> Area:
    """Draws the band at the head with the title, if there is one, and the one at the foot; gives what lies between.

    Slim bands leave more to long texts: the head is lower, the foot only there for the card's own words.
    """
    area = sheet.area
    if title:
        area = _head(sheet, area, title, 0.16 if is_slim else 0.2)
    return area if is_slim and not footer else foot(sheet, area, footer)


def _head(sheet: Sheet, area: Area, title: str, share: float) -> Area:
    short = min(area.w, area.h)
    height = round(short * share)
    band, rest = area.split_top(height)
    pen.fill(sheet.image, band, sheet.theme.band)
    rule, rest = rest.split_top(max(2, round(short * 0.009)))
    pen.fill(sheet.image, rule, sheet.theme.band_accent)
    icon, words = band.inset(sheet.margin, round(height * 0.19)).split_left(round(height * 0.56))
    motifs.shield(sheet.image, icon, sheet.theme.band_accent, sheet.theme.band)
    words = words.split_left(round(height * 0.2))[1]
    sheet.put(title, words, LEFT_HEADING, sheet.theme.band_ink, round(height * 0.56))
    return rest


def foot(sheet: Sheet, area: Area, footer: str) -> Area:
    """Draws the band at the foot: the card's words, the police line unless they name it; gives what lies above."""
    short = min(sheet.area.w, sheet.area.h)
    height = max(round(short * 0.115), 24)
    if area.h < 4 * height:
        return area
    rest, band = area.split_top(area.h - height)
    pen.fill(sheet.image, band, sheet.theme.band)
    inner = band.inset(sheet.margin, round(height * 0.2))
    size = round(height * 0.52)
    if not footer:
        _police_line(sheet, inner, size, align="center")
    elif "96110" in footer:
        sheet.put(footer, inner, typeset.HEADING, sheet.theme.band_ink, size)
    else:
        needs = typeset.single_line(footer, round(size * 0.8)).width_px
        is_tight = needs + sheet.margin + size * 8.2 > inner.w
        used = _police_line(sheet, inner, size, align="right", is_short=is_tight)
        left = inner.split_left(inner.w - used - sheet.margin // 2)[0]
        sheet.put(footer, left, Style(), sheet.theme.band_ink, size)
    return rest


def _police_line(sheet: Sheet, area: Area, size: int, *, align: str, is_short: bool = False) -> int:
    """Draws a handset, what the number is unless it is to be short, and the number; gives the width that they take."""
    first, last = POLICE_LINE.split(" ")
    words = typeset.single_line("" if is_short else first, size)
    number = typeset.single_line(last, size, style=Style(weight="heading"))
    icon, gap = round(size * 1.1), round(size * 0.3)
    to_number = icon + gap + (0 if is_short else round(words.width_px) + gap)
    width = round(to_number + number.width_px)
    x = area.x + (area.w - width) // (2 if align == "center" else 1)
    sign = Area(x, area.y + (area.h - icon) // 2, icon, icon)
    motifs.handset(sheet.image, sign, sheet.theme.band_accent, sheet.theme.band)
    y = area.y + (area.h - size) // 2
    typeset.paint(sheet.image, words, x + icon + gap, y, sheet.theme.band_ink)
    typeset.paint(sheet.image, number, x + to_number, y, sheet.theme.band_accent)
    return width


_NUMBERED = re.compile(r"^\s*(?:[（(]?(\d{1,2})[）).、．]|([①-⑳])|([一二三四五六七八九十]{1,3})、)\s*")


def numbered(text: str) -> list[tuple[str, str]]:
    """Cuts a text into its lines with their numbers: those that the author wrote, or else 1, 2, 3."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    marks = [_NUMBERED.match(line) for line in lines]
    if not all(marks):
        return [(str(place), line) for place, line in enumerate(lines, 1)]
    return [(_plain(mark), mark.string[mark.end() :]) for mark in marks if mark]


def _plain(mark: re.Match[str]) -> str:
    ringed = mark[2]
    return str(ord(ringed) - ord("①") + 1) if ringed else mark[1] or mark[3]
