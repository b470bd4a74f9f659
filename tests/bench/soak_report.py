"""From what the soak saw to its last lines. Rule: this file knows numbers and text, no process, display or clock."""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

MOST_POINTS = 400
"""Of one series: the pairs of so many are compared, more are first put together."""
LEAST_LIFE_S = 600.0
"""A shorter life says nothing about a slope."""
GREW = 16
"""More open files than the decoders that a zone may come to have."""
WORKER = re.compile(r"worker (\d+) (?:is gone|hangs)")
NUMBER = re.compile(r"\d+")
LEVEL = re.compile(r"^\S+ (WARNING|ERROR|CRITICAL) (.*)$")
EXPECTED = re.compile(r"worker \d+ (is gone|hangs)|the screen process ended with signal 9")
"""What we did to it, the player may call an error."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at a moment (seconds) of one life: what began anew is not compared with what was before."""

    at: float
    life: int
    value: float


def theil_sen_per_h(points: Sequence[Point], least_life_s: float = 0.0) -> float | None:
    """Gives the median slope of all pairs of one life, an hour (Theil 1950, Sen 1968).

    Lives seen for less than `least_life_s` are left out; None where no pair is left.
    """
    slopes = []
    for _, own in groupby(sorted(points, key=lambda p: (p.life, p.at)), key=lambda p: p.life):
        life = _thinned(list(own))
        if life[-1].at - life[0].at < least_life_s:
            continue
        for a, b in combinations(life, 2):
            if b.at > a.at:
                slopes.append((b.value - a.value) / (b.at - a.at))
    return statistics.median(slopes) * 3600 if slopes else None


def warmed(points: Iterable[Point], warm_up_s: float) -> list[Point]:
    """Leaves out the first seconds of each life."""
    born: dict[int, float] = {}
    kept = []
    for point in sorted(points, key=lambda p: p.at):
        if point.at - born.setdefault(point.life, point.at) >= warm_up_s:
            kept.append(point)
    return kept


def is_rising(points: Sequence[Point]) -> bool:
    """Says whether a count grew all through a life: by the medians of its first, middle and last third."""
    for _, own in groupby(sorted(points, key=lambda p: (p.life, p.at)), key=lambda p: p.life):
        values = [p.value for p in own]
        third = len(values) // 3
        if third < 2:
            continue
        first, middle, last = (
            statistics.median(part) for part in (values[:third], values[third:-third], values[-third:])
        )
        if first < middle < last and last - first > GREW:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Told:
    """What the player's log says."""

    exceptions: int
    errors: int
    """Lines of level ERROR and above that tell of something else than a lost worker."""
    lost_unexplained: tuple[int, ...]
    """Workers that the player lost and that nobody here had hurt."""
    refused: frozenset[str]
    shapes: tuple[tuple[int, str], ...]
    """The warnings and errors, without their numbers, and how often each came; the most frequent first."""
    unexpected: tuple[str, ...]


def read_log(lines: Iterable[str], hurt: frozenset[int]) -> Told:
    """Reads a player's log; `hurt` are the workers that were harmed from outside."""
    exceptions = 0
    lost: set[int] = set()
    refused: set[str] = set()
    shapes: Counter[str] = Counter()
    unexpected: list[str] = []
    for line in lines:
        exceptions += line.startswith("Traceback ")
        if (found := LEVEL.match(line)) is None:
            continue
        level, text = found.groups()
        shapes[f"{level} {NUMBER.sub('#', text)}"[:150]] += 1
        if (worker := WORKER.search(text)) and int(worker.group(1)) not in hurt:
            lost.add(int(worker.group(1)))
        if (name := re.search(r"refused (\S+):", text)) is not None:
            refused.add(name.group(1))
        if level != "WARNING" and not EXPECTED.search(text):
            unexpected.append(line[:300])
    return Told(
        exceptions,
        len(unexpected),
        tuple(sorted(lost)),
        frozenset(refused),
        tuple((count, shape) for shape, count in shapes.most_common(12)),
        tuple(unexpected[:20]),
    )


def faults(figures: dict[str, object]) -> list[str]:
    """Names what a soak must not show."""
    found = []
    if figures["black_frames"]:
        found.append(f"{figures['black_frames']} black frames")
    if not figures["captured_frames"]:
        found.append("no picture was ever seen")
    if figures["exceptions"]:
        found.append(f"{figures['exceptions']} exceptions in the log")
    if figures["unexplained_exits"]:
        found.append(f"ended without cause: {figures['unexplained_exits']}")
    if figures["workers_lost_unexplained"]:
        found.append(f"workers lost without cause: {figures['workers_lost_unexplained']}")
    if figures["open_files_rising"]:
        found.append(f"open files rise: {figures['open_files_rising']}")
    return found


def table(figures: dict[str, object]) -> str:
    """Gives the last lines."""
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            lines += [f"{name if first else '':26} {key:20} {each}" for first, (key, each) in _numbered(value)]
        elif isinstance(value, list):
            lines += [f"{name if first else '':26} {each}" for first, each in _numbered(value)] or [f"{name:26} -"]
        else:
            lines.append(f"{name:26} {value}")
    return "\n".join(lines)


def _numbered(values: Iterable[object]) -> Iterable[tuple[bool, object]]:
    each = values.items() if isinstance(values, dict) else values
    return ((number == 0, value) for number, value in enumerate(each))


def _thinned(points: list[Point]) -> list[Point]:
    size = -(-len(points) // MOST_POINTS)
    if size <= 1:
        return points
    parts = (points[start : start + size] for start in range(0, len(points), size))
    return [Point(part[0].at, part[0].life, statistics.median(p.value for p in part)) for part in parts]
