"""Remembers what was found of bytes: a file renamed, moved, doubled or put back is not judged again.

Rule: bounded; the oldest is forgotten first.
"""

from player.content.book import Verdict
from player.content.settle import Stamp

LIMIT = 50_000


class Memory:
    """Verdicts by stamp and by SHA-256."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._stamps: dict[tuple[int, int, int], Verdict] = {}
        self._bytes: dict[str, Verdict] = {}

    def keep(self, verdict: Verdict) -> None:
        """Remembers a verdict, unless its reason may pass."""
        if verdict.passing or not verdict.sha256:
            return
        if verdict.stamp.inode:
            self._stamps.pop(_key(verdict.stamp), None)
            self._stamps[_key(verdict.stamp)] = verdict
        self._bytes.pop(verdict.sha256, None)
        self._bytes[verdict.sha256] = verdict
        if len(self._stamps) > self._limit:
            del self._stamps[next(iter(self._stamps))]
        if len(self._bytes) > self._limit:
            del self._bytes[next(iter(self._bytes))]

    def of_stamp(self, stamp: Stamp) -> Verdict | None:
        """What was found of the file with this stamp, whatever its name was; None where stamps have no inode."""
        return self._stamps.get(_key(stamp)) if stamp.inode else None

    def forget(self, sha256: str) -> None:
        """Forgets which files these bytes were found in; what they are stays true."""
        for key in [key for key, verdict in self._stamps.items() if verdict.sha256 == sha256]:
            del self._stamps[key]

    def of_bytes(self, sha256: str) -> Verdict | None:
        """What was found of these bytes."""
        return self._bytes.get(sha256)


def _key(stamp: Stamp) -> tuple[int, int, int]:
    """A stamp without its ctime, which a new name changes too."""
    return stamp.size, stamp.mtime_ns, stamp.inode
