"""Cards for panels too small or too flat for ornaments: the words fill them."""

from player.decode.cards import pen
from player.decode.cards.pen import Area
from player.decode.cards.sheet import Sheet
from player.decode.text import typeset
from player.decode.text.fonts import Weight
from player.decode.text.setting import Block, Style
from signage.slot import Card

SMALL_PX = 150
FLAT = 3.2
"""How many times wider than high a strip is."""
FLAT_PX = 400
_TITLE_PX = 14
_WORTH = 0.7
# Strokes of the heading weight run together below this.
_HEADING_PX = 22


def is_flat(width_px: int, height_px: int) -> bool:
    """Whether a panel is a strip: words on one line or two, the title at their left."""
    return width_px >= FLAT * height_px and height_px < FLAT_PX


def is_small(width_px: int, height_px: int) -> bool:
    """Whether a panel, such as an LED sign over a door, holds words only."""
    return min(width_px, height_px) < SMALL_PX


def flat(sheet: Sheet, card: Card) -> None:
    """A strip: the title in a band at the left, the text in the rest."""
    area = sheet.area
    sheet.lacks = bool(card.qr)
    words, title = (card.text, card.title) if card.text else (card.title, "")
    edge = max(2, round(area.h * 0.09))
    if title:
        size = round(min(area.h * 0.5, area.w * 0.3 / max(1, len(title)) * 1.6))
        style = Style(weight="heading", align="center", line_height=1.15, balance=True, calm=0.9)
        room = area.w * 0.3 - 4 * edge
        block = typeset.fitted(title, room, area.h - 2 * edge, min_px=sheet.least_px, max_px=size, style=style)
        band, area = area.split_left(round(block.width_px) + 4 * edge)
        pen.fill(sheet.image, band, sheet.theme.band)
        rule, area = area.split_left(max(2, edge // 3))
        pen.fill(sheet.image, rule, sheet.theme.band_accent)
        sheet.paint(block, band, sheet.theme.band_accent)
    inner = area.inset(2 * edge, edge)
    # The author's lines on one line if that is large enough, else as they are.
    joined, apart = (_words(sheet, each, inner, round(inner.h * 0.82)) for each in (words.replace("\n", "　"), words))
    is_one_line = len(joined.lines) == 1 or apart.cut or joined.size_px > apart.size_px / _WORTH
    sheet.paint(joined if is_one_line and (not joined.cut or apart.cut) else apart, inner, sheet.theme.ink)


def small(sheet: Sheet, card: Card) -> None:
    """A sign: the text as large as it goes, under the title if that costs little."""
    sheet.lacks = bool(card.qr)
    area = sheet.area.inset(max(1, sheet.image.width // 48), max(1, sheet.image.height // 32))
    words, title = (card.text, card.title) if card.text else (card.title, "")
    plain = _words(sheet, words, area, area.h)
    if title:
        head = typeset.fitted(
            title,
            area.w,
            area.h * 0.4,
            min_px=_TITLE_PX,
            max_px=max(_TITLE_PX, area.h // 4),
            style=_style("heading"),
            most_lines=1,
        )
        gap = max(2, head.size_px // 5)
        rest = area.split_top(head.height_px + gap)[1]
        if not head.cut and rest.h > sheet.least_px:
            below = _words(sheet, words, rest, rest.h)
            if not below.cut and below.size_px >= _WORTH * plain.size_px:
                y = area.y + (area.h - head.height_px - gap - below.height_px) // 2
                sheet.paint(head, Area(area.x, y, area.w, head.height_px), sheet.theme.accent)
                y += head.height_px + gap
                sheet.paint(below, Area(area.x, y, area.w, below.height_px), sheet.theme.ink)
                return
    sheet.paint(plain, area, sheet.theme.ink)


def _words(sheet: Sheet, words: str, area: Area, most_px: int) -> Block:
    heavy = typeset.fitted(words, area.w, area.h, min_px=sheet.least_px, max_px=most_px, style=_style("heading"))
    if heavy.size_px >= _HEADING_PX and not heavy.cut:
        return heavy
    return typeset.fitted(words, area.w, area.h, min_px=sheet.least_px, max_px=most_px, style=_style("text"))


def _style(weight: Weight) -> Style:
    return Style(weight=weight, align="center", line_height=1.15, balance=True, calm=0.9)
