"""Cards that are mostly one text: notice, slogan, broadcast, alert."""

from player.decode.cards import motifs, pen
from player.decode.cards.pen import Area
from player.decode.cards.sheet import CENTRED, Sheet, bands, foot
from player.decode.text import typeset
from player.decode.text.setting import Align, Style
from signage.slot import Card

_SHORT_TEXT = 48
_BODY = Style(line_height=1.45)
_LOUD = Style(weight="heading", align="center", line_height=1.2, balance=True)


def notice(sheet: Sheet, card: Card) -> None:
    """A title and a text: short texts in the middle, longer ones as a paragraph."""
    if not card.text:
        slogan(sheet, card)
        return
    area = bands(sheet, card.title, card.footer)
    sheet.ring(area, (area.x + area.w, area.y + area.h), min(area.w, area.h) * 0.95)
    inner = area.inset(round(sheet.margin * 1.3), sheet.margin)
    is_short = len(card.text) <= _SHORT_TEXT
    across = (0.17 if is_short else 0.12) if sheet.is_portrait else (0.11 if is_short else 0.08)
    most = round(min(inner.h * 0.3, inner.w * across))
    sheet.put(card.text, inner, CENTRED if is_short else _BODY, sheet.theme.ink, most)


def slogan(sheet: Sheet, card: Card) -> None:
    """A few words as large as the panel takes, the title small above them."""
    words, kicker = (card.text, card.title) if card.text else (card.title, "")
    area = foot(sheet, sheet.area, card.footer)
    sheet.ring(area, (area.x + area.w / 2, area.y + area.h / 2), max(area.w, area.h) * 0.56)
    inner = area.inset(sheet.margin, round(sheet.margin * 0.8))
    if kicker:
        top, inner = inner.split_top(round(inner.h * (0.13 if sheet.is_portrait else 0.19)))
        _kicker(sheet, top, kicker)
    sheet.put(words, inner.inset(0, round(sheet.margin * 0.3)), _LOUD, sheet.theme.ink, round(inner.h * 0.62))


def broadcast(sheet: Sheet, card: Card) -> None:
    """A loudspeaker, the title large, the text below it: shown while an announcement sounds."""
    area = foot(sheet, sheet.area, card.footer)
    inner = area.inset(round(sheet.margin * 1.2), sheet.margin)
    if sheet.is_portrait:
        sign, words = inner.split_top(round(inner.h * 0.42))
    else:
        sign, words = inner.split_left(round(inner.w * 0.36))
        words = words.split_left(round(sheet.margin * 0.8))[1]
    sheet.ring(area, (sign.x + sign.w / 2, sign.y + sign.h / 2), max(area.w, area.h) * 0.75)
    side = round(min(sign.w, sign.h) * (0.82 if sheet.is_portrait else 1))
    icon = Area(sign.x + (sign.w - side) // 2, sign.y + (sign.h - side) // 2, side, side)
    motifs.speaker(sheet.image, icon, sheet.theme.ink, sheet.theme.accent)
    _title_over_text(sheet, words, card)


def alert(sheet: Sheet, card: Card) -> None:
    """An emergency: barrier stripes at the head and the foot, a warning sign, the title over the text."""
    short = min(sheet.image.size)
    height = round(short * 0.085)
    top, area = sheet.area.split_top(height)
    area, low = area.split_top(area.h - height)
    for band in (top, low):
        motifs.stripes(sheet.image, band, "#16130C", "#FFC81F")
    if card.footer:
        area = foot(sheet, area, card.footer)
    inner = area.inset(round(sheet.margin * 1.2), sheet.margin)
    if sheet.is_portrait:
        sign, words = inner.split_top(round(inner.h * 0.3))
    else:
        sign, words = inner.split_left(round(min(inner.w * 0.3, inner.h * 0.9)))
        words = words.split_left(sheet.margin)[1]
    motifs.warning(sheet.image, sign, "#FFC81F", "#16130C")
    _title_over_text(sheet, words, card)


def _title_over_text(sheet: Sheet, area: Area, card: Card) -> None:
    """Sets the title as a heading and the text under it, both in the middle of the area's height."""
    align: Align = "center" if sheet.is_portrait else "left"
    loud = Style(weight="heading", align=align, line_height=1.2, balance=True)
    body = Style(align=align, line_height=1.4, balance=len(card.text) <= _SHORT_TEXT)
    if not (card.title and card.text):
        sheet.put(card.title or card.text, area, loud, sheet.theme.ink, round(min(area.h * 0.4, area.w * 0.24)))
        return
    gap = round(sheet.margin * 1.1)
    room = area.h - gap
    share = 0.5 if len(card.text) <= 2 * len(card.title) + 10 else 0.34
    least = sheet.least_px
    title = typeset.fitted(
        card.title, area.w, room * share, min_px=least, max_px=round(min(area.h * 0.34, area.w * 0.2)), style=loud
    )
    text = typeset.fitted(
        card.text, area.w, room - title.height_px, min_px=least, max_px=round(title.size_px * 0.62), style=body
    )
    y = area.y + (area.h - title.height_px - gap - text.height_px) // 2
    sheet.paint(title, Area(area.x, y, area.w, title.height_px), sheet.theme.accent)
    sheet.paint(text, Area(area.x, y + title.height_px + gap, area.w, text.height_px), sheet.theme.ink)


def _kicker(sheet: Sheet, area: Area, words: str) -> None:
    """Sets a small heading between two rules."""
    style = Style(weight="heading", align="center", tracking=0.12)
    size = round(min(area.h * 0.55, area.w * 0.06))
    block = typeset.fitted(words, area.w * 0.7, area.h, min_px=sheet.least_px, max_px=size, style=style, most_lines=1)
    sheet.paint(block, area, sheet.theme.accent)
    rule = max(2, round(min(sheet.image.size) * 0.007))
    gap = round(block.size_px * 0.7)
    length = round(min((area.w - block.width_px) / 2 - gap, area.w * 0.12))
    middle = area.y + area.h // 2 - rule // 2
    centre = area.x + area.w / 2
    if length > 2 * rule:
        left = round(centre - block.width_px / 2 - gap - length)
        right = round(centre + block.width_px / 2 + gap)
        pen.fill(sheet.image, Area(left, middle, length, rule), sheet.theme.accent)
        pen.fill(sheet.image, Area(right, middle, length, rule), sheet.theme.accent)
