"""What all rows share: a place to work, who takes part, and how a program's cost is taken."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import figures, peers
from tests.bench.display import Display
from tests.bench.peers import OURS, Program, Scene
from tests.bench.tree import Sample, Tree

SETTLE_S = 5.0
"""From a program's start to its steady running."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of the bench."""

    quick: bool
    minutes: float
    """How long the row of late frames, and that of memory, look."""
    work: Path
    able: dict[str, str]

    def rounds(self, names: Sequence[str], full: int, short: int = 1, once: int | None = 2) -> Iterator[str]:
        """Gives who runs next: ours, peer, ours, peer, so that what the machine does in between meets both.

        Those from place `once` on run a single time each, None: as often as all; in a quick run the peers after the
        first do not take part.
        """
        taking_part = [name for name in names if name == OURS or name in self.able]
        often = 2 if self.quick else once
        for _ in range(short if self.quick else full):
            yield from taking_part[:often]
        if not self.quick and often is not None:
            yield from taking_part[often:]

    def program(self, key: str, name: str, scene: Scene) -> Program:
        """Gives a player's command for a scene."""
        return peers.PEERS[name](scene, self.folder(key, name))

    def folder(self, key: str, name: str) -> Path:
        folder = self.work / key / name
        folder.mkdir(parents=True, exist_ok=True)
        # An unprivileged peer has to get to its own.
        for each in (folder, folder.parent, self.work):
            each.chmod(0o755)
        return folder


def cpu_shares(
    bench: Bench, key: str, scene: Scene, names: Sequence[str], *, seconds: float, rounds: int
) -> dict[str, list[float]]:
    """Gives each program's shares of a core, one for each round."""
    shares: dict[str, list[float]] = {}
    with Display(scene.size) as display:
        for name in bench.rounds(names, rounds):
            with peers.playing(bench.program(key, name, scene), display) as tree:
                time.sleep(SETTLE_S)
                first = tree.sample(memory=False)
                time.sleep(seconds)
                last = tree.sample(memory=False)
            shares.setdefault(name, []).append(figures.cpu_share([(first.at, first.cpu_s), (last.at, last.cpu_s)]))
    return shares


def watched(tree: Tree, seconds: float, every_s: float = 1.0) -> list[Sample]:
    """Looks at a tree again and again."""
    samples = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        samples.append(tree.sample())
        time.sleep(every_s)
    return samples


def medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(values) for name, values in found.items()}


def listed(found: dict[str, float], form: str, unit: str = "") -> str:
    """Gives the peers' figures, the first the one that counts."""
    told = [f"{name} {value:{form}}{unit}" for name, value in found.items() if name != OURS]
    return ", ".join(told) or "–"
