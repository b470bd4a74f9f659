"""Keeps the library true to the watched folders, on threads of its own.

```
lanes (one for local folders, one per share): look → settle → (share: copy) → job
judges (pictures; video and audio):           hash → decode those bytes → unchanged? → verdict
publisher:                                    verdicts and looks → Library; book to the state folder
```
What hangs in the kernel is passed over (`stalls.py`), its thread is left behind, and another takes up its other work.
Rule: `latest`, `quarantine`, `doubt`, `remember_playlist` return at once and touch no file: for the thread that draws.
"""

import datetime as dt
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from player.answer import MOST_WAIT_S, Answer, NoAnswer, answers
from player.content.arrange import Copies, Place
from player.content.book import Book, from_edition
from player.content.desk import Desk
from player.content.judge import Judge, KeepDigests, Probe
from player.content.lane import Lane
from player.content.library import Folder, Library
from player.content.mounts import is_on_share, read_mounts
from player.content.names import FileKind, FolderUse
from player.content.publisher import Doubted, Publisher, Quarantine, Understood
from player.content.reopen import NOT_LOOKED, Reopened, reopened
from player.content.scan import Scan
from player.content.stalls import Stalls
from player.content.store import Store
from signage.errors import Words
from signage.printable import printable

log = logging.getLogger(__name__)

