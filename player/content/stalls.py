"""Folders and mounts that do not answer: looks pass them over, and nothing is opened in them, until they do.

Rule: asks no disk, only the system's table of mounts.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable

from player.content.mounts import mount_of, read_mount_points

NO_ANSWER = "no answer"
"""In place of the system's word for why a folder cannot be read."""


class Stalls:
    """What of the watched folders does not answer now. For any thread; every method returns at once."""

    def __init__(self, folders: Iterable[str], read_points: Callable[[], tuple[str, ...]] = read_mount_points) -> None:
        """`folders` are the absolute paths of those that are watched."""
        self._folders = tuple(sorted(folders, key=len, reverse=True))
        self._read_points = read_points
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()
        self.tops: tuple[str, ...] = ()
        """The folders below which nothing answers."""
        self.on_change: Callable[[], None] = lambda: None

    def add_file(self, path: str) -> str:
        """Takes that a file is not read on; returns as `add`, but nothing for one on the system's own disk.

        One file that cannot be read there is no reason to pass all others over.
        """
        return self.add(path) if mount_of(path, self._read_points()) not in ("", "/") else ""

    def add(self, path: str) -> str:
        """Takes that a question about a path is not answered; returns what is passed over from now on.

        That is the innermost mount if it lies within the watched folder, else that folder. Empty: no watched one.
        """
        folder = next((f for f in self._folders if path == f or path.startswith(os.path.join(f, ""))), "")
        if not folder:
            return ""
        mount = mount_of(path, self._read_points())
        top = mount if mount.startswith(os.path.join(folder, "")) else folder
        self._count(top, 1)
        return top

    def remove(self, top: str) -> None:
        """Takes that a question was answered after all; as often as it was added, and it counts no more."""
        if top:
            self._count(top, -1)

    def covers(self, path: str) -> bool:
        """Whether a path lies where nothing answers."""
        return is_below(path, self.tops)

    def _count(self, top: str, step: int) -> None:
        with self._guard:
            self._counts[top] += step
            before, self.tops = self.tops, tuple(each for each, count in self._counts.items() if count > 0)
        if before != self.tops:
            self.on_change()


def is_below(path: str, tops: Iterable[str]) -> bool:
    """Whether a path is one of the folders, or lies below one."""
    return any(path == top or path.startswith(os.path.join(top, "")) for top in tops)
