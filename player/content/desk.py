"""Where the looks, the judges and the publisher meet: what was seen, what is to be judged, what was found.

Rule: one lock, never held while a file is touched. Anything that comes late (a verdict for a file that has changed
since) is dropped here and nowhere else.
"""

import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from player.content.arrange import (
    CALENDAR,
    Copies,
    Lists,
    Missing,
    Place,
    arrange,
    has_calendar,
    listed_names,
    may_be_listed,
)
from player.content.book import Book, Verdict
from player.content.library import Folder, Library, PlaylistFile
from player.content.memory import Memory
from player.content.mounts import is_on_share, own_mount
from player.content.names import FileKind
from player.content.pile import Job, Look, Pile
from player.content.retries import Retries
from player.content.scan import Scan, Seen, differs
from player.content.settle import LOCAL_QUIET_S, NETWORK_QUIET_S, PLAYLIST_QUIET_S, Still, settle
from player.content.texts import Texts
from player.quarantine import Held, TimedQuarantine
from signage.errors import Words
from signage.lookalikes import skeleton

MOST_SKELETONS = 50_000
"""Names of which it is remembered what is left of them for the eye."""

LISTS_AWAY_S = 2.0
"""So long a folder from which the last playlist has gone counts as being written to."""
LISTS_GONE_S = 60.0
"""So long without any playlist, and there is none: the media folder itself may play."""


