"""Keeps the library true to the watched folders, on threads of its own.

```
lanes (one for local folders, one per share): look → settle → (share: copy) → job
judges (pictures; video and audio):           hash → decode those bytes → unchanged? → verdict
publisher:                                    verdicts and looks → Library; book to the state folder
```
Rule: `latest`, `quarantine`, `doubt`, `remember_playlist` return at once and touch no file: for the thread that draws.
"""

import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Sequence

from player.content.arrange import Place
from player.content.book import Book, from_edition
from player.content.desk import Desk
from player.content.judge import Judge, KeepDigests, Probe
from player.content.lane import Lane
from player.content.library import Folder, Library
from player.content.mounts import is_on_share, read_mounts
from player.content.names import FolderUse
from player.content.publisher import Doubted, Publisher, Quarantine, Understood
from player.content.reopen import read_at_once, reopen
from player.content.store import Store
from signage.errors import Words

STOP_S = 5.0
NO_ANSWER_S = 10.0


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Ingest:
    """Watches `media` and `playlists` folders; the first folder that has a name owns it."""

    def __init__(
        self,
        media: Sequence[Folder],
        playlists: Sequence[Folder],
        store: Store,
        probe: Probe,
        *,
        probe_moving: Probe | None = None,
        on_change: Callable[[], None] = lambda: None,
        edition: str = "",
        no_answer_s: float = NO_ANSWER_S,
        wall: Callable[[], dt.datetime] = _utc_now,
        keep: KeepDigests = lambda *_: None,
    ) -> None:
        """With `probe_moving` (another worker than `probe`) a picture does not wait for a long video to be decoded.

        `on_change` is called on the publisher's thread after `latest` has something new; it may only set or wake.
        `edition` names the software: what another edition refused is judged again. A share that takes longer than
        `no_answer_s` for a look or for 1 MiB of a copy is said not to answer. `keep` takes the digests of media.
        """
        self._folders: list[tuple[FolderUse, Folder]] = [("media", f) for f in media]
        self._folders += [("playlists", f) for f in playlists]
        self._store = store
        self._probe = probe
        self._probe_moving = probe_moving
        self._edition = edition
        self._wall = wall
        self._keep = keep
        self._ending = threading.Event()
        self._desk = Desk(wall)
        self._publisher = Publisher(self._desk, store, edition, no_answer_s, on_change)
        self._places: list[Place] = []
        self._lanes: list[Lane] = []
        self._judges: list[Judge] = []
        self._opened = False

    # For any thread

    def latest(self) -> Library:
        """The newest snapshot; returns at once."""
        return self._publisher.latest

    def quarantine(self, sha256: str, why: Words) -> None:
        """Refuses the media with these bytes, over restarts too, until its file changes; returns at once.

        A message too many is dropped: the file breaks again, and is told again.
        """
        self._publisher.tell(Quarantine(sha256, why))

    def doubt(self, sha256: str) -> None:
        """Has the files looked at again that were found to have these bytes and have others now; returns at once."""
        self._publisher.tell(Doubted(sha256))

    def remember_playlist(self, name: str, text: bytes) -> None:
        """Keeps the text of a playlist that was understood, for when its folder is away at a start; returns at once."""
        self._publisher.tell(Understood(name, text))

    def last_good_playlists(self) -> dict[str, bytes]:
        """The playlists that were last understood, by name; after `cached`."""
        return dict(self._publisher.last_good)

    # Start and stop

    def cached(self) -> Library:
        """The library as far as the last run's book and a quick look tell; blocks for some ms per 1,000 files."""
        if not self._opened:
            self._opened = True
            book = from_edition(self._store.load_book(), self._edition)
            places = _make_places(self._folders, book)
            self._publisher.last_good = self._store.last_good_playlists()
            self._places = reopen(places, book, self._store)
            self._desk.adopt(book, self._places)
            for index, place in enumerate(self._places):
                if place.use == "playlists" and not place.folder.network:
                    self._desk.open_playlists(index, *read_at_once(place, _roots(places)))
            self._publisher.publish()
        return self.latest()

    def start(self) -> None:
        """Begins watching."""
        self.cached()
        roots = _roots(self._places)
        local = {i: p for i, p in enumerate(self._places) if not p.folder.network}
        shares = [{i: p} for i, p in enumerate(self._places) if p.folder.network]
        self._lanes = [Lane(p, roots, self._desk, self._store) for p in [local, *shares] if p]
        self._judges = self._make_judges()
        self._publisher.lanes = self._lanes
        self._publisher.thread.start()
        for thread in self._workers():
            thread.start()

    def stop(self) -> None:
        """Ends watching and writes the book; waits `STOP_S` at most for a share or a decoder that does not answer."""
        self._ending.set()
        for lane in self._lanes:
            lane.stop()
        self._desk.close()
        deadline = time.monotonic() + STOP_S
        for thread in self._workers():
            thread.join(max(0.1, deadline - time.monotonic()))
        if self._publisher.thread.is_alive():
            self._publisher.stop()
            self._publisher.thread.join(STOP_S)

    def _workers(self) -> list[threading.Thread]:
        return [judge.thread for judge in self._judges] + [lane.thread for lane in self._lanes]

    def _make_judges(self) -> list[Judge]:
        stopped = self._ending.is_set
        if self._probe_moving is None:
            return [Judge(self._desk, ("picture", "moving"), self._probe, self._wall, stopped, keep=self._keep)]
        return [
            Judge(self._desk, ("picture",), self._probe, self._wall, stopped, keep=self._keep),
            Judge(self._desk, ("moving",), self._probe_moving, self._wall, stopped, keep=self._keep),
        ]


def _make_places(folders: Sequence[tuple[FolderUse, Folder]], book: Book) -> list[Place]:
    """The places to watch; a folder that is or was a mounted share is polled and copied, whatever was configured."""
    mounts = read_mounts()
    places = []
    for use, folder in folders:
        mounted = folder.path in book.mounted or is_on_share(folder.path, mounts)
        places.append(Place(folder=Folder(folder.path, folder.network or mounted), use=use, mounted=mounted))
    return places


def _roots(places: Sequence[Place]) -> tuple[str, ...]:
    """The real paths that links may lead to. Shares are not asked: links into them are refused."""
    return tuple(os.path.realpath(p.folder.path) for p in places if not p.folder.network)
