"""What a program and everything it started cost: CPU, memory and open files of the whole process tree, from /proc."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

RING = "/memfd:wuzha-ring"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """A process tree at one moment; `cpu_s` since it began, with the children that have ended."""

    at: float
    cpu_s: float
    pss_mb: float
    files: int
    pids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Stat:
    """What we want of /proc/PID/stat."""

    parent: int
    session: int
    began: int
    own_s: float
    ended_children_s: float


def parse_stat(text: str, tick: int = TICK) -> Stat:
    """Reads a line of /proc/PID/stat, whatever brackets and spaces the program's name has."""
    fields = text.rsplit(")", 1)[1].split()
    own, ended = (int(fields[i]) + int(fields[i + 1]) for i in (11, 13))
    return Stat(int(fields[1]), int(fields[3]), int(fields[19]), own / tick, ended / tick)


def members(root: int, stats: dict[int, Stat]) -> set[int]:
    """Gives the processes of a tree: descendants of `root`, and all of its session with theirs.

    The session finds those whose parent is gone; `root` is expected to lead one.
    """
    found = {pid for pid, stat in stats.items() if root in (pid, stat.session)}
    grew = True
    while grew:
        more = {pid for pid, stat in stats.items() if stat.parent in found} - found
        found |= more
        grew = bool(more)
    return found


class Tree:
    """One started program, looked at again and again."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._seen: dict[int, Stat] = {}

    def pids(self) -> set[int]:
        """Gives the processes that live now."""
        stats = _all_stats()
        found = members(self._root, stats)
        # What left both the session and its parent stays ours; a number given out anew does not.
        found |= {pid for pid, stat in self._seen.items() if pid in stats and stats[pid].began == stat.began}
        self._seen.update({pid: stats[pid] for pid in found})
        return found

    def sample(self, memory: bool = True) -> Sample:
        """Looks once; without memory it is cheap."""
        pids = self.pids()
        cpu_s = sum(self._seen[pid].own_s + self._seen[pid].ended_children_s for pid in pids)
        memory_mb, files = (sum(map(pss_mb, pids)), sum(map(open_files, pids))) if memory else (0.0, 0)
        return Sample(time.monotonic(), cpu_s, memory_mb, files, frozenset(pids))


def _all_stats() -> dict[int, Stat]:
    stats = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stats[int(name)] = parse_stat(Path(f"/proc/{name}/stat").read_text(errors="replace"))
            except OSError:
                continue
    return stats


def pss_mb(pid: int) -> float:
    """Gives a process's proportional share of memory; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


@dataclass(frozen=True, slots=True)
class Rings:
    """The memory that a process shares with others on purpose."""

    number: int
    pss_mb: float


def rings(pid: int) -> Rings:
    """Gives the rings of pictures and sound that a process has mapped, and its share of their memory."""
    number, kb, is_ring = 0, 0, False
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text(errors="replace").splitlines()
    except OSError:
        return Rings(0, 0.0)
    for line in lines:
        word = line.split(maxsplit=1)[0]
        if not word.endswith(":"):  # the line of a mapping: addresses, rights, ... name
            is_ring = RING in line
            number += is_ring
        elif is_ring and word == "Pss:":
            kb += int(line.split()[1])
    return Rings(number, kb / 1024)


def open_files(pid: int) -> int:
    """Gives how many files a process has open; 0 when it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0