STOP_S = 5.0
LEAST_LOOK_S = 0.02
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
        copies: Copies = "refuse",
        no_answer_s: float = NO_ANSWER_S,
        wall: Callable[[], dt.datetime] = _utc_now,
        keep: KeepDigests = lambda *_: None,
        wait_s: float = MOST_WAIT_S,
        state_wait_s: float = MOST_WAIT_S,
    ) -> None:
        """With `probe_moving` (another worker than `probe`) a picture does not wait for a long video to be decoded.

        `on_change` is called on the publisher's thread after `latest` has something new; it may only set or wake.
        `edition` names the software: what another edition refused is judged again. A share that takes longer than
        `no_answer_s` for a file of a look or for 1 MiB of it is said not to answer. `keep` takes the digests of media.
        The first library waits `state_wait_s` at most for the state folder, then `wait_s` for the watched ones.
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
        self._no_answer_s, self._wait_s, self._state_wait_s = no_answer_s, wait_s, state_wait_s
        self._stalls = Stalls(folder.path for _, folder in self._folders)
        self._desk = Desk(wall, copies=copies)
        self._publisher = Publisher(self._desk, store, edition, on_change)
        self._guard = threading.Lock()
        self._kept: tuple[Book, dict[str, bytes]] | None = None
        """What the state folder holds, once it has answered."""
        self._places: list[Place] = []
        self._roots: dict[str, str] = {}
        """The real paths of the watched folders that have answered."""
        self._alone: frozenset[int] = frozenset()
        """The places that did not answer at once: each has a lane of its own."""
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

    def unanswered(self) -> tuple[str, ...]:
        """The folders whose disk or share does not answer now; returns at once."""
        return self._stalls.tops

    def stalled(self, path: str) -> Callable[[], None]:
        """Takes that a file was not opened in time; returns what is to be called when it is after all."""
        top = self._told(self._stalls.add_file, path)
        if not top:
            return lambda: None
        return self._called_back(top)

    def look_after(self) -> None:
        """Has others take up the work of threads that hang in the kernel; to be called once a second or so."""
        with self._guard:
            now = time.monotonic()
            for lane in [each for each in self._lanes if self._hangs(each.busy_since, now)]:
                top = self._told(self._stalls.add, lane.reading)
                lane.leave(self._called_back(top))
                self._lanes.remove(lane)
                self._begin(Lane(lane.places, self._known_roots, self._desk, self._store, self._stalls))
            for judge in [each for each in self._judges if self._hangs(each.reading_since, now)]:
                top = self._told(self._stalls.add_file, judge.reading)
                judge.leave(self._called_back(top))
                self._judges.remove(judge)
                self._judges.append(judge.another())
                self._judges[-1].thread.start()

    def _hangs(self, since: float | None, now: float) -> bool:
        return since is not None and now - since > self._no_answer_s and not self._ending.is_set()

    def _told(self, add: Callable[[str], str], path: str) -> str:
        """Adds a path to what stalls and says so, if that is news."""
        before, top = self._stalls.tops, add(path)
        if top not in before:
            log.warning("%s does not answer; going on without it", printable(top or path))
        return top

    def _called_back(self, top: str) -> Callable[[], None]:
        def back() -> None:
            self._stalls.remove(top)
            if top and top not in self._stalls.tops:
                log.info("%s answers", printable(top))

        return back

    # Start and stop

    def cached(self) -> Library:
        """The library as far as the last run's book and a quick look tell; blocks for some ms per 1,000 files.

        What does not answer in time is added when it does.
        """
        if not self._opened:
            state = Answer(self._load, "state folder")
            try:
                state.within(self._state_wait_s)
            except NoAnswer:
                log.warning("the state folder does not answer; going on without what it knows")
            with self._guard:
                self._opened = True
                book, self._publisher.last_good = self._kept or (Book(), {})
            self._places = _make_places(self._folders, book)
            self._reopen(book)
            self._publisher.publish()
        return self.latest()

    def _load(self) -> None:
        """Reads the state folder; what comes after the first library is added to it."""
        kept = from_edition(self._store.load_book(), self._edition), self._store.last_good_playlists()
        with self._guard:
            self._kept, is_late = kept, self._opened
        if is_late:
            log.info("the state folder answers")
            self._publisher.add_last_good(kept[1])
            self._desk.adopt_late(kept[0])
        self._publisher.keeps_house.set()

    def _reopen(self, book: Book) -> None:
        """Begins with what each folder says in time of what the book knows, and with its playlists."""
        until = time.monotonic() + self._wait_s
        local = [place.folder.path for place in self._places if not place.folder.network]
        found = answers([partial(os.path.realpath, path) for path in local], self._wait_s)
        self._roots = {path: root for path, root in zip(local, found, strict=True) if root is not None}
        looks = [_QuickLook(place, book, self._store, self._known_roots()) for place in self._places]
        seen = {index: look.within(max(LEAST_LOOK_S, until - time.monotonic())) for index, look in enumerate(looks)}
        self._alone = frozenset(index for index, each in seen.items() if each is None)
        for index in self._alone:
            top = self._told(self._stalls.add, looks[index].reading)
            looks[index].then(self._called_back(top))
            self._places[index] = msgspec.structs.replace(self._places[index], scan=Scan(gone=NOT_LOOKED))
        for index, each in seen.items():
            if each is not None:
                self._places[index] = each.place
        self._desk.adopt(book, self._places)
        for index, each in seen.items():
            if each is not None and each.place.use == "playlists" and not each.place.folder.network:
                self._desk.open_playlists(index, each.place.scan, each.texts)

    def _known_roots(self) -> tuple[str, ...]:
        """The real paths that links may lead to. Shares are not asked: links into them are refused."""
        return tuple(self._roots.values())

    def start(self) -> None:
        """Begins watching."""
        self.cached()
        places = dict(enumerate(self._places))
        together = {i: p for i, p in places.items() if not p.folder.network and i not in self._alone}
        others = [{i: p} for i, p in places.items() if i not in together]
        for each in [together, *others]:
            if each:
                self._begin(Lane(each, self._known_roots, self._desk, self._store, self._stalls))
        self._judges = self._make_judges()
        self._stalls.on_change = self._wake_lanes
        self._publisher.look_after = self.look_after
        self._publisher.thread.start()
        for judge in self._judges:
            judge.thread.start()

    def _begin(self, lane: Lane) -> None:
        self._lanes.append(lane)
        self._publisher.lanes = tuple(self._lanes)
        lane.thread.start()

    def _wake_lanes(self) -> None:
        for lane in tuple(self._lanes):
            lane.wake()

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
        stopped, keep = self._ending.is_set, self._keep
        kinds: list[tuple[tuple[FileKind, ...], Probe]] = [(("picture", "moving"), self._probe)]
        if self._probe_moving is not None:
            kinds = [(("picture",), self._probe), (("moving",), self._probe_moving)]
        return [
            Judge(self._desk, each, probe, self._wall, stopped, keep=keep, stalls=self._stalls) for each, probe in kinds
        ]


class _QuickLook:
    """A look at one folder that may never come back."""

    def __init__(self, place: Place, book: Book, store: Store, roots: tuple[str, ...]) -> None:
        self.reading = place.folder.path
        """Where it is."""
        self._answer = Answer(lambda: reopened(place, book, store, roots, self._note), "quick look")

    def within(self, seconds: float) -> Reopened | None:
        """Returns what it found in that time; None when it did not come back."""
        try:
            return self._answer.within(seconds)
        except NoAnswer:
            return None

    def then(self, late: Callable[[], None]) -> None:
        """Has `late` called when it comes back."""
        self._answer.then(late)

    def _note(self, path: str) -> None:
        self.reading = path


def _make_places(folders: Sequence[tuple[FolderUse, Folder]], book: Book) -> list[Place]:
    """The places to watch; a folder that is or was a mounted share is polled and copied, whatever was configured."""
    mounts = read_mounts()
    places = []
    for use, folder in folders:
        mounted = folder.path in book.mounted or is_on_share(folder.path, mounts)
        mount = book.mounts.get(folder.path, "")
        places.append(
            Place(folder=Folder(folder.path, folder.network or mounted), use=use, mounted=mounted, mount=mount)
        )
    return places
