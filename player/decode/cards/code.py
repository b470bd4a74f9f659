"""The card with a QR code: the code on a white panel, a title and steps beside it."""

from PIL import Image

from player.decode.cards import pen
from player.decode.cards.pen import Area
from player.decode.cards.rows import draw_rules
from player.decode.cards.sheet import Sheet, foot, numbered
from player.decode.cards.wordy import notice
from player.decode.text.setting import Style
from signage.slot import Card

QUIET_MODULES = 4
LEAST_MODULE_PX = 3
"""A phone a few metres off does not resolve less; then the words have the card to themselves."""


def matrix(content: str) -> tuple[tuple[bool, ...], ...] | None:
    """Gives a QR code's modules, dark ones true, error correction M or better; None if the content is too long."""
    # It loads urllib, http and email, 5 MB that no worker wants but the one with such a card. What of it is no Python
    # must be there before the walls (`worker.load`).
    import segno  # noqa: PLC0415

    try:
        code = segno.make_qr(content, error="m", boost_error=True)
    except segno.DataOverflowError:
        return None
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def code_image(content: str, most_px: int) -> Image.Image | None:
    """Gives a QR code with its quiet zone, as large as goes into a square, every module the same whole pixels.

    None if modules would be smaller than `LEAST_MODULE_PX`.
    """
    modules = matrix(content)
    if modules is None:
        return None
    count = len(modules) + 2 * QUIET_MODULES
    module = most_px // count
    if module < LEAST_MODULE_PX:
        return None
    small = Image.new("L", (count, count), 255)
    small.putdata(_padded(modules, count))
    return small.resize((count * module, count * module), Image.Resampling.NEAREST).convert("RGB")


def app(sheet: Sheet, card: Card) -> None:
    """A code to scan, a title, and what to do in steps."""
    field = foot(sheet, sheet.area, card.footer)
    area = field.inset(sheet.margin, sheet.margin)
    if sheet.is_portrait:
        title, rest = area.split_top(round(area.h * 0.16) if card.title else 0)
        side = min(rest.w, round(rest.h * (0.6 if card.text else 1)))
    else:
        title, rest = area, area
        side = min(rest.h, round(rest.w * (0.46 if card.title or card.text else 1)))
    code = code_image(card.qr, side) if card.qr else None
    if code is None:
        sheet.lacks = sheet.lacks or bool(card.qr)
        notice(sheet, card)
        return
    sheet.ring(field, (field.x + field.w, field.y), max(field.w, field.h) * 0.6)
    if sheet.is_portrait:
        panel, words = rest.split_top(code.height)
        _title(sheet, title, card.title, "center")
        words = words.split_top(round(sheet.margin * 0.8))[1]
    else:
        panel, words = rest.split_left(code.width)
        words = words.split_left(round(sheet.margin * 1.1))[1]
        share = 0.42 if card.text else 1
        head, words = words.split_top(round(words.h * share) if card.title else 0)
        _title(sheet, head, card.title, "left")
    x, y = panel.x + (panel.w - code.width) // 2, panel.y + (panel.h - code.height) // 2
    edge = code.width // 40
    rim = Area(x, y, code.width, code.height).inset(-edge, -edge)
    pen.rounded(sheet.image, rim, round(sheet.margin * 0.5), "#FFFFFF")
    sheet.image.paste(code, (x, y))
    if card.text:
        _steps(sheet, words, card.text)


def _title(sheet: Sheet, area: Area, words: str, align: str) -> None:
    style = Style(
        weight="heading", align="center" if align == "center" else "left", line_height=1.2, balance=True, calm=0.5
    )
    if words:
        sheet.put(words, area, style, sheet.theme.accent, round(min(area.h * 0.6, area.w * 0.2)))


def _steps(sheet: Sheet, area: Area, text: str) -> None:
    lines = numbered(text)
    if len(lines) > 1:
        draw_rules(sheet, area, lines)
    else:
        style = Style(align="center" if sheet.is_portrait else "left", balance=True)
        sheet.put(text, area, style, sheet.theme.ink, round(min(area.h * 0.3, area.w * 0.1)))


def _padded(modules: tuple[tuple[bool, ...], ...], count: int) -> list[int]:
    pixels = [255] * (count * count)
    for y, row in enumerate(modules, QUIET_MODULES):
        for x, dark in enumerate(row, QUIET_MODULES):
            if dark:
                pixels[y * count + x] = 0
    return pixels
