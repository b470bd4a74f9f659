"""Cards made of lines: numbered rules, and people with their telephone numbers."""

import re
from dataclasses import dataclass

from player.decode.cards import pen
from player.decode.cards.pen import Area
from player.decode.cards.sheet import Sheet, bands, numbered
from player.decode.cards.wordy import notice
from player.decode.text import typeset
from player.decode.text.setting import Align, Style
from signage.slot import Card

_ROW = Style(line_height=1.25, balance=True)
_MANY = 7
_BADGE_EM = 1.28
_BADGE_GAP_EM = 0.42
_ROW_GAP_EM = 0.54
# One column reads better than two, as long as it is read from as far.
_ONE_COLUMN_WORTH = 0.92
_FAR = 14
"""Text of this part of the panel's height is read from 30 m in a square."""
_MOBILE = re.compile(r"^(1\d{2})(\d{4})(\d{4})$")


@dataclass(frozen=True, slots=True)
class _Grid:
    """Lines in columns at one size; every column's rows have heights of their own."""

    size_px: int
    columns: tuple[tuple[tuple[str, str], ...], ...]
    column_w: int
    gutter: int

    @property
    def text_w(self) -> float:
        return self.column_w - self.size_px * (_BADGE_EM + _BADGE_GAP_EM)

    def row_heights(self, column: int) -> list[int]:
        """Each row's height; a row whose words are wider than the column is given more than any card has."""
        least = round(self.size_px * _BADGE_EM)
        heights = (typeset.height_at(line, self.size_px, self.text_w, _ROW) for _, line in self.columns[column])
        return [1_000_000 if height is None else max(least, height) for height in heights]

    def height(self) -> float:
        """The height that the fullest column takes with the least gaps."""
        return max(
            sum(self.row_heights(place)) + (len(column) - 1) * self.size_px * _ROW_GAP_EM
            for place, column in enumerate(self.columns)
        )


def rules(sheet: Sheet, card: Card) -> None:
    """Numbered lines, in one column or two, whichever allows the larger text."""
    lines = numbered(card.text)
    if not lines:
        notice(sheet, card)
        return
    is_long = len(lines) > _MANY
    area = bands(sheet, card.title, card.footer, is_slim=is_long)
    draw_rules(sheet, area.inset(round(sheet.margin * (0.8 if is_long else 1.0)), round(sheet.margin * 0.7)), lines)


def draw_rules(sheet: Sheet, area: Area, lines: list[tuple[str, str]]) -> None:
    """Draws numbered lines into an area; as a paragraph cut short when even the smallest size is too large."""
    one, two = (_grid(sheet, area, lines, columns) for columns in (1, 2))
    enough = sheet.image.height / _FAR
    grid = one if one and (two is None or one.size_px >= min(enough, _ONE_COLUMN_WORTH * two.size_px)) else two
    if grid is None:
        sheet.put("\n".join(f"{mark}. {line}" for mark, line in lines), area, _ROW, sheet.theme.ink, sheet.least_px)
        return
    _draw_grid(sheet, area, grid)


