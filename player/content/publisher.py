"""Gives the library out, and keeps the state folder in step with it, on a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import msgspec

from player.content.arrange import CALENDAR
from player.content.desk import Desk
from player.content.judge import step_back
from player.content.lane import Lane
from player.content.library import Library
from player.content.mounts import read_mount_points, read_mounts
from player.content.store import Store
from signage.errors import Words
from signage.printable import printable

log = logging.getLogger(__name__)

PUBLISH_EVERY_S = 0.5
SAVE_EVERY_S = 2.0
SAVE_AGAIN_S = 30.0
SWEEP_EVERY_S = 3600.0
WATCH_SHARES_EVERY_S = 2.0
HOUSE_WAIT_S = 1.0
"""While the state folder's disk works, or does not answer, it is looked so often whether it is over."""
KEEP_TERMS_EVERY_S = 60.0
"""While something is in quarantine, it is looked so often how much of its term has passed."""
NO_STATE = Words(
    zh="状态文件夹所在的磁盘没有响应：请检查磁盘和连线，重新启动机器。播放照常，记录暂存在内存里",
    en="the disk of the state folder does not answer: check it and its cable, and restart the machine. Playing goes on,"
    " records wait in memory",
)


class Quarantine(msgspec.Struct, frozen=True):
    """These bytes broke the decoder twice."""

    sha256: str
    why: Words


class Doubted(msgspec.Struct, frozen=True):
    """A file that was found to have these bytes has others now."""

    sha256: str


class Understood(msgspec.Struct, frozen=True):
    """This playlist was read without a complaint."""

    name: str
    text: bytes


