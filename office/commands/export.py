"""`wuzha-office export`: every play, as a table for a spreadsheet."""

import argparse
import sys

from office.commands.sheets import write_csv, write_xlsx
from office.counting import missing, plays, read_asked
from office.place import Place
from signage.errors import BadInput, Complaint, Words

COLUMNS = (
    "screen", "screen_title", "site", "epoch", "seq", "at", "day", "hour", "clock_believed", "publication", "playlist",
    "item", "zone", "rank", "shows", "media", "sha256", "card", "title", "outcome", "actual_ms",
)  # fmt: skip


def main(options: argparse.Namespace, _place: Place) -> int:
    """Writes CSV to standard output or a file, or an Excel file."""
    asked = read_asked(options.start, options.end, options.screen, options.publication)
    rows = plays(asked)
    if options.out is None:
        with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
            count = write_csv(out, COLUMNS, rows)
    elif options.out.suffix == ".csv":
        with options.out.open("w", encoding="utf-8-sig", newline="") as out:
            count = write_csv(out, COLUMNS, rows)
    elif options.out.suffix == ".xlsx":
        count = write_xlsx(str(options.out), COLUMNS, rows)
    else:
        cure = Words("写 *.csv 或 *.xlsx", "write *.csv or *.xlsx")
        raise BadInput((Complaint(str(options.out), Words("不知道写成什么", "says no form"), cure),))
    gone = sum(gap.records or 0 for gap in missing(asked))
    print(
        f"{count} 条播放记录，已知缺 {gone} 条台账 · {count} plays, {gone} ledger records are missing", file=sys.stderr
    )
    return 0
