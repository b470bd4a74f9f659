"""Whether a file has come to rest.

Rule: pure; `now` is monotonic seconds, and what was seen of the files is an argument. A file that rests may still be
half a file (its writer may pause): the full decode is the second proof.
"""

from collections.abc import Mapping

import msgspec

LOCAL_QUIET_S = 0.8
NETWORK_QUIET_S = 3.0
"""Shares report sizes late and in leaps: attributes are cached for up to 3 s by default (acregmin of nfs(5))."""
PLAYLIST_QUIET_S = 0.3


class Stamp(msgspec.Struct, frozen=True, order=True):
    """What must stay the same for a file to count as unchanged."""

    size: int
    mtime_ns: int
    inode: int
    """0 where the system gives none that lasts (Windows, network shares)."""
    ctime_ns: int = 0
    """When anything about the file changed, its name too; nobody can set it back. 0 where `inode` is 0, and in the
    books of former versions."""

    def is_alike(self, other: "Stamp") -> bool:
        """Whether all that a person can set is the same: enough to go on while the file is hashed again, no more."""
        return (self.size, self.mtime_ns, self.inode) == (other.size, other.mtime_ns, other.inode)


class Still(msgspec.Struct, frozen=True):
    """A file's stamp and since when it has been seen with it."""

    stamp: Stamp
    since: float


class Settled(msgspec.Struct, frozen=True):
    """What `settle` found."""

    stills: dict[str, Still]
    """To be given back with the next look."""
    ready: tuple[str, ...]
    """The files at rest, by key."""
    next_due: float | None
    """When the next of the others may be at rest; None if there is no other."""


def settle(
    before: Mapping[str, Still], seen: Mapping[str, Stamp], now: float, quiet_s: float | Mapping[str, float]
) -> Settled:
    """Compares one look at the files with the former ones.

    A file is at rest when every look for `quiet_s` (one value, or one for each key) has shown the same stamp; so it
    takes at least two looks. Files that are no longer seen are forgotten.
    """
    stills: dict[str, Still] = {}
    ready: list[str] = []
    next_due: float | None = None
    for key, stamp in seen.items():
        old = before.get(key)
        still = old if old is not None and old.stamp == stamp else Still(stamp, now)
        stills[key] = still
        due = still.since + (quiet_s if isinstance(quiet_s, float) else quiet_s[key])
        if due <= now and still.since < now:
            ready.append(key)
        elif next_due is None or due < next_due:
            next_due = due
    return Settled(stills, tuple(ready), next_due)