class Publisher:
    """Makes a snapshot when the desk has something new, at most every `PUBLISH_EVERY_S`."""

    def __init__(self, desk: Desk, store: Store, edition: str, on_change: Callable[[], None]) -> None:
        self.thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._desk = desk
        self._store = store
        self._edition = edition
        self._on_change = on_change
        self._messages: queue.Queue[Quarantine | Doubted | Understood] = queue.Queue(maxsize=256)
        self._ending = threading.Event()
        self._saved_changes = 0
        self._saved_at = -SAVE_AGAIN_S
        self._swept_at = -SWEEP_EVERY_S
        self._bare = Library()
        self.latest = Library()
        """The newest snapshot."""
        self.last_good: dict[str, bytes] = {}
        """The playlists that were last understood; replaced whole, never changed in place."""
        self.lanes: Sequence[Lane] = ()
        """Whose troubles are told; replaced whole, never changed in place."""
        self.look_after: Callable[[], None] = lambda: None
        """Called at each turn."""
        self.keeps_house = threading.Event()
        """Set once the state folder has answered: until then nothing is written to it."""
        self._house: threading.Thread | None = None
        self._unkept: dict[str, bytes] = {}
        """Playlists that were understood and are not in the state folder yet."""
        self._keep_at = 0.0

    def tell(self, message: Quarantine | Doubted | Understood) -> None:
        """Leaves a message for the thread and returns at once; one too many is dropped."""
        try:
            self._messages.put_nowait(message)
        except queue.Full:
            log.warning("content is busy; dropped %s", type(message).__name__)
        self._desk.changed.set()

    def stop(self) -> None:
        """Asks the thread to end."""
        self._ending.set()
        self._desk.changed.set()

    def _run(self) -> None:
        step_back()
        while not self._ending.is_set():
            due = [at for at in (self._desk.quarantine_ends(), self._desk.lists_change_at()) if at is not None]
            self._desk.changed.wait(self._patience_s())
            if due and time.monotonic() >= min(due):
                self._desk.changed.set()
            self._take_messages()
            if self.publish():
                self._ending.wait(PUBLISH_EVERY_S)
            self.look_after()
            self._keep_house()
        self._take_messages()
        if self._house is not None:
            self._house.join()
        if self.keeps_house.is_set():
            self._keep_playlists()
            self._save()

    def _patience_s(self) -> float | None:
        ends, now = self._desk.quarantine_ends(), time.monotonic()
        waits = [] if ends is None else [min(KEEP_TERMS_EVERY_S, max(0.0, ends - now))]
        if (change_at := self._desk.lists_change_at()) is not None:
            waits.append(max(0.0, change_at - now))
        if self._shares():
            waits.append(WATCH_SHARES_EVERY_S)
        elif self._is_keeping_house() or not self.keeps_house.is_set():
            waits.append(HOUSE_WAIT_S)
        elif self._desk.changes != self._saved_changes:
            waits.append(max(0.0, self._save_due() - now))
        return min(waits, default=None)

    def _shares(self) -> list[Lane]:
        return [lane for lane in self.lanes if any(f.network for f in lane.folders)]

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
                case Doubted(sha256):
                    self._desk.doubt(sha256)
                case Understood(name, text):
                    self.last_good = {**self.last_good, name: text}
                    self._unkept[name] = text

    def publish(self) -> bool:
        """Makes a snapshot now; True if it says something new."""
        if self._desk.changed.is_set():
            self._desk.changed.clear()
            self._bare = self._desk.library(self.last_good)
        notes = tuple(dict.fromkeys([*self._bare.notes, *self._notes()]))
        library = msgspec.structs.replace(self._bare, notes=notes, serial=self.latest.serial)
        if library == self.latest:
            return False
        self.latest = msgspec.structs.replace(library, serial=self.latest.serial + 1)
        self._on_change()
        return True

    def _notes(self) -> list[Words]:
        notes = list(self._store.trouble)
        if not self.keeps_house.is_set() and self.lanes:
            notes.append(NO_STATE)
        for lane in self.lanes:
            notes += [words for words in (lane.hints_trouble, lane.no_room) if words is not None]
        return notes

    def add_last_good(self, known: Mapping[str, bytes]) -> None:
        """Takes the playlists of the last run when its disk answers late; those of this run go before."""
        self.last_good = {**known, **self.last_good}
        self._desk.changed.set()

    # The state folder: on a thread of its own, begun when there is something to do, as its disk may never answer

    def _is_keeping_house(self) -> bool:
        return self._house is not None and self._house.is_alive()

    def _keep_house(self) -> None:
        if self._is_keeping_house() or not self.keeps_house.is_set():
            return
        works = [*self._due_works(time.monotonic())]
        if works:
            self._house = threading.Thread(target=self._work_off, args=(works,), name="state folder", daemon=True)
            self._house.start()

    def _due_works(self, now: float) -> Iterator[Callable[[], None]]:
        if self._unkept and now >= self._keep_at:
            yield self._keep_playlists
        if self._desk.changes != self._saved_changes and now >= self._save_due():
            yield self._save
        # Never while copies wait for a judge, who would find them gone.
        if self.latest.complete and not self.latest.waiting and now - self._swept_at >= SWEEP_EVERY_S:
            self._swept_at = now
            yield partial(self._store.sweep, self._desk.copies())
        if self._desk.lists_are_known() and (self.latest.playlists or not self.latest.listed):
            stale = self.last_good.keys() - {p.name for p in self.latest.playlists} - {CALENDAR}
            if stale:
                log.info("playlists whose files have gone are withdrawn: %s", ", ".join(sorted(map(printable, stale))))
                self.last_good = {n: t for n, t in self.last_good.items() if n not in stale}
                yield partial(self._store.forget_playlists, stale)

    def _work_off(self, works: Sequence[Callable[[], None]]) -> None:
        step_back()
        troubled = self._store.trouble
        for work in works:
            work()
        if self._store.trouble != troubled:
            self._desk.changed.set()

    def _keep_playlists(self) -> None:
        for name, text in list(self._unkept.items()):
            if self._store.remember_playlist(name, text) and self._unkept.get(name) == text:
                del self._unkept[name]
        self._keep_at = time.monotonic() + SAVE_AGAIN_S if self._unkept else 0.0

    def _save_due(self) -> float:
        return self._saved_at + (SAVE_AGAIN_S if self._store.trouble else SAVE_EVERY_S)

    def _save(self) -> None:
        changes = self._desk.changes
        if changes == self._saved_changes:
            return
        self._saved_at = time.monotonic()
        if self._store.save_book(self._desk.book(self._edition, read_mounts(), read_mount_points())):
            self._saved_changes = changes
