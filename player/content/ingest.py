"""Keeps the library true to the watched folders, on threads of its own.

```
lanes (one for local folders, one per share): look → settle → (share: copy) → job
judges (pictures; video and audio):           hash → decode → unchanged? → verdict
publisher:                                    verdicts and looks → Library; book to the state folder
```
Rule: `latest`, `quarantine` and `remember_playlist` return at once and touch no file: for the thread that draws.
"""

import datetime as dt
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from player.content.arrange import Place
from player.content.book import Book, from_edition
from player.content.desk import Desk
from player.content.judge import Judge, Probe, step_back
from player.content.lane import Lane
from player.content.library import Folder, Library
from player.content.mounts import is_on_share, read_mounts
from player.content.names import printable
from player.content.reopen import read_at_once, reopen
from player.content.store import Store
from signage.errors import Words

log = logging.getLogger(__name__)

PUBLISH_EVERY_S = 0.5
SAVE_EVERY_S = 2.0
SAVE_AGAIN_S = 30.0
SWEEP_EVERY_S = 3600.0
NO_ANSWER_S = 10.0
WATCH_SHARES_EVERY_S = 2.0


class Quarantine(msgspec.Struct, frozen=True):
    """These bytes broke the decoder twice."""

    sha256: str
    why: Words


class Understood(msgspec.Struct, frozen=True):
    """This playlist was read without a complaint."""

    name: str
    text: bytes


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
        wall: Callable[[], dt.datetime] = _utc_now,
    ) -> None:
        """With `probe_moving` (another worker than `probe`) a picture does not wait for a long video to be decoded.

        `on_change` is called on the publisher's thread after `latest` has something new; it may only set or wake.
        """
        self._media = tuple(media)
        self._playlists = tuple(playlists)
        self._store = store
        self._probe = probe
        self._probe_moving = probe_moving
        self._on_change = on_change
        self._edition = edition
        self._wall = wall
        self._desk = Desk(wall)
        self._messages: queue.Queue[Quarantine | Understood] = queue.Queue(maxsize=256)
        self._last_good: dict[str, bytes] = {}
        self._latest = Library()
        self._opened = False
        self._stop = threading.Event()
        self._lanes: list[Lane] = []
        self._judges: list[Judge] = []
        self._publisher = threading.Thread(target=self._publish_all, name="publisher", daemon=True)
        self._saved_changes = 0
        self._saved_at = -SAVE_AGAIN_S
        self._swept_at = -SWEEP_EVERY_S
        self._places: list[Place] = []

    # For any thread

    def latest(self) -> Library:
        """The newest snapshot; returns at once."""
        return self._latest

    def quarantine(self, sha256: str, why: Words) -> None:
        """Refuses the media with these bytes, over restarts too, until its file changes; returns at once.

        A message too many is dropped: the file breaks again, and is told again.
        """
        self._tell(Quarantine(sha256, why))

    def remember_playlist(self, name: str, text: bytes) -> None:
        """Keeps the text of a playlist that was understood, for when its folder is away at a start; returns at once."""
        self._tell(Understood(name, text))

    def _tell(self, message: Quarantine | Understood) -> None:
        try:
            self._messages.put_nowait(message)
        except queue.Full:
            log.warning("content is busy; dropped %s", type(message).__name__)
        self._desk.changed.set()

    def last_good_playlists(self) -> dict[str, bytes]:
        """The playlists that were last understood, by name."""
        return dict(self._last_good)

    # Start and stop

    def cached(self) -> Library:
        """The library as far as the last run's book and a quick look tell; blocks for a few ms per 1,000 files."""
        if not self._opened:
            self._opened = True
            book = from_edition(self._store.load_book(), self._edition)
            places = self._make_places(book)
            roots = _roots(places)
            self._last_good = self._store.last_good_playlists()
            self._places = reopen(places, book, self._store)
            self._desk.adopt(book, self._places)
            for index, place in enumerate(self._places):
                if place.use == "playlists" and not place.folder.network:
                    found, texts = read_at_once(place, roots)
                    self._desk.open_playlists(index, found, texts)
            self._publish()
        return self._latest

    def start(self) -> None:
        """Begins watching."""
        self.cached()
        roots = _roots(self._places)
        local = {i: p for i, p in enumerate(self._places) if not p.folder.network}
        shares = [{i: p} for i, p in enumerate(self._places) if p.folder.network]
        self._lanes = [Lane(p, roots, self._desk, self._store) for p in [local, *shares] if p]
        self._judges = self._make_judges()
        for thread in [self._publisher, *self._judges, *self._lanes]:
            thread.start()

    def stop(self) -> None:
        """Ends watching and writes the book; waits 5 s at most for a share or a decoder that does not answer."""
        self._stop.set()
        for lane in self._lanes:
            lane.stop()
        self._desk.close()
        self._desk.changed.set()
        deadline = time.monotonic() + 5.0
        for thread in [*self._lanes, *self._judges, self._publisher]:
            if thread.is_alive():
                thread.join(max(0.1, deadline - time.monotonic()))

    def _make_places(self, book: Book) -> list[Place]:
        mounts = read_mounts()
        places = []
        uses = [("media", f) for f in self._media] + [("playlists", f) for f in self._playlists]
        for use, folder in uses:
            mounted = folder.path in book.mounted or is_on_share(folder.path, mounts)
            real = Folder(folder.path, folder.network or mounted)
            places.append(Place(folder=real, use="media" if use == "media" else "playlists", mounted=mounted))
        return places

    def _make_judges(self) -> list[Judge]:
        if self._probe_moving is None:
            return [Judge(self._desk, ("picture", "moving"), self._probe, self._wall, self._stop.is_set)]
        return [
            Judge(self._desk, ("picture",), self._probe, self._wall, self._stop.is_set),
            Judge(self._desk, ("moving",), self._probe_moving, self._wall, self._stop.is_set),
        ]

    # The publisher's thread

    def _publish_all(self) -> None:
        step_back()
        while not self._stop.is_set():
            self._desk.changed.wait(self._patience_s())
            if self._desk.changed.is_set() or self._shares():
                self._desk.changed.clear()
                self._take_messages()
                if self._publish():
                    self._stop.wait(PUBLISH_EVERY_S)
            self._keep_house()
        self._take_messages()
        self._save()

    def _patience_s(self) -> float | None:
        if self._shares():
            return WATCH_SHARES_EVERY_S
        if self._desk.changes == self._saved_changes:
            return None
        return max(0.0, self._save_due() - time.monotonic())

    def _shares(self) -> list[Lane]:
        return [lane for lane in self._lanes if any(f.network for f in lane.folders)]

    def _take_messages(self) -> None:
        while True:
            try:
                message = self._messages.get_nowait()
            except queue.Empty:
                return
            match message:
                case Quarantine(sha256, why):
                    log.warning("quarantined %s: %s", sha256, why.en)
                    self._desk.quarantine(sha256, why)
                case Understood(name, text):
                    if self._store.remember_playlist(name, text):
                        self._last_good[name] = text

    def _publish(self) -> bool:
        library = self._desk.library(self._last_good)
        library = msgspec.structs.replace(
            library, serial=self._latest.serial, notes=tuple(dict.fromkeys([*library.notes, *self._notes()]))
        )
        if library == self._latest:
            return False
        self._latest = msgspec.structs.replace(library, serial=self._latest.serial + 1)
        self._on_change()
        return True

    def _notes(self) -> list[Words]:
        now = time.monotonic()
        notes = list(self._store.trouble)
        for lane in self._lanes:
            notes += [words for words in (lane.hints_trouble, lane.no_room) if words is not None]
            busy_since = lane.busy_since
            if busy_since is not None and now - busy_since > NO_ANSWER_S:
                notes += [_no_answer(f) for f in lane.folders]
        return notes

    def _keep_house(self) -> None:
        now = time.monotonic()
        if self._desk.changes != self._saved_changes and now >= self._save_due():
            self._save()
        if self._latest.complete and now - self._swept_at >= SWEEP_EVERY_S:
            self._swept_at = now
            self._store.sweep(self._desk.copies())
        if self._desk.lists_are_known():
            stale = self._last_good.keys() - {p.name for p in self._latest.playlists} - {"calendar"}
            if stale:
                self._store.forget_playlists(stale)
                for name in stale:
                    del self._last_good[name]

    def _save_due(self) -> float:
        return self._saved_at + (SAVE_AGAIN_S if self._store.trouble else SAVE_EVERY_S)

    def _save(self) -> None:
        changes = self._desk.changes
        if changes == self._saved_changes:
            return
        mounts = read_mounts()
        mounted = tuple(
            place.folder.path
            for index, place in enumerate(self._places)
            if is_on_share(place.folder.path, mounts) or (place.mounted and self._desk.scan_before(index).gone)
        )
        troubled = self._store.trouble
        self._saved_at = time.monotonic()
        if self._store.save_book(self._desk.book(self._edition, mounted)):
            self._saved_changes = changes
        if self._store.trouble != troubled:
            self._desk.changed.set()


def _roots(places: Sequence[Place]) -> tuple[str, ...]:
    """The real paths that links may lead to. Shares are not asked: links into them are refused."""
    return tuple(os.path.realpath(p.folder.path) for p in places if not p.folder.network)


def _no_answer(folder: Folder) -> Words:
    shown = printable(folder.path)
    return Words(
        zh=f"共享文件夹 {shown} 没有响应；已保存到本机的文件照常播放",
        en=f"the share {shown} does not answer; its files that were copied here play on",
    )
