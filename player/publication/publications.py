"""Signed publications on this machine, on a thread of their own: look, verify, fetch, stage, put on air.

Rule: the methods that other threads call return at once; what they ask for is done here, the newest first. Whatever
goes wrong leaves on air what was on air.
"""

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from player.answer import LEAST_WAIT_S, Asker, NoAnswer
from player.content.digest_store import DigestStore
from player.dates import NO_DATES, Dates
from player.publication.courier import Courier, Probe
from player.publication.depot import BUDGET_BYTES, KEEP_FREE_BYTES, Depot, NoRoomError
from player.publication.expiry import expiry
from player.publication.fetch import MismatchError, PutOffError
from player.publication.kept import FOLDER, anchor, whole_root
from player.publication.looking import Lookout
from player.publication.news import Asked, News
from player.publication.published import OnAir
from player.publication.receipts import Receipt, Receipts
from player.publication.rhythm import FIRST_DELAY_S, Rhythm
from player.publication.signed import ExpiredError, OlderError
from player.publication.sources import Source, SourceError
from player.publication.standing import Standing
from player.state import Moment
from signage.disk_faults import in_chinese
from signage.errors import Words
from signage.messages import PublicationState, QuarantinedFile, Trusted
from signage.trust import TrustError
from signage.trusted_time import HEAD

log = logging.getLogger(__name__)

EXPIRED_DAYS = 180
HOUSE_EVERY_S, FIRST_PICTURE_S, STOP_S = 60.0, 3.0, 5.0
ROOT_S = LEAST_WAIT_S
"""The first picture waits so long at most for the disk of the enrolment's root; later it is taken when it answers."""


