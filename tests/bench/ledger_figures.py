"""What a ledger of half a year costs: an append, the counts of a month, the proof of the whole, and the memory of each.

Usage: python -m tests.bench.ledger_figures [--records N] [--folder F]. The records are those of a screen that shows a
picture every ten seconds for sixteen hours a day. Beside each append stands the price of the disk alone: writing as
many bytes to a plain file and flushing it.
"""

import argparse
import datetime as dt
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from player.state import Moment, Play
from player.uplink.ledger_db import open_copy
from player.uplink.records import Began, Entry
from player.uplink.writer import Writer
from signage.media import Media, MediaFacts
from signage.slot import Slot

ROOT = Path(__file__).parents[2]
FIRST = dt.datetime(2026, 1, 1, 6, tzinfo=dt.timezone(dt.timedelta(hours=8)))
DWELL_S = 10
A_DAY = 16 * 3600 // DWELL_S
FILES = 40
BATCH = 2000
APPENDS = 400
CONFIG = """\
[screen]
id = "sq-square-led1"
[folders]
state = "state"
"""


def _play(number: int) -> Play:
    day, place = divmod(number, A_DAY)
    at = FIRST + dt.timedelta(days=day, seconds=place * DWELL_S)
    name = f"posters/poster-{number % FILES:02}.png"
    media = Media(name=name, path=name, sha256=f"{number % FILES:064x}", size_bytes=1, facts=MediaFacts(kind="image"))
    slot = Slot(
        number=number, zone="main", rank="normal", playlist="六个一律", playlist_sha256="a" * 64, item=1, kind="image",
        media=media, starts_at=at, planned_s=float(DWELL_S),
    )  # fmt: skip
    began = Moment(at, number * DWELL_S, "ntp")
    ended = Moment(at + dt.timedelta(seconds=DWELL_S), (number + 1) * DWELL_S, "ntp")
    return Play(slot=slot, outcome="complete", began=began, ended=ended, shown_s=float(DWELL_S), frames=1)


def _batches(records: int) -> Iterator[list[Entry]]:
    for start in range(0, records, BATCH):
        yield [_play(number) for number in range(start, min(start + BATCH, records))]


def _flush_ms(folder: Path, size: int) -> float:
    """Gives what the disk alone asks for so many bytes."""
    times = []
    with (folder / "plain").open("wb", buffering=0) as file:
        for _ in range(APPENDS):
            began = time.perf_counter()
            file.write(bytes(size))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _command(folder: Path, *words: str) -> tuple[float, float]:
    """Runs a command and gives its seconds and its peak of memory in MB."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "player", *words, "--config", str(folder / "kiosk_config.toml")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    _, _, used = os.wait4(child.pid, 0)
    return time.perf_counter() - began, used.ru_maxrss / 1024


def main() -> int:
    """Runs as the command line says."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wuzha-ledger-", dir=chosen.folder) as temporary:
        folder = Path(temporary)
        (folder / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
        path = folder / "state" / "ledger.db"
        writer = Writer(path, "sq-square-led1", "boot", keep_days=40_000)
        writer.open(_play(0).ended)
        print(f"start               {_rss():.0f} MB")
        began = time.perf_counter()
        for number, batch in enumerate(_batches(chosen.records)):
            writer.write(batch)
            if number % 100 == 99:
                print(
                    f"{(number + 1) * BATCH:>9} records   {_rss():.0f} MB, {path.stat().st_size / 1e6:.0f} MB on disk"
                )
        pace = chosen.records / (time.perf_counter() - began)
        print(f"in batches of {BATCH}   {pace:.0f} records a second")
        times = []
        for number in range(chosen.records, chosen.records + APPENDS):
            play = _play(number)
            began = time.perf_counter()
            writer.write([play, Began(play.slot, play.ended)])
            times.append(time.perf_counter() - began)
        print(f"one append, median  {statistics.median(times) * 1000:.2f} ms, worst {max(times) * 1000:.2f} ms")
        print(f"the disk alone      {_flush_ms(folder, 12 * 1024):.2f} ms for 12 KiB and a flush")
        began = time.perf_counter()
        writer.close()
        writer.open(_play(chosen.records + APPENDS).ended)
        print(f"the next start      {time.perf_counter() - began:.2f} s, on the ledger's own thread")
        writer.close()
        db = open_copy(path)
        print(f"records             {sum(epoch.head.seq for epoch in db.epochs())}")
        db.close()
        month = ("--since", "2026-03-01", "--until", "2026-04-01")
        for name, words in (
            ("counts of a month", ("plays", "--by", "item", *month)),
            ("counts of all", ("plays", "--by", "item")),
            ("nothing at all", ("plays", "--by", "item", "--since", "2099-01-01")),
            ("verify", ("verify",)),
        ):
            seconds, peak_mb = _command(folder, *words)
            print(f"{name:19} {seconds:.2f} s, {peak_mb:.0f} MB")
    return 0


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
