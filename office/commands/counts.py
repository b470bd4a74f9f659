"""`wuzha-office counts`: how often what was shown, and which records are missing from that."""

import argparse
import csv
import json
import sys

import msgspec

from office.commands.table import show
from office.counting import Asked, counted, missing, read_asked
from office.place import Place
from signage.spreadsheet import cell

HEADS = ("次数 plays", "完整 complete", "中断 cut", "失败 failed", "秒 seconds", "时钟不准 doubtful")


def main(options: argparse.Namespace, _place: Place) -> int:
    """Prints counts as a table, JSON lines or CSV; what is missing goes to standard error where it is not a table."""
    asked = read_asked(options.start, options.end, options.screen, options.publication)
    found = counted(options.by, asked)
    if options.json:
        for count in found:
            told = msgspec.structs.asdict(count)
            print(json.dumps({options.by: told.pop("key"), **told}, ensure_ascii=False))
    elif options.csv:
        with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
            writer = csv.writer(out)
            writer.writerow([options.by, *HEADS])
            writer.writerows([cell(value) for value in msgspec.structs.astuple(count)] for count in found)
    else:
        show((options.by, *HEADS), (msgspec.structs.astuple(count) for count in found))
        print(f"合计 total {sum(count.plays for count in found)}")
    _tell_missing(asked)
    return 0


def _tell_missing(asked: Asked) -> None:
    for gap in missing(asked):
        print(f"▲ {gap.words.zh} · {gap.words.en}", file=sys.stderr)
