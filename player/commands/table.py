"""Tables for people who work with a spreadsheet."""

import csv
import sys
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes to standard output what a Chinese Excel opens as it is.

    UTF-8 with its mark; no cell is taken for a formula (OWASP, CSV injection).
    """
    with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