def _grid(sheet: Sheet, area: Area, lines: list[tuple[str, str]], columns: int) -> _Grid | None:
    if columns > len(lines):
        return None
    gutter = round(sheet.margin * 0.8)
    width = (area.w - (columns - 1) * gutter) // columns
    rows = -(-len(lines) // columns)
    parts = tuple(tuple(lines[first : first + rows]) for first in range(0, len(lines), rows))
    most = round(min(area.h * 0.16, area.w * (0.11 if sheet.is_portrait else 0.075)))
    size = typeset.largest(
        sheet.least_px,
        max(sheet.least_px, most),
        lambda size: _Grid(size, parts, width, gutter).height() <= area.h,
    )
    return None if size is None else _Grid(size, parts, width, gutter)


def _draw_grid(sheet: Sheet, area: Area, grid: _Grid) -> None:
    rows = max(len(column) for column in grid.columns)
    heights = [grid.row_heights(place) for place in range(len(grid.columns))]
    # Rows of all columns share their tops: each row is as high as its highest cell, if that leaves the gaps they need.
    shared = [max(column[row] for column in heights if row < len(column)) for row in range(rows)]
    least_gap = round(grid.size_px * _ROW_GAP_EM)
    if sum(shared) + (rows - 1) * least_gap <= area.h:
        heights = [shared[: len(column)] for column in heights]
    # One gap and one top for all columns: that of the fullest, so that nothing leaves the area.
    gap = min(grid.size_px * 1.5, *((area.h - sum(column)) / (len(column) - 0.4) for column in heights))
    fullest = max(sum(column) + gap * (len(column) - 1) for column in heights)
    for place, column in enumerate(grid.columns):
        y = area.y + (area.h - fullest) / 2
        x = area.x + place * (grid.column_w + grid.gutter)
        for (mark, line), height in zip(column, heights[place], strict=True):
            _draw_row(sheet, Area(x, round(y), grid.column_w, height), grid, mark, line)
            y += height + gap


def _draw_row(sheet: Sheet, area: Area, grid: _Grid, mark: str, line: str) -> None:
    size = grid.size_px
    block = typeset.at_size(line, size, grid.text_w, style=_ROW)
    # First lines stand level across columns, however many lines follow.
    top = area.y + round(size * (_BADGE_EM - 1) / 2)
    radius = size * _BADGE_EM / 2
    centre = (area.x + radius, top + size / 2)
    pen.disc(sheet.image, centre, radius, sheet.theme.badge)
    figure = Style(weight="heading", align="center")
    label = typeset.fitted(mark, radius * 1.5, size, min_px=1, max_px=round(size * 0.86), style=figure)
    x, y = centre[0] - label.width_px / 2, round(centre[1] - label.size_px / 2)
    typeset.paint(sheet.image, label, x, y, sheet.theme.badge_ink)
    sheet.paint(
        block, Area(round(area.x + area.w - grid.text_w), top, round(grid.text_w), block.height_px), sheet.theme.ink
    )


@dataclass(frozen=True, slots=True)
class _Contact:
    who: str
    phone: str


def contacts(text: str) -> list[_Contact]:
    """Cuts a text into its lines, each with who it is and a telephone number; either may be empty."""
    found = []
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        who, phone = told_apart(line)
        found.append(_Contact(who.strip(), _MOBILE.sub(r"\1 \2 \3", phone)))
    return found


def told_apart(line: str) -> tuple[str, str]:
    """Cuts a line into who it is and the telephone number at its end, digits with spaces and dashes; "" without one."""
    at = len(line)
    while at and (line[at - 1].isdecimal() or line[at - 1] in "- "):
        at -= 1
    while at < len(line) and not line[at].isdecimal():
        at += 1
    if len(line) - at < 2 or not line[-1].isdecimal():
        return line, ""
    at -= line.endswith("+", 0, at)
    end = at
    while end and (line[end - 1].isspace() or line[end - 1] in "：:"):
        end -= 1
    return line[:end], line[at:]


def contact(sheet: Sheet, card: Card) -> None:
    """People and their telephone numbers on white panels, the numbers as large as they go."""
    people = contacts(card.text)
    if not people:
        notice(sheet, card)
        return
    area = bands(sheet, card.title, card.footer).inset(sheet.margin, round(sheet.margin * 0.8))
    gap = round(sheet.margin * 0.6)
    height = min((area.h - gap * (len(people) - 1)) // len(people), round(area.w * 0.45))
    top = area.y + (area.h - len(people) * (height + gap) + gap) // 2
    cells = [Area(area.x, top + place * (height + gap), area.w, height) for place in range(len(people))]
    if cells[0].h < sheet.least_px * 1.4:
        sheet.put("\n".join(f"{one.who} {one.phone}" for one in people), area, _ROW, sheet.theme.ink, sheet.least_px)
        return
    stacked, beside = (_phone_size(people, cells[0], is_stacked=way) for way in (True, False))
    for person, cell in zip(people, cells, strict=True):
        pen.rounded(sheet.image, cell, round(min(cell.h * 0.16, sheet.margin * 0.6)), sheet.theme.panel)
        _draw_contact(sheet, cell, person, max(stacked, beside), is_stacked=stacked > beside * 1.15)


def _parts(cell: Area, *, is_stacked: bool) -> tuple[Area, Area]:
    """Where a panel's name and its number go."""
    inner = cell.inset(round(min(cell.h * 0.22, cell.w * 0.05)), round(cell.h * 0.1))
    if is_stacked:
        return inner.split_top(round(inner.h * 0.36))
    name, number = inner.split_left(round(inner.w * 0.42))
    return name.split_left(round(name.w * 0.92))[0], number


def _phone_size(people: list[_Contact], cell: Area, *, is_stacked: bool) -> int:
    room = _parts(cell, is_stacked=is_stacked)[1]
    style = Style(weight="heading")
    sizes = [
        typeset.fitted(
            one.phone, room.w, room.h, min_px=8, max_px=round(room.h * 0.9), style=style, most_lines=1
        ).size_px
        for one in people
        if one.phone
    ]
    return min(sizes, default=round(cell.h * 0.5))


def _draw_contact(sheet: Sheet, cell: Area, person: _Contact, phone_px: int, *, is_stacked: bool) -> None:
    name, number = _parts(cell, is_stacked=is_stacked)
    if not person.phone:
        sheet.put(
            person.who,
            cell.inset(sheet.margin, round(cell.h * 0.1)),
            typeset.HEADING,
            sheet.theme.panel_ink,
            round(cell.h * 0.5),
        )
        return
    align: Align = "center" if is_stacked else "left"
    style = Style(weight="text", align=align, line_height=1.2, balance=True)
    most = round(name.h * (0.84 if is_stacked else 0.6))
    sheet.put(person.who, name, style, sheet.theme.panel_ink, min(most, round(phone_px * 0.8)))
    digits = Style(weight="heading", align="center" if is_stacked else "right")
    sheet.put(person.phone, number, digits, sheet.theme.panel_strong, phone_px)
