"""The jobs that wait for a judge, and those that are with one.

Rule: not locked; the desk's lock guards it. What came last is taken first, so one new file does not wait for 10,000.
"""

from collections.abc import Callable, Sequence

import msgspec

from player.content.library import Folder
from player.content.names import FileKind
from player.content.scan import Seen
from player.decode.digests import Digests


class Job(msgspec.Struct, frozen=True):
    """A settled file to be judged."""

    folder: Folder
    seen: Seen
    plays: str
    """What is decoded: the file itself, or its copy."""
    sha256: str = ""
    """Known already when a copy was made, with the digests of its parts."""
    digests: Digests | None = None


class Look(msgspec.Struct, frozen=True):
    """What follows from a look at a folder."""

    jobs: tuple[Job, ...] = ()
    """To be queued, the first one first; of a share, to be copied before."""
    playlists: tuple[Seen, ...] = ()
    """Settled playlists to be read."""
    next_due: float | None = None
    """When to look again because a file may have settled by then."""


class Pile:
    """Jobs by kind, and which files have been given out with which stamp."""

    def __init__(self) -> None:
        self._given: dict[str, Seen] = {}
        self._jobs: dict[FileKind, list[Job]] = {"picture": [], "moving": [], "playlist": []}

    def give_out(self, seen: Seen) -> None:
        """Notes that a job for this file is on its way."""
        self._given[seen.path] = seen

    def is_given(self, seen: Seen) -> bool:
        """Whether a job for this file as it is now is on its way."""
        given = self._given.get(seen.path)
        return given is not None and given.stamp == seen.stamp

    def take_back(self, job: Job) -> None:
        """Notes that a job is over."""
        if self.is_given(job.seen):
            del self._given[job.seen.path]

    def put(self, jobs: Sequence[Job]) -> None:
        """Puts jobs on top, so that the first of them is taken first."""
        for job in reversed(jobs):
            self._jobs[job.seen.kind].append(job)

    def take(self, kinds: Sequence[FileKind], stands: Callable[[Job], bool]) -> Job | None:
        """The topmost job that still stands, of the first kind that has one; those that do not are dropped."""
        for kind in kinds:
            while self._jobs[kind]:
                job = self._jobs[kind].pop()
                if stands(job):
                    return job
                self.take_back(job)
        return None
