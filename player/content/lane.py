"""Looks at folders again and again, on a thread of its own: one lane for all local folders, one for each share.

Rule: a share that hangs stops its own lane and nothing else.
"""

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from player.content.arrange import Place
from player.content.desk import Desk
from player.content.folders import Hints
from player.content.intake import ChangedError, StoppedError, copy_to, is_unchanged, read_whole
from player.content.judge import cannot_read, step_back
from player.content.library import Folder, PlaylistFile, library_name
from player.content.mounts import is_on_share, own_mount, read_mount_points, read_mounts
from player.content.pile import Job, Look
from player.content.scan import UNMOUNTED, Seen, scan
from player.content.stalls import NO_ANSWER, Stalls, is_below
from player.content.store import NoRoomError, Store
from player.decode.digests import Digests
from player.decode.refusal import Refused
from signage.errors import Words
from signage.printable import printable

log = logging.getLogger(__name__)

MAX_PLAYLIST_BYTES = 256 * 1024
TOO_LARGE = Words(zh="播放表超过 256 KiB", en="the playlist is larger than 256 KiB")
NO_ROOM = Words(
    zh="磁盘空间不足，共享文件夹里的文件没有全部保存到本机；共享断开时这些文件不能播放",
    en="not enough disk to keep every file of the shares here; without a copy they cannot play while the share is away",
)
_SETTLE_SLACK_S = 0.01


def pauses(cost_s: float, *, hinted: bool) -> tuple[float, float]:
    """After a look that took `cost_s`: the shortest pause, and the longest when nothing is heard, in seconds.

    However many files there are, hints cost at most a fifth of a core. Where the system gives hints, looking again is
    there for what they missed and costs at most 1 %; where it gives none it is all there is, and the pause is never
    above 1 s, so that a file is seen within 2 s of being complete.
    """
    return max(0.1, 4 * cost_s), min(max(1.0, 100 * cost_s), 4.0) if hinted else 1.0


