"""Many plays through a link that drops, doubles and reorders, while everything is killed: is every count exact?

Usage: python -m tests.bench.exactness [--plays N] [--kills N] [--screens N] [--seed N] [--loss P] [--json FILE]
Real players without a screen write plays into their ledgers and send them through wires of their own to a real
mosquitto, which keeps its state or does not, as chance has it; two real collectors fetch them from it through wires of
their own, into one SQLite database. Each of them is killed with SIGKILL again and again. At the end the office has to
have the same records as the screens' ledgers, count the same, and have raised no alarm. The exit code is 1 if not.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from office.place import found
from office.settings import open_office
from tests.bench.exactness_plays import publish_plays
from tests.bench.exactness_proof import Proof
from tests.bench.exactness_town import Town
from tests.proxy import Fault

SHARES = {"player": 4, "collector": 4, "broker": 2}
"""Kills of each kind in ten, in an order of chance."""
LEADS = (300, 1500, 6000)
"""Plays that a screen may be ahead of the office: the newest go in order, or pass a backlog."""
LOOK_S = 0.1
LONGEST_PEACE_S = 10.0
"""Somebody is killed after so long even if the office did not get further."""
AT_ONCE = 0.15
"""The chance that a kill follows another one."""
SAY_S = 10.0


@dataclass
class Figures:
    """What a run showed."""

    screens: int
    seed: int
    loss: float
    plays: int = 0
    records: int = 0
    interrupted: int = 0
    """Plays that a player did not outlive; the next start tells of them."""
    kills: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    doubled: int = 0
    reordered: int = 0
    duplicates: int = 0
    """Records that came to a collector and were stored already."""
    seconds: float = 0.0
    proof_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    equal: str = "no"


class Run:
    """One run, from the first play to the last acknowledgement."""

    def __init__(self, town: Town, plays: int, kills: int, seed: int, patience_s: float) -> None:
        self._town, self._kills, self._patience_s = town, kills, patience_s
        self._each = -(-plays // len(town.names))
        self._random = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self._victims: list[str] = []
        self._lead = {name: self._random.choice(LEADS) for name in town.names}
        self._kill_at = time.monotonic() + LONGEST_PEACE_S
        self._stored, self._moved_at = 0, time.monotonic()
        self._began, self._say_at = time.monotonic(), 0.0

    @property
    def last(self) -> int:
        """The number of each screen's last play."""
        return self._each

    def go(self) -> list[str]:
        """Plays, kills and waits until the office has everything, the players having ended; gives what went wrong."""
        while True:
            if faults := self._wait():
                return faults
            if any(codes := self._town.stop_players()):
                return [f"players ended with {codes}"]
            if self._is_done():
                return []
            # One that was killed last was only just telling what it had been showing.
            self._town.start_players()

    def _wait(self) -> list[str]:
        while not self._is_done():
            if ended := self._town.ended():
                return ended
            if time.monotonic() - self._moved_at > self._patience_s:
                return [f"nothing new was stored for {self._patience_s:.0f} s, at {self._stored} records"]
            time.sleep(self._random.uniform(0, 2 * LOOK_S))
        return []

    def _is_done(self) -> bool:
        upto = _upto(self._town.names)
        stored, now = sum(upto.values()), time.monotonic()
        if stored != self._stored:
            self._stored, self._moved_at = stored, now
        for name in self._town.names:
            self._town.ask(name, min(self._each, upto[name] + self._lead[name]))
        self._say(now)
        if sum(self.killed.values()) < self._kills:
            done = stored / (self._each * len(self._town.names))
            if done * self._kills > sum(self.killed.values()) or now > self._kill_at:
                self._kill()
            return False
        return all(self._is_whole(name, upto[name]) for name in self._town.names)

    def _is_whole(self, name: str, upto: int) -> bool:
        if upto < self._each or self._town.written(name) < self._each:
            return False
        return self._town.heads(name) == _heads(name)

    def _kill(self) -> None:
        while True:
            if not self._victims:
                self._victims = [each for each, share in SHARES.items() for _ in range(share)]
                self._random.shuffle(self._victims)
            kind = self._victims.pop()
            self._town.kill(kind)
            self.killed[kind] += 1
            if sum(self.killed.values()) >= self._kills or self._random.random() > AT_ONCE:
                break
            time.sleep(self._random.uniform(0, 1))
        self._lead[self._random.choice(self._town.names)] = self._random.choice(LEADS)
        self._kill_at = time.monotonic() + LONGEST_PEACE_S

    def _say(self, now: float) -> None:
        if now > self._say_at:
            self._say_at = now + SAY_S
            print(f"{now - self._began:6.0f} s  stored {self._stored}  kills {dict(self.killed)}",
                  file=sys.stderr, flush=True)  # fmt: skip


def run(options: argparse.Namespace, folder: Path) -> Figures:
    """Does all of it in a folder."""
    loss = options.loss
    fault = Fault(lose_publishes=loss, lose_pubacks=loss, double=loss, hold=loss)
    town = Town(folder, options.screens, fault, options.seed)
    found(town.place)
    open_office(town.place)
    from django.db import connection

    from office.models import Screen

    Screen.objects.bulk_create(Screen(id=name) for name in town.names)
    publish_plays()
    figures, proof, began = Figures(options.screens, options.seed, loss), Proof(), time.monotonic()
    try:
        with town.running():
            going = Run(town, options.plays, options.kills, options.seed, options.patience)
            figures.faults += going.go()
            if not figures.faults:
                codes = town.stop_collectors()
                figures.faults += [f"collectors ended with {codes}"] if any(codes) else []
            figures.seconds = time.monotonic() - began
        for name in town.names:
            proof.compare(name, town.ledger(name), going.last)
        proof.compare_counts()
    finally:
        connection.close()
        offered, harm = town.offered, town.harm()
        town.close()
    figures.proof_seconds = time.monotonic() - began - figures.seconds
    figures.plays, figures.records, figures.interrupted = proof.plays, proof.records, proof.interrupted
    figures.kills = dict(going.killed)
    figures.dropped, figures.doubled = harm["lose_publishes"] + harm["lose_pubacks"], harm["double"]
    figures.reordered, figures.duplicates = harm["hold"], max(0, offered - proof.records)
    figures.faults += proof.faults
    figures.equal = "no" if figures.faults else "yes"
    return figures


def _upto(names: list[str]) -> dict[str, int]:
    """Gives how many records of each screen are stored without a gap."""
    from office.models import LedgerEpoch

    found = dict.fromkeys(names, 0)
    for screen, upto in LedgerEpoch.objects.values_list("screen_id", "upto"):
        found[screen] += upto
    return found


def _heads(name: str) -> dict[str, tuple[int, bytes]]:
    from office.models import LedgerEpoch

    rows = LedgerEpoch.objects.filter(screen_id=name).values_list("name", "upto", "head")
    return {epoch: (upto, bytes(head)) for epoch, upto, head in rows}


def main() -> int:
    """Runs as the command line says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--plays", type=int, default=1_000_000)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--screens", type=int, default=5)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--loss", type=float, default=0.03, help="the chance of each harm, for each packet")
    options.add_argument("--patience", type=float, default=300.0, metavar="S", help="for something new to be stored")
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="a folder for everything, which is left there")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="wuzha-exactness-") as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = run(chosen, folder)
    for name, value in asdict(figures).items():
        print(f"{name:14} {value:.1f}" if isinstance(value, float) and value > 1 else f"{name:14} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(asdict(figures), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if figures.equal == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
