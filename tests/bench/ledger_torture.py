"""Kills a player at random moments while its items change every second, and proves its ledger after each kill.

Usage: python -m tests.bench.ledger_torture [--kills N] [--seed N] [--json FILE]. What was really shown is told by the
trace, which the player writes as it goes: every turn in it has to be one record, the one showing at the kill excepted.
The exit code is 1 when a chain broke, a number is missing or given twice, or a play was lost or doubled.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from player.uplink.audit import audit
from player.uplink.counts import plays
from player.uplink.ledger_db import open_copy
from player.uplink.records import INTERRUPTED
from signage.ledger import PlayRecord

ROOT = Path(__file__).parents[2]
CONFIG = """\
[screen]
id = "torture-led"
canvas = [64, 32]
[folders]
state = "state"
[sound]
enabled = false
"""
ITEMS = 7
SHORTEST_S, LONGEST_S = 0.3, 3.0
"""How long a player lives."""
SAME_S = 0.005
"""The trace and the record of one first frame differ by their rounding only."""


@dataclass
class Figures:
    """What a torture showed."""

    kills: int = 0
    records: int = 0
    turns_seen: int = 0
    recorded: int = 0
    marked: int = 0
    """Plays that a player did not outlive, told at the next start."""
    unrecorded_showing: int = 0
    """First frames so short before a kill that nothing of them was on the disk."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    epochs: int = 0

    @property
    def faults(self) -> list[str]:
        """Names what must not be."""
        more_epochs = [f"{self.epochs} epochs"] if self.epochs != 1 else []
        return [*self.lost, *self.doubled, *self.broken, *more_epochs]


def house(folder: Path) -> Path:
    """Makes a screen whose items change every second."""
    for name in ("media", "playlists"):
        (folder / name).mkdir(parents=True)
    (folder / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
    items = "".join(f'[[item]]\ncard = "slogan"\ntitle = "{number}"\n' for number in range(ITEMS))
    (folder / "playlists" / "a.toml").write_text(f'dwell_s = 1\ntransition = "cut"\n{items}', encoding="utf-8")
    return folder / "kiosk_config.toml"


def live(config: Path, trace: Path, seconds: float) -> None:
    """Lets a player live for so long and kills it with all that it started."""
    words = [sys.executable, "-m", "player", "run", "--headless", "--config", str(config), "--trace", str(trace)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    player = subprocess.Popen(words, cwd=ROOT, env=env, start_new_session=True, **quiet)  # type: ignore[call-overload]
    time.sleep(seconds)
    os.killpg(player.pid, signal.SIGKILL)
    player.wait()


def turns(trace: Path) -> list[float]:
    """Gives when the first frame of each slot was shown, monotonic seconds."""
    found = []
    for line in trace.read_bytes().split(b"\n")[:-1] if trace.exists() else []:
        row = json.loads(line)
        if row["frame"] == 0:
            found.append(row["now"])
    return found


def torture(kills: int, seed: int, folder: Path) -> Figures:
    """Kills so often and gives what was found."""
    rng = random.Random(seed)
    config = house(folder)
    ledger = folder / "state" / "ledger.db"
    figures = Figures()
    seen: list[list[float]] = []
    for number in range(kills):
        trace = folder / f"trace-{number}"
        live(config, trace, rng.uniform(SHORTEST_S, LONGEST_S))
        figures.kills += 1
        seen.append(turns(trace))
        if ledger.exists():
            _prove(ledger, number, figures)
    live(config, folder / "trace-last", LONGEST_S)  # what the last kill left is told
    _compare(ledger, seen, figures)
    return figures


def _prove(ledger: Path, number: int, figures: Figures) -> None:
    db = open_copy(ledger)
    found = audit(db)
    db.close()
    figures.records, figures.epochs = found.records, len(found.chapters)
    if found.broken is not None:
        figures.broken.append(f"kill {number}: record {found.broken.seq}: {found.broken.why.en}")


def _compare(ledger: Path, seen: list[list[float]], figures: Figures) -> None:
    db = open_copy(ledger)
    records = [each.play for each in plays(db)]
    db.close()
    figures.marked = sum(each.reason == INTERRUPTED for each in records)
    times = Counter(each.mono_ms for each in records)
    figures.doubled += [f"{count} plays began at {ms} ms" for ms, count in times.items() if count > 1]
    for number, life in enumerate(seen):
        figures.turns_seen += len(life)
        for place, now in enumerate(life):
            if _recorded(records, now):
                figures.recorded += 1
            elif place == len(life) - 1:
                figures.unrecorded_showing += 1
            else:
                figures.lost.append(f"kill {number}: the play that began at {now:.3f} s")


def _recorded(records: list[PlayRecord], now: float) -> bool:
    return any(abs(each.mono_ms / 1000 - now) <= SAME_S for each in records)


def main() -> int:
    """Runs as the command line says."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wuzha-ledger-") as folder:
        figures = torture(chosen.kills, chosen.seed, Path(folder))
    told = asdict(figures) | {"faults": figures.faults}
    for name, value in told.items():
        print(f"{name:20} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