class Lane:
    """Looks at `places` (by their index at the desk), and brings what it finds to the desk."""

    def __init__(
        self,
        places: Mapping[int, Place],
        roots: Callable[[], tuple[str, ...]],
        desk: Desk,
        store: Store,
        stalls: Stalls,
    ) -> None:
        """`roots` gives the real paths that links may lead to, as far as they are known."""
        network = any(p.folder.network for p in places.values())
        self.thread = threading.Thread(target=self._run, name="lane-share" if network else "lane-local", daemon=True)
        self.places = places
        self._roots = roots
        self._stalls = stalls
        self._desk = desk
        self._store = store
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._hints = None if network else Hints(self._wake.set)
        self._fetch: list[Job] = []
        self.busy_since: float | None = None
        """Monotonic; when the look or the copy in work last went on; None while the lane rests."""
        self.reading = ""
        """The path about which the disk was asked last."""
        self.on_return: Callable[[], None] = lambda: None
        """Called once when a lane that was left behind has its answer."""
        self.no_room: Words | None = None

    @property
    def hints_trouble(self) -> Words | None:
        """Why local folders give no hints, if they give none."""
        return self._hints.trouble if self._hints is not None else None

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders of this lane."""
        return tuple(p.folder for p in self.places.values())

    def wake(self) -> None:
        """Has it look again now."""
        self._wake.set()

    def leave(self, on_return: Callable[[], None]) -> None:
        """Lets it end whenever the disk answers that it waits for; what it finds then counts no more."""
        self.on_return = on_return
        self.stop()

    def stop(self) -> None:
        """Asks the thread to end."""
        self._ending.set()
        self._wake.set()

    def _run(self) -> None:
        step_back()
        while not self._ending.is_set():
            began = self.busy_since = time.monotonic()
            self._wake.clear()
            due = [self._look(index, place) for index, place in self.places.items()]
            now = time.monotonic()
            hinted = self._hints is not None and self._hints.trouble is None
            shortest, longest = pauses(now - began, hinted=hinted)
            settled_at = min((d + _SETTLE_SLACK_S for d in due if d is not None), default=now + longest)
            self._copy(until=min(settled_at, now + longest))
            self.busy_since = None
            self._ending.wait(max(0.0, now + shortest - time.monotonic()))
            self._wake.wait(max(0.0, min(settled_at, now + longest) - time.monotonic()))
        if self._hints is not None:
            self._hints.stop()
        self.on_return()

    def _note(self, path: str) -> None:
        self.reading, self.busy_since = path, time.monotonic()

    def _look(self, index: int, place: Place) -> float | None:
        if self._ending.is_set():
            return None
        before, tops = self._desk.scan_before(index), self._stalls.tops
        found = scan(place.folder, place.use, self._roots(), before, reading=self._note, stalled=tops)
        if self._ending.is_set():
            return None
        if not (found.gone or found.files or found.refused) and is_unmounted(place):
            found = msgspec.structs.replace(before, gone=UNMOUNTED)
        if found.gone and found.gone not in (before.gone, NO_ANSWER):  # who found that out has said it
            log.warning("folder %r cannot be read: %s", place.folder.path, found.gone)
        elif before.gone and not found.gone:
            log.info("folder %r can be read", place.folder.path)
        for path in sorted(found.refused.keys() - before.refused.keys()):
            name = printable(os.path.relpath(path, place.folder.path))
            log.warning("refused %s: %s", name, found.refused[path].en)
        now = time.monotonic()
        if self._hints is not None and not found.gone and not any(is_below(top, (place.folder.path,)) for top in tops):
            self._note(place.folder.path)
            self._hints.follow(place.folder.path, found.identity, now)
        look = self._desk.look(index, found, now)
        self._follow_up(place.folder, look)
        return look.next_due

    def _follow_up(self, folder: Folder, look: Look) -> None:
        for seen in look.playlists:
            self._note(seen.real)
            text = read_playlist(seen, folder)
            if text is not None:
                self._desk.enter_playlist(seen, text[0], passing=text[1])
        if folder.network:
            self._fetch.extend(reversed(look.jobs))
        else:
            self._desk.queue(look.jobs)

    # Shares

    def _copy(self, until: float) -> None:
        while self._fetch and time.monotonic() < until and not self._ending.is_set():
            job = self._fetch.pop()
            self._note(job.seen.real)
            fetched = self._fetched(job)
            if fetched is None:
                self._desk.judged(job, None, time.monotonic())
            else:
                self._desk.queue([fetched])

    def _gives_up(self) -> bool:
        self.busy_since = time.monotonic()
        return self._ending.is_set()

    def _fetched(self, job: Job) -> Job | None:
        """The job with a copy to play from; the job itself when no copy can be made; None when the file changed."""
        seen, folder = job.seen, job.folder
        extension = os.path.splitext(seen.name)[1]

        found: list[Digests] = []

        def fill(out: int) -> str:
            sha256, digests = copy_to(out, seen.real, seen.stamp, folder, self._gives_up)
            found.append(digests)
            return sha256

        try:
            path, sha256 = self._store.keep_copy(extension, seen.stamp.size, fill)
            whole = is_unchanged(seen.real, seen.stamp, folder)
        except (ChangedError, StoppedError):
            return None
        except Refused:
            return job  # the judge finds it again, and says so
        except NoRoomError:
            self.no_room = NO_ROOM
            return job
        except OSError as error:
            log.warning("no copy of %r: %s", seen.name, error)
            self.no_room = NO_ROOM if error.errno == errno.ENOSPC else None
            return job
        self.no_room = None
        return Job(folder, seen, path, sha256, found[0]) if whole else None


def is_unmounted(place: Place) -> bool:
    """Whether a share, disk or stick was mounted at a folder and is not: then, empty, it is away."""
    is_share_away = place.mounted and not is_on_share(place.folder.path, read_mounts())
    return is_share_away or bool(place.mount and own_mount(place.folder.path, read_mount_points()) != place.mount)


def read_playlist(seen: Seen, folder: Folder) -> tuple[PlaylistFile | Words, bool] | None:
    """The playlist, or why it is refused and whether that may pass; None when it changed meanwhile."""
    if seen.stamp.size > MAX_PLAYLIST_BYTES:
        return TOO_LARGE, False
    try:
        text = read_whole(seen.real, seen.stamp, folder)
    except (ChangedError, FileNotFoundError):
        return None
    except OSError as error:
        return cannot_read(error), True
    name = library_name(os.path.splitext(seen.name)[0])
    return PlaylistFile(name=name, path=seen.path, text=text, mtime_ns=seen.stamp.mtime_ns), False
