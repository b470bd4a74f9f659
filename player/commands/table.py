"""Tables for people who work with a spreadsheet."""

import csv
import sys
from collections.abc import Iterable, Sequence

from signage.spreadsheet import cell


def write_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes to standard output what a Chinese Excel opens as it is: UTF-8 with its mark."""
    with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows([cell(value) for value in row] for row in rows)
