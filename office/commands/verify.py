"""`wuzha-office verify`: proves what is stored against itself, and says what was changed or deleted."""

import argparse
import datetime as dt
import re
import sys
import time
from collections.abc import Iterator

from office.commands.table import plain
from office.counting import Asked, added_up, counted
from office.place import Place
from office.plain_output import tell_json
from office.verifying import chains
from office.verifying.findings import Mismatch, found, guarded, shortened
from office.verifying.ledgers import Sums, ledgers
from office.verifying.shown import shown_rows
from office.verifying.snapshot import snapshot
from signage.errors import BadInput, Complaint, Words

NOTED = re.compile(r"([0-9]{1,15}):([0-9a-f]{8,64})")


def main(options: argparse.Namespace, _place: Place) -> int:
    """0: everything holds; 1: something does not, and it is named."""
    notes = [_note(text) for text in options.noted]
    began, sums, bad = time.monotonic(), Sums(), 0
    with snapshot():
        for each in shortened(_all(sums, notes)):
            bad += each.times
            if options.json:
                tell_json({"table": each.table, "where": each.where, "what": each.what, "zh": each.words.zh,
                           "en": each.words.en, "times": each.times})  # fmt: skip
            else:
                print(plain(f"✕ {each.table} {each.where}: {each.words.zh} · {each.words.en}"))
        ends = chains.ends()
    rate = round(sums.records / max(0.001, time.monotonic() - began))
    out = sys.stderr if options.json else sys.stdout
    print(
        f"核对了 {sums.epochs} 段台账、{sums.records} 条记录、{sums.plays} 次播放（其中 {sums.doubtful} 次不可信），"
        f"每秒 {rate} 条\n"
        f"{sums.epochs} epochs, {sums.records} records, {sums.plays} plays, {sums.doubtful} of them not believed; "
        f"{rate} records/s",
        file=out,
    )
    for name, number, digest in ends:
        print(f"末条，请抄下来 · to be written down: {name} {number}:{digest[:16]}", file=out)
    print("✕ 有对不上的 · something does not hold" if bad else "● 全部相符 · all of it holds", file=out)
    return 1 if bad else 0


def _note(text: str) -> tuple[int, str]:
    read = NOTED.fullmatch(text.strip().lower())
    if read is None:
        problem = Words(f"{text[:40]!r} 看不懂", f"{text[:40]!r} cannot be read")
        cure = Words("照抄 verify 的末条，例如 12:0123456789abcdef", "write it as verify did: 12:0123456789abcdef")
        raise BadInput((Complaint("--noted", problem, cure),))
    return int(read[1]), read[2]


def _all(sums: Sums, notes: list[tuple[int, str]]) -> Iterator[Mismatch]:
    yield from guarded(chains.chains(), "auditentry, journalentry", "")
    for number, digest in notes:
        yield from chains.noted(number, digest)
    yield from guarded(chains.told_of(), "screen, publication", "")
    yield from guarded(chains.epochs(), "ledgerepoch, journalentry", "")
    yield from guarded(chains.alarms(), "alarm", "")
    yield from guarded(shown_rows(), "shown", "")
    yield from ledgers(round(dt.datetime.now(dt.UTC).timestamp() * 1000), sums)
    total = added_up(counted("screen", Asked()))
    if (total.plays + total.doubtful, total.doubtful) != (sums.plays, sums.doubtful):
        yield found(
            "play", "counts", "changed", "统计出来的次数与台账不符", "counts are not the sum of the ledgers' plays"
        )
