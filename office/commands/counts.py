"""`wuzha-office counts`: how often what was shown, and which records are missing from that."""

import argparse
import csv
import sys
from collections.abc import Iterable

from office.asked import Asked, read_asked
from office.commands.table import show
from office.counting import Count, added_up, counted, missing
from office.doubt import REASONS
from office.place import Place
from office.plain_output import tell_json
from signage.spreadsheet import text_cell

HEADS = {
    "plays": "次数 plays", "complete": "完整 complete", "cut": "中断 cut", "failed": "失败 failed",
    "seconds": "秒 seconds", "seen": "看得到 seen", "unseen": "看不到 unseen", "unknown": "不清楚 unknown",
    "undated": "时钟不准 undated", "doubtful": "不可信 doubtful",
}  # fmt: skip
SIGNED = "签名 signed"
SHA256 = "校验值 sha256"


def main(options: argparse.Namespace, _place: Place) -> int:
    """Prints counts as a table, JSON lines or CSV; what is missing goes to standard error where it is not a table."""
    asked = read_asked(options.start, options.end, options.screen, options.publication)
    found = counted(options.by, asked)
    signs, hashes = any(count.signed is not None for count in found), options.by == "media"
    heads = [options.by, *HEADS.values(), *([SIGNED] if signs else []), *([SHA256] if hashes else [])]
    if options.json:
        for count in found:
            tell_json(_told(options.by, count))
    elif options.csv:
        with open(sys.stdout.fileno(), "w", encoding="utf-8-sig", newline="", closefd=False) as out:
            writer = csv.writer(out)
            writer.writerow(heads)
            writer.writerows([text_cell(value) for value in _row(count, signs=signs, hashes=hashes)] for count in found)
    else:
        show(heads, (_row(count, signs=signs, hashes=hashes, most=12) for count in found))
        total = added_up(found)
        print(
            f"合计 total {total.plays}：看得到 seen {total.seen}，看不到 unseen {total.unseen}，"
            f"不清楚 unknown {total.unknown}"
        )
    _tell_doubts(found)
    _tell_missing(asked)
    return 0


def _row(count: Count, *, signs: bool, hashes: bool, most: int = 64) -> list[object]:
    """Returns a line of the table, `most` characters of a hash."""
    row: list[object] = [count.key, *(getattr(count, name) for name in HEADS)]
    if signs:
        row.append("是 yes" if count.signed else "未签名 no")
    if hashes:
        row.append(count.sha256[:most])
    return row


def _told(by: str, count: Count) -> dict[str, object]:
    told: dict[str, object] = {by: count.key, **{name: getattr(count, name) for name in HEADS}, "doubts": count.doubts}
    if count.signed is not None:
        told["signed"] = count.signed
    if by == "media":
        told |= {"sha256": count.sha256, "names": list(count.names)}
    return told


def _tell_doubts(found: Iterable[Count]) -> None:
    total = added_up(found)
    if not total.doubtful:
        return
    print(
        f"▲ 另有 {total.doubtful} 次不可信，没有算在内 · {total.doubtful} more are not believed, and not counted",
        file=sys.stderr,
    )
    for name, words in REASONS.values():
        if number := total.doubts.get(name):
            print(f"    {number} {words.zh} · {words.en}", file=sys.stderr)


def _tell_missing(asked: Asked) -> None:
    for gap in missing(asked):
        print(f"▲ {gap.words.zh} · {gap.words.en}", file=sys.stderr)
