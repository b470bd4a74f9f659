"""Records as files that a spreadsheet opens.

The workbook of an Excel file is openpyxl's; the rows of its sheets are written here, for their number is beyond what it
writes in good time: ten times as many a second.
"""

import csv
import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import IO, TextIO

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from signage.spreadsheet import cell, text_cell

MOST_ROWS = 1_048_575
"""Of a sheet of Excel, below its head."""
AT_ONCE = 500
"""Rows that are compressed together."""
MOST_REMEMBERED = 8192
"""Texts that came before: most of what plays say is the same."""
EPOCH = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet."""
_BEGINS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
_ENDS = "</sheetData></worksheet>"


class SheetStyles(msgspec.Struct, frozen=True):
    """The numbers that the workbook gives to its formats."""

    day: int
    time: int


def write_csv(out: TextIO, heads: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> int:
    """Writes rows as CSV, `heads` the columns' keys and what stands above them; gives how many."""
    writer = csv.writer(out)
    writer.writerow(heads.values())
    count = 0
    for row in rows:
        writer.writerow([_plain(value) if isinstance(value := row[name], str) else value for name in heads])
        count += 1
    return count


def write_xlsx(
    path: str, heads: Mapping[str, str], rows: Iterable[Mapping[str, object]], most_rows: int = MOST_ROWS
) -> int:
    """Writes rows as an Excel file, a further sheet for every million; gives how many.

    Dates and times become those of Excel. The file has its name when it is whole. Raises OSError.
    """
    partial = Path(path).with_name(f".{Path(path).name}.part")
    count, sheets = 0, 0
    waiting = iter(rows)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=2) as book:
            styles = _styles()
            first = next(waiting, None)
            while first is not None or not sheets:
                sheets += 1
                some = islice(chain([first], waiting), most_rows) if first is not None else ()
                with book.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                    count += _write_sheet(sheet, heads, some, styles)
                first = next(waiting, None)
            _write_rest(book, sheets)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _write_sheet(
    sheet: IO[bytes], heads: Mapping[str, str], rows: Iterable[Mapping[str, object]], styles: SheetStyles
) -> int:
    letters = [get_column_letter(number) for number in range(1, len(heads) + 1)]
    count = 0
    sheet.write(_BEGINS.encode())
    lines: list[str] = []
    for number, values in enumerate(chain([tuple(heads.values())], (tuple(row[n] for n in heads) for row in rows)), 1):
        cells = (
            f'<c r="{letter}{number}"{_body(value, styles)}' for letter, value in zip(letters, values, strict=True)
        )
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
        count = number
        if len(lines) >= AT_ONCE:
            sheet.write("".join(lines).encode())
            lines.clear()
    sheet.write(("".join(lines) + _ENDS).encode())
    return count - 1


def _body(value: object, styles: SheetStyles) -> str:
    """Returns a cell's attributes and content."""
    match value:
        case None | "":
            told = "/>"
        case str():
            told = _text(value)
        case bool():
            told = f' t="b"><v>{int(value)}</v></c>'
        case dt.date():
            told = f' s="{styles.day}"><v>{(value - EPOCH).days}</v></c>'
        case dt.time():
            seconds = 3600 * value.hour + 60 * value.minute + value.second
            told = f' s="{styles.time}"><v>{seconds / 86400:.9f}</v></c>'
        case int() | float():
            told = f"><v>{value}</v></c>"
        case _:
            told = _text(str(value))
    return told


_plain = lru_cache(MOST_REMEMBERED)(text_cell)


@lru_cache(MOST_REMEMBERED)
def _text(text: str) -> str:
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(str(cell(text)), quote=False)}</t></is></c>'


def _workbook(sheets: int) -> tuple[Workbook, SheetStyles]:
    """Returns a workbook of empty sheets that knows our formats."""
    book = Workbook(write_only=True)
    for number in range(1, sheets + 1):
        book.create_sheet(f"plays {number}")
    styled = [WriteOnlyCell(book.worksheets[0]) for _ in range(2)]
    styled[0].number_format, styled[1].number_format = "yyyy-mm-dd", "hh:mm:ss"
    return book, SheetStyles(*(each.style_id for each in styled))


def _styles() -> SheetStyles:
    return _workbook(1)[1]


def _write_rest(book: zipfile.ZipFile, sheets: int) -> None:
    """Writes all that an Excel file holds besides its sheets."""
    for name, content in _parts(_workbook(sheets)[0]):
        if not name.startswith("xl/worksheets/sheet"):
            book.writestr(name, content)


def _parts(book: Workbook) -> Iterator[tuple[str, bytes]]:
    made = BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as empty:
        for name in empty.namelist():
            yield name, empty.read(name)
