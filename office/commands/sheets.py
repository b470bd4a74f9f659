"""Records as files that a spreadsheet opens."""

import csv
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from typing import TextIO

from openpyxl import Workbook

from signage.spreadsheet import cell, text_cell

MOST_ROWS = 1_048_575
"""Of a sheet of Excel, below its head."""


def write_csv(out: TextIO, heads: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> int:
    """Writes rows as CSV, `heads` the columns' keys and what stands above them; gives how many."""
    writer = csv.writer(out)
    writer.writerow(heads.values())
    count = 0
    for row in rows:
        writer.writerow([text_cell(row[name]) for name in heads])
        count += 1
    return count


def write_xlsx(path: str, heads: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> int:
    """Writes rows as an Excel file, a further sheet for every million; gives how many."""
    names, count = list(heads.values()), 0
    book = Workbook(write_only=True)
    sheet = None
    for row in rows:
        if sheet is None or count % MOST_ROWS == 0:
            sheet = book.create_sheet(f"plays {count // MOST_ROWS + 1}")
            sheet.append(names)
        sheet.append([cell(row[name]) for name in heads])
        count += 1
    if sheet is None:
        book.create_sheet("plays 1").append(names)
    with tempfile.TemporaryFile() as whole:
        # A book whose saving fails half-way leaves generators behind that complain as they are collected.
        book.save(whole)
        whole.seek(0)
        with open(path, "wb") as out:
            shutil.copyfileobj(whole, out)
    return count
