"""Which process of a player does what, and what each costs, from /proc."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.bench.soak_report import Point
from tests.bench.tree import open_files, pss_mb, rings

Role = Literal["supervisor", "screen", "fork server", "worker", "other"]
ROLES: tuple[Role, ...] = ("supervisor", "screen", "fork server", "worker")
SCREEN_WORD = "--watched"
"""What the supervisor adds to the command line."""


@dataclass(frozen=True, slots=True)
class Process:
    """One living process of a player's tree."""

    pid: int
    parent: int
    words: str


def roles(root: int, tree: dict[int, Process]) -> dict[int, Role]:
    """Tells each process's part by its command line and place in the tree.

    The first process is the supervisor where a screen process is under it, else it is the screen itself.
    """
    found: dict[int, Role] = {}
    for pid, process in tree.items():
        parent = tree.get(process.parent)
        if "player.decode.forkserver" in process.words:
            forked = parent is not None and "player.decode.forkserver" in parent.words
            found[pid] = "worker" if forked else "fork server"
        elif "player.decode" in process.words:
            found[pid] = "worker"
        else:
            # Between fork and exec a process that becomes something else bears the words of its parent.
            found[pid] = "screen" if process.parent == root and SCREEN_WORD in process.words else "other"
    if root in tree:
        found[root] = "supervisor" if "screen" in found.values() else "screen"
    return found


def tree(root: int) -> dict[int, Process]:
    """Gives the process and all under it that live, zombies left out."""
    found: dict[int, Process] = {}
    waiting = [(root, 0)]
    while waiting:
        pid, parent = waiting.pop()
        if told := words(pid):
            found[pid] = Process(pid, parent, told)
            waiting += [(child, pid) for child in _children(pid)]
    return found


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, task.read_text().split())
        except OSError:
            continue


@dataclass
class Series:
    """What one role costs over time: all its processes together."""

    pss_mb: list[Point] = field(default_factory=list)
    own_mb: list[Point] = field(default_factory=list)
    """The same without the rings: how many are filled, and who shares them, changes with every film and every kill."""
    rings: list[Point] = field(default_factory=list)
    files: list[Point] = field(default_factory=list)
    threads: list[Point] = field(default_factory=list)


class Meter:
    """Looks at the tree now and then."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.series: dict[Role, Series] = {role: Series() for role in ROLES}
        self.ever: dict[Role, set[int]] = {role: set() for role in (*ROLES, "other")}

    def look(self) -> dict[Role, list[int]]:
        """Gives the living processes by role."""
        now: dict[Role, list[int]] = {role: [] for role in (*ROLES, "other")}
        for pid, role in roles(self.root, tree(self.root)).items():
            if pid == self.root and self.ever["supervisor"]:
                role = "supervisor"  # noqa: PLW2901 - its screen is only away
            now[role].append(pid)
            self.ever[role].add(pid)
        return now

    def sample(self, at: float) -> None:
        """Measures every role once."""
        now = self.look()
        screen = now["screen"][0] if now["screen"] else 0
        for role, series in self.series.items():
            if not now[role]:
                continue
            # Workers come and go: as a whole they live as long as their screen does.
            life = screen if role == "worker" else now[role][0]
            shared = [rings(pid) for pid in now[role]]
            whole_mb = sum(map(pss_mb, now[role]))
            series.pss_mb.append(Point(at, life, whole_mb))
            series.own_mb.append(Point(at, life, whole_mb - sum(each.pss_mb for each in shared)))
            series.rings.append(Point(at, life, sum(each.number for each in shared)))
            series.files.append(Point(at, life, sum(map(open_files, now[role]))))
            series.threads.append(Point(at, life, sum(map(_threads, now[role]))))

    def left_over(self, within_s: float = 3.0) -> list[str]:
        """Gives what still lives of all processes that there ever were, after some patience."""
        until = time.monotonic() + within_s
        ever = [(role, pid) for role, pids in self.ever.items() for pid in pids]
        while left := [f"{role} {pid}" for role, pid in ever if "player" in words(pid)]:
            if time.monotonic() > until:
                return left
            time.sleep(0.1)
        return []


def words(pid: int) -> str:
    """Gives a process's command line; nothing for a zombie and one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def state(pid: int) -> str:
    """Gives the letter of /proc/PID/stat (T: stopped), or nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0