class Desk:
    """Every method may be called from any thread; `wall` gives the time for records, `clock` the monotonic one."""

    def __init__(
        self,
        wall: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.monotonic,
        *,
        copies: Copies = "refuse",
    ) -> None:
        self._lock = threading.Condition()
        self._wall, self._clock = wall, clock
        self._copies: Copies = copies
        self._places: list[Place] = []
        self._stills: list[Mapping[str, Still]] = []
        self._verdicts: dict[str, Verdict] = {}
        self._memory = Memory()
        self._retries = Retries()
        self._pile = Pile()
        self._since: dict[str, dt.datetime] = {}
        self._texts = Texts()
        self._quarantine = TimedQuarantine()
        self._kept_quarantine: dict[str, Held] = {}
        self._skeletons: dict[str, str] = {}
        self._listed_at: float | None = None
        """When a playlist was last known to be there; None when none ever was."""
        self._had_lists = False
        """Whether one was there when the last library was made."""
        self._saw_lists = False
        """Whether this run has seen one."""
        self._seen_lists: dict[str, float | None] = {}
        """The playlists that were there, by name, and since when one is not; None: it is there."""
        self._had_calendar = False
        self._calendar_gone_at: float | None = None
        self._lists_change_at: float | None = None
        self._closed = False
        self.changed = threading.Event()
        """Set when `library` may give something new."""
        self.changes = 0
        """Counts what is worth writing in the book."""

    # Looks

    def scan_before(self, place: int) -> Scan:
        """The last look at a place."""
        with self._lock:
            return self._places[place].scan

    def look(self, place: int, scan: Scan, now: float) -> Look:
        """Takes a look in: what is new settles, what is settled becomes a job, what is away is forgotten."""
        with self._lock:
            before = self._places[place]
            self._places[place] = msgspec.structs.replace(before, scan=scan, looked=True)
            if not before.looked or differs(before.scan, scan):
                self._note_names(scan)
                self.changed.set()
            if scan.gone:
                return Look()
            if before.use == "playlists":
                return self._look_at_playlists(place, scan, now)
            return self._look_at_media(place, scan, now)

    def _look_at_media(self, place: int, scan: Scan, now: float) -> Look:
        folder = self._places[place].folder
        jobs, open_ = [], {}
        for path, seen in scan.files.items():
            verdict = self._verdicts.get(path)
            if verdict is not None and verdict.stamp == seen.stamp:
                if not self._pile.is_given(seen) and self._retries.is_due(verdict, now, self._wall):
                    jobs.append(Job(folder, seen, seen.real))
            elif not self._pile.is_given(seen) and not (verdict is None and self._recall(seen, folder)):
                open_[path] = seen.stamp
        found = settle(self._stills[place], open_, now, NETWORK_QUIET_S if folder.network else LOCAL_QUIET_S)
        done = frozenset(found.ready)
        self._stills[place] = {k: s for k, s in found.stills.items() if k not in done}
        ready = sorted((scan.files[p] for p in found.ready), key=lambda seen: seen.order)
        jobs += [Job(folder, seen, seen.real) for seen in ready]
        for job in jobs:
            self._pile.give_out(job.seen)
        return Look(jobs=tuple(jobs), next_due=found.next_due)

    def _recall(self, seen: Seen, folder: Folder) -> bool:
        """A file that was renamed, or has a second name, is known by its stamp until it is hashed again."""
        known = self._memory.of_stamp(seen.stamp)
        if known is None or folder.network:
            return False
        self._enter(msgspec.structs.replace(known, path=seen.path, plays=seen.real))
        return True

    def _look_at_playlists(self, place: int, scan: Scan, now: float) -> Look:
        folder = self._places[place].folder
        quiet_s = NETWORK_QUIET_S if folder.network else PLAYLIST_QUIET_S
        found = settle(self._stills[place], self._texts.unread(scan), now, quiet_s)
        self._stills[place] = found.stills
        return Look(playlists=tuple(scan.files[p] for p in found.ready), next_due=found.next_due)

    def _note_names(self, scan: Scan) -> None:
        at = self._wall()
        for path in scan.refused:
            self._since.setdefault(path, at)

    # Playlists

    def enter_playlist(self, seen: Seen, file: PlaylistFile | Words, *, passing: bool = False) -> None:
        """Takes what was read of a playlist, or why it could not be; then the text before it stays."""
        with self._lock:
            if self._texts.enter(seen, file, self._wall(), passing=passing):
                self.changed.set()

    def open_playlists(self, place: int, scan: Scan, texts: Sequence[tuple[Seen, PlaylistFile]]) -> None:
        """Begins with the playlists as they were found at the start; they still settle, and are read again then."""
        with self._lock:
            self._places[place] = msgspec.structs.replace(self._places[place], scan=scan)
            self._note_names(scan)
            for seen, file in texts:
                self._texts.open(seen, file)

    def lists_are_known(self) -> bool:
        """Whether every playlist folder was looked at and is there, and every playlist in it was read."""
        with self._lock:
            places = [p for p in self._places if p.use == "playlists"]
            return all(p.looked and not p.scan.gone and self._texts.has_all(p.scan) for p in places)

    # Jobs

    def queue(self, jobs: Sequence[Job]) -> None:
        """Puts jobs on top of the pile: what came last is judged first, so one new file does not wait for 10,000."""
        with self._lock:
            self._pile.put(jobs)
            self._lock.notify_all()

    def take(self, kinds: Sequence[FileKind]) -> Job | None:
        """Waits for a job that still stands, of the first kind that has one; None when the desk is closed."""
        with self._lock:
            while not self._closed:
                job = self._pile.take(kinds, self._stands)
                if job is not None:
                    return job
                self._lock.wait()
            return None

    def known(self, sha256: str) -> Verdict | None:
        """What was found of the same bytes elsewhere."""
        with self._lock:
            return None if self._retries.anew(sha256) else self._memory.of_bytes(sha256)

    def judged(self, job: Job, verdict: Verdict | None, now: float) -> None:
        """Takes a verdict in, if the file is still the one that was judged; None: it changed, and settles again."""
        with self._lock:
            stands = self._stands(job)
            self._pile.take_back(job)
            if verdict is None or not stands:
                return
            old = self._verdicts.get(verdict.path)
            self._retries.note(verdict, now)
            if verdict.passing and old is not None and old.why == verdict.why and old.stamp == verdict.stamp:
                return
            self._enter(verdict)

    def _enter(self, verdict: Verdict) -> None:
        self._verdicts[verdict.path] = verdict
        self._memory.keep(verdict)
        self.changes += 1
        self.changed.set()

    def _stands(self, job: Job) -> bool:
        if not self._pile.is_given(job.seen):
            return False
        looks = [p.scan.files.get(job.seen.path) for p in self._places if p.use == "media"]
        return any(seen is not None and seen.stamp == job.seen.stamp for seen in looks)

    # The book

    def adopt(self, book: Book, places: Sequence[Place]) -> None:
        """Begins with the verdicts of the last run, and the places as far as they could be checked at once."""
        with self._lock:
            self.changed.set()
            self._places = list(places)
            self._stills = [{} for _ in places]
            self._quarantine.load(book.quarantined, self._clock(), self._wall(), with_old=True)
            self._kept_quarantine = dict(book.quarantined)
            for verdict in book.verdicts:
                self._verdicts[verdict.path] = verdict
                self._memory.keep(verdict)
            for place in self._places:
                self._note_names(place.scan)

    def adopt_late(self, book: Book) -> None:
        """Takes the verdicts of the last run when its disk answers late; what this run found itself goes before."""
        with self._lock:
            self._quarantine.load(book.quarantined, self._clock(), self._wall(), with_old=True)
            for verdict in book.verdicts:
                if verdict.path not in self._verdicts:
                    self._verdicts[verdict.path] = verdict
                    self._memory.keep(verdict)
            self.changes += 1
            self.changed.set()

    def quarantine(self, sha256: str, why: Words) -> None:
        """Refuses these bytes under whatever name until they change, or for a term."""
        with self._lock:
            if self._quarantine.add(sha256, why, self._clock(), self._wall()):
                self.changes += 1
                self.changed.set()

    def quarantine_ends(self) -> float | None:
        """The monotonic time at which some file in quarantine may be shown again; notes what passed of the terms."""
        with self._lock:
            now = self._clock()
            kept = self._quarantine.kept(now)
            if kept != self._kept_quarantine:
                self._kept_quarantine = kept
                self.changes += 1
            return self._quarantine.next_end(now)

    def doubt(self, sha256: str) -> None:
        """Has every file that was found to have these bytes looked at again: one of them has others now."""
        with self._lock:
            self._memory.forget(sha256)
            for path in [p for p, verdict in self._verdicts.items() if verdict.sha256 == sha256]:
                del self._verdicts[path]
                self.changes += 1
            self.changed.set()

    def book(self, edition: str, mounts: frozenset[str], points: tuple[str, ...] = ()) -> Book:
        """What is worth keeping over a restart; `mounts` are the network shares mounted now, `points` all mounts."""
        with self._lock:
            mounted = tuple(
                p.folder.path for p in self._places if is_on_share(p.folder.path, mounts) or (p.mounted and p.scan.gone)
            )
            verdicts = tuple(v for v in self._verdicts.values() if not v.passing)
            on = {p.folder.path: p.mount if p.scan.gone else own_mount(p.folder.path, points) for p in self._places}
            return Book(
                edition=edition,
                verdicts=verdicts,
                quarantined=self._quarantine.kept(self._clock()),
                mounted=mounted,
                mounts={path: mount for path, mount in on.items() if mount},
            )

    def lists_change_at(self) -> float | None:
        """The monotonic time at which the absence of playlists means something else than it did; None: never."""
        with self._lock:
            return self._lists_change_at

    def _lists(self, last_good: Mapping[str, bytes], now: float) -> Lists:
        there = any(map(may_be_listed, self._places))
        self._saw_lists |= there
        went = self._had_lists and not there  # only now: nobody looked at the library while nothing changed
        self._had_lists = there
        if there or went or (self._listed_at is None and last_good.keys() - {CALENDAR}):
            self._listed_at = now
        self._lists_change_at = None
        if there or self._listed_at is None:
            return "there" if there else "none"
        away_s = now - self._listed_at
        if self._saw_lists and away_s < LISTS_AWAY_S:
            self._lists_change_at = self._listed_at + LISTS_AWAY_S
            return "away for a moment"
        if away_s < LISTS_GONE_S:
            self._lists_change_at = self._listed_at + LISTS_GONE_S
            return "gone lately"
        return "none"

    def _missing(self, last_good: Mapping[str, bytes], now: float) -> Missing:
        """Returns which of several playlists went: until a moment ago it was there, and may be being saved anew."""
        places = [place for place in self._places if place.use == "playlists"]
        if any(not place.looked or place.scan.gone for place in places):
            self._seen_lists = dict.fromkeys(self._seen_lists)  # a folder that is away says nothing of its files
            return Missing()
        there = frozenset(name for place in places for name in listed_names(place))
        since = {name: now if went is None else went for name, went in self._seen_lists.items() if name not in there}
        since = {name: went for name, went in since.items() if name in last_good or now - went >= LISTS_AWAY_S}
        since = {name: went for name, went in since.items() if now - went < LISTS_GONE_S}
        self._seen_lists = {**dict.fromkeys(there), **since}
        away = frozenset(name for name, went in since.items() if now - went < LISTS_AWAY_S)
        for name, went in since.items():
            self._lists_change_by(went + (LISTS_AWAY_S if name in away else LISTS_GONE_S))
        return Missing(away=away, withdrawn=frozenset(since) - away)

    def _lists_change_by(self, at: float) -> None:
        self._lists_change_at = at if self._lists_change_at is None else min(at, self._lists_change_at)

    def _is_calendar_away(self, now: float) -> bool:
        """Whether the calendar was there until a moment ago: without it, exams would be loud while it is saved."""
        is_there = any(has_calendar(place) for place in self._places)
        if self._had_calendar and not is_there:
            self._calendar_gone_at = now
        self._had_calendar = is_there
        if is_there or self._calendar_gone_at is None or now - self._calendar_gone_at >= LISTS_AWAY_S:
            return False
        self._lists_change_by(self._calendar_gone_at + LISTS_AWAY_S)
        return True

    # The library

    def library(self, last_good: Mapping[str, bytes]) -> Library:
        """What may be shown now, with serial 0; forgets what is no longer seen."""
        with self._lock:
            self._forget()
            places, verdicts, texts = tuple(self._places), dict(self._verdicts), self._texts.snapshot()
            now, since = self._clock(), dict(self._since)
            lists = self._lists(last_good, now)
            missing = self._missing(last_good, now)
            calendar_away = self._is_calendar_away(now)
            quarantined, always = self._quarantine.held(now), self._quarantine.held(now, urgent=True)
        return arrange(
            places,
            verdicts,
            quarantined,
            texts,
            on_trial=quarantined.keys() - always,
            seen_as=self._seen_as,
            last_good=last_good,
            since=since,
            lists=lists,
            missing=missing,
            calendar_away=calendar_away,
            copies=self._copies,
        )

    def _seen_as(self, name: str) -> str:
        """The skeleton of a name, made once; for the thread that makes the library."""
        found = self._skeletons.get(name)
        if found is None:
            if len(self._skeletons) >= MOST_SKELETONS:
                self._skeletons.clear()
            found = skeleton(name)
            self._skeletons[name] = found = name if found == name else found
        return found

    def copies(self) -> frozenset[str]:
        """The paths that admitted files play from."""
        with self._lock:
            return frozenset(v.plays for v in self._verdicts.values() if v.facts is not None)

    def _forget(self) -> None:
        seen = {path for p in self._places for path in p.scan.files}
        for path in [p for p in self._verdicts if p not in seen and self._is_looked_at(p)]:
            del self._verdicts[path]
            self._retries.forget(path)
            self.changes += 1
        self._retries.keep_only({v.sha256 for v in self._verdicts.values()})
        self._texts.forget(seen)
        refused = {path for p in self._places for path in p.scan.refused}
        for path in [p for p in self._since if p not in refused]:
            del self._since[path]

    def _is_looked_at(self, path: str) -> bool:
        """False while a folder that holds the path is away or was not looked at: a verdict from the book waits."""
        return all(
            p.looked and not p.scan.gone for p in self._places if path.startswith(os.path.join(p.folder.path, ""))
        )

    def close(self) -> None:
        """Ends `take` for everybody."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