class Publications:
    """All that came signed; see `docs/publications.md`."""

    def __init__(
        self,
        *,
        state: Path,
        screen: str,
        root: Path,
        source: Source,
        probe: Probe,
        read_clock: Callable[[], Moment],
        receipt: Receipt,
        changed: Callable[[], None],
        progressed: Callable[[], None] = lambda: None,
        budget_bytes: int = BUDGET_BYTES,
        keep_free_bytes: int = KEEP_FREE_BYTES,
        expired_days: int = EXPIRED_DAYS,
        first_delay_s: float = FIRST_DELAY_S,
        first_picture: Event | None = None,
        digests: DigestStore | None = None,
        dates: Dates = NO_DATES,
    ) -> None:
        """`root` is the enrolment's root metadata; `probe` decodes a file in the sandboxed worker.

        `changed` and `progressed` are called when `latest` and `progress` give something new, `receipt` once for
        each step, from any thread; they may only set or wake. Nothing is loaded or fetched before `first_picture`.
        `digests` takes those of the media, `dates` the time that a head was signed at.
        """
        self._folder, self._screen, self._root, self._source = state / FOLDER, screen, root, source
        self._enrolled = Asker(lambda: whole_root(root), "root")
        self._anchored = b""
        self._dates = dates
        self._read_clock, self._changed, self._progressed = read_clock, changed, progressed
        self._grace = dt.timedelta(days=expired_days)
        self._news = News(source.interrupt)
        self._rhythm = Rhythm(first_delay_s)
        self._depot = Depot(self._folder, budget_bytes=budget_bytes, keep_free_bytes=keep_free_bytes)
        self._receipts = Receipts(self._folder / "told.json", receipt, read_clock)
        self._standing = Standing(self._folder, self._depot, self._receipts, lambda: read_clock().at)
        self._courier = Courier(
            self._standing, self._depot, source, self._receipts, probe, digests=digests or DigestStore(),
            put_off=self._news.is_there, progressed=self._tell,
        )  # fmt: skip
        self._first_picture = first_picture
        self._lookout: Lookout | None = None
        self._troubles: dict[str, Words] = {}
        self._on_air = OnAir()
        self._progress: tuple[PublicationState, ...] = ()
        self._quarantined: tuple[QuarantinedFile, ...] = ()
        self._thread = Thread(target=self._run, name="publications", daemon=True)

    # For any thread

    def cached(self) -> OnAir:
        """Gives what was on air when the player ended; blocks for some ms, uses no network. Call it before `start`."""
        if self._lookout is None:
            with contextlib.suppress(SourceError):
                self._open()
            self._publish()
        return self._on_air

    def latest(self) -> OnAir:
        """Gives what is on air now, at once."""
        return self._on_air

    def progress(self) -> tuple[PublicationState, ...]:
        """Gives how far publications are that are on their way, or refused."""
        return self._progress

    def quarantined(self) -> tuple[QuarantinedFile, ...]:
        """Returns the published files that are not shown for a while because they broke the decoder."""
        return self._quarantined

    def trusted(self) -> Trusted:
        """Gives the versions of metadata that are trusted."""
        return self._standing.kept.versions

    def command_keys(self) -> tuple[bytes, ...]:
        """Gives the raw Ed25519 public keys that commands may be signed with."""
        return tuple(bytes.fromhex(key) for key in self._standing.kept.command_keys)

    def hear(self, head: bytes) -> None:
        """Takes a head, the exact timestamp metadata, and looks; one that is known already is passed over."""
        self._news.head(head, self._read_clock())

    def refresh(self) -> None:
        """Looks again now."""
        self._news.look()

    def showing(self, number: int) -> None:
        """Takes the word that a publication has its first frame on the screen; 0 is none."""
        if number:
            self._receipts.tell(number, "shown")

    def quarantine(self, sha256: str, why: Words) -> None:
        """Leaves a file out that broke the decoder, over restarts too, if it is one of a publication."""
        self._news.broken(sha256, why)

    def doubt(self, sha256: str) -> None:
        """Hashes a published file again that had other bytes when it was shown; one that is foreign is fetched anew."""
        self._news.doubted(sha256)

    # Start and stop

    def start(self) -> None:
        """Begins to look."""
        self.cached()
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, in the middle of a download too; waits `STOP_S` at most for a disk that hangs."""
        self._news.stop()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self._source.close()

    # From here on: the thread.

    def _run(self) -> None:
        if self._first_picture is not None:
            self._first_picture.wait(FIRST_PICTURE_S)
        self._try(self._settle)
        while self._news.wait(
            min(self._rhythm.left_s(), self._standing.quarantine_ends_s() or HOUSE_EVERY_S, HOUSE_EVERY_S)
        ):
            self._try(self._round)
            self._publish()
        self._try(self._receipts.save)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self._wrong("disk", Words(zh=f"发布的文件写不进磁盘：{in_chinese(error)}", en=f"the disk fails: {error}"))
            self._rhythm.failed(unasked=True)
        else:
            self._troubles.pop("disk", None)

    def _round(self) -> None:
        asked = self._news.take()
        if asked.broken:
            self._standing.quarantine(asked.broken)
        if asked.broken or self._standing.is_release_due():
            self._settle()
        for sha256 in asked.doubted & self._standing.needed():
            self._look_into(sha256)
        if asked.look:
            self._standing.waiting_for.clear()
        has_come = self._source.has_come()
        if asked.head is not None or asked.look or has_come or self._rhythm.is_look_due():
            self._look(asked)
        self._bring()
        self._standing.save()
        self._receipts.save()

    def _look_into(self, sha256: str) -> None:
        try:
            if self._courier.verified(sha256) is None:
                self._standing.look_anew()
                self._settle()
        except PutOffError:
            self._news.doubted(sha256)
        except SourceError as error:
            log.warning("publications: %s", error.words.en)

    def _look(self, asked: Asked) -> None:
        unasked = asked.head is None and not asked.look
        if self._source.is_unchanged() and unasked and self._lookout is not None and "look" not in self._troubles:
            self._rhythm.looked(self._source.look_every_s)
            return
        head, moment = asked.head or (None, self._read_clock())
        try:
            lookout = self._open()
            believed = moment.at if moment.clock != "unsynced" else None
            signed, plans = lookout.look(moment.least or believed, head)
        except (TrustError, MismatchError) as error:
            self._wrong("look", error.words)
            # An old stick in its slot is no word of the office.
            is_old_stick = isinstance(error, OlderError) and self._source.is_stand_in
            if not isinstance(error, ExpiredError) and not is_old_stick:
                self._receipts.refuse_head(error.words)
            self._rhythm.failed(unasked=unasked)
            return
        except SourceError as error:
            self._wrong("look", error.words)
            # The head may be good and the server away: what the server has then is looked at soon, asked or not.
            self._rhythm.failed(unasked=True)
            return
        if signed.signed_at is not None:
            self._dates.signed(HEAD, signed.heads, signed.versions.timestamp, signed.signed_at)
        if head is not None:
            self._news.held(head)
        self._troubles.pop("look", None)
        self._rhythm.looked(self._source.look_every_s)
        if self._standing.adopt(signed, plans, moment):
            self._rhythm.brought()
        self._settle()

    def _open(self) -> Lookout:
        """Begins, once: the anchor, then what was kept. Raises SourceError when there is nothing to trust in.

        Begins anew when the enrolment's disk answers late, with another root than the copy that was gone by.
        """
        if self._lookout is not None and not self._enrolled.has_late_answer:
            return self._lookout
        try:
            root = anchor(self._folder, lambda: self._enrolled.within(ROOT_S, late=self._news.look))
        except OSError as error:
            words = _unreadable(self._root, error)
            self._wrong("look", words)
            raise SourceError(words) from error
        if self._lookout is not None and root == self._anchored:
            return self._lookout
        self._anchored = root
        self._standing.open()
        self._lookout = Lookout(self._folder, self._screen, root, self._source, self._depot)
        return self._lookout

    def _bring(self) -> None:
        if self._rhythm.is_bring_due():
            self._standing.waiting_for.clear()
        try:
            while not self._news.is_there() and self._courier.bring_next():
                self._settle()
                self._standing.save()
        except PutOffError:
            self._settle()
        if self._standing.waiting_for:
            self._rhythm.bring_again()

    def _settle(self) -> None:
        changed = self._standing.settle()
        self._publish()
        if changed:
            self._standing.save()
            with contextlib.suppress(NoRoomError):
                self._depot.make_room(0, self._standing.needed(), time.monotonic())

    def _publish(self) -> None:
        is_over, alarm = expiry(self._standing.kept.expires, self._read_clock(), self._grace)
        notes = (*([alarm] if alarm is not None else []), *self._troubles.values())
        found = self._standing.on_air(expired=is_over, notes=notes)
        if found != self._on_air:
            self._on_air = found
            self._changed()
        self._tell()

    def _tell(self) -> None:
        progress, quarantined = self._standing.progress(), self._standing.quarantined()
        if (progress, quarantined) != (self._progress, self._quarantined):
            self._progress, self._quarantined = progress, quarantined
            self._progressed()

    def _wrong(self, what: str, why: Words) -> None:
        if self._troubles.get(what) != why:
            log.warning("publications: %s", why.en)
        self._troubles[what] = why


def _unreadable(root: Path, error: OSError) -> Words:
    if isinstance(error, NoAnswer):
        return Words(
            zh=f"信任根 {root} 所在的磁盘或共享没有响应：请检查磁盘和网线，恢复后自动继续",
            en=f"the disk or share of the root {root} does not answer: check it; this goes on when it does",
        )
    why = error.strerror or str(error)
    return Words(zh=f"信任根 {root} 读不出来：{in_chinese(error)}", en=f"the root {root} cannot be read: {why}")
