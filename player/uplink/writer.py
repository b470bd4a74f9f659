"""Goes on with the ledger: opens it, finds out what became of it meanwhile, appends, cuts what is too old.

Rule: an epoch is begun only where numbers could otherwise be given twice or a gap be hidden; the reason is its first
record.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import assert_never

import msgspec

from player.state import Moment, Play
from player.uplink.condition import TAIL, found, why_anew
from player.uplink.head import Head, read_head, write_head
from player.uplink.ledger_db import Epoch, LedgerDb, LedgerReplaced, Row, open_ledger
from player.uplink.loss_note import Loss, LossNote, added
from player.uplink.records import (
    Began,
    Entry,
    Happened,
    Receipt,
    event_record,
    fitting,
    play_record,
    read_showing,
    receipt_record,
    showing_record,
)
from signage.ledger import Anchor, Details, KnownRecord, genesis, line, utc_ms

log = logging.getLogger(__name__)

LEDGER = "ledger.db"
"""Its name in the state folder."""
HEAD_EVERY_S = 10.0
SEGMENT = 4096
"""Records are taken away by so many."""
KEEP_DAYS = 400
QUOTA_BYTES = 2 << 30
DAY_MS = 86_400_000
_UNREAD = Loss(records=0, first="", last="")


Marks = dict[str, tuple[int, bytes]]
"""By zone: the number of the slot that is showing, and its record if it is never told to be over."""


class Writer:
    """One player's end of its ledger. Only one thread may use it."""

    def __init__(
        self,
        path: Path,
        screen: str,
        boot: str,
        *,
        keep_days: int = KEEP_DAYS,
        quota_bytes: int = QUOTA_BYTES,
        segment: int = SEGMENT,
        open_file: Callable[[Path], LedgerDb] = open_ledger,
    ) -> None:
        """Records are taken away by `segment` when they are older than `keep_days` or the file is beyond its quota."""
        self._path, self._screen, self._boot, self._open_file = path, screen, boot, open_file
        self._keep_ms, self._quota_bytes, self._segment = keep_days * DAY_MS, quota_bytes, segment
        self._head_path = path.with_suffix(".head")
        self._note = LossNote(path.with_suffix(".lost"))
        self._former: Loss | None = _UNREAD
        """What the process before this one could not write, until it is written down."""
        self._db: LedgerDb | None = None
        self._epoch: Epoch | None = None
        self._head: Anchor | None = None
        self._attempted: Anchor | None = None
        """The head that a failed commit would have led to. It may have reached the disk all the same."""
        self._marks: Marks | None = None
        """What this process has on its zones, as the file knows it; None until what a former one left is settled."""
        self._file = (0, 0)
        """Device and inode of the file that is open."""
        self._head_due = 0.0
        self._since_cut: int | None = None
        """Records since it was last looked whether some are too old; None: not yet."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether it can be written to."""
        return self._db is not None

    def open(self, at: Moment) -> None:
        """Takes up the ledger, or begins one. Raises OSError and sqlite3.Error; then try again later."""
        known = _known(self._head) or read_head(self._head_path)
        had_file = self._path.exists() and self._path.stat().st_size > 0
        taken = found(self._path, self._open_file)
        db = taken.db
        try:
            self._file = _identity(self._path)
            reason = taken.reason or why_anew(db, self._screen, known, had_file=had_file)
            if reason:
                self._begin(db, reason, known, taken.aside, at)
            epoch = db.epochs()[-1]
            self._epoch, self._head = epoch, epoch.head
            self._db = db
            if reason:
                self._head_due = 0.0
                self._keep_head()
            if self._marks is None:
                self._settle(db, at, is_ours=not reason)
            elif reason:
                self._renew_marks(db, self._marks)
        except BaseException:
            self._db = None
            db.close()
            raise

    def write(self, entries: Sequence[Entry]) -> None:
        """Appends what happened, in order, in one transaction. Raises sqlite3.Error and OSError: nothing is written.

        A second try with the same entries writes them once, also when the first only seemed to fail. Raises
        LedgerReplaced when another file lies in its place: it has to be opened again.
        """
        db, epoch, head = self._must_be_open()
        records: list[KnownRecord] = []
        marks = dict(self._marks or {})
        for entry in entries:
            match entry:
                case Began():
                    mark = msgspec.json.encode(fitting(showing_record(entry, self._boot)))
                    marks[entry.slot.zone] = (entry.slot.number, mark)
                case Play():
                    records.append(play_record(entry, self._boot))
                    if marks.get(entry.slot.zone, (None,))[0] == entry.slot.number:  # the next one may have begun
                        del marks[entry.slot.zone]
                case Happened():
                    records.append(event_record(entry, self._boot))
                case Receipt():
                    records.append(receipt_record(entry, self._boot))
                case _:
                    assert_never(entry)
        if not self._was_written(db):
            if _identity(self._path) != self._file:
                raise LedgerReplaced("another file took its place")
            rows = _rows(records, head)
            self._attempted = _after(head, rows) if rows else None
            self._commit(db, epoch, head, rows, _changes(self._marks or {}, marks))
        self._attempted, self._marks = None, marks

    def tidy(self, at: Moment) -> None:
        """Takes away what is too old or too much, now and then. Raises sqlite3.Error and OSError."""
        if self._since_cut is None or self._since_cut >= TAIL:
            self._cut_old(at)

    def is_marked(self, play: Play) -> bool:
        """Whether the next start would tell of this play if it were not written: as the one that was showing."""
        return (self._marks or {}).get(play.slot.zone, (None,))[0] == play.slot.number

    def note_loss(self, loss: Loss | None) -> bool:
        """Notes what is lost if this process ends now, None: nothing; False when that could not be noted."""
        former = self._former_loss()
        if loss is not None and self._head is not None:
            loss = msgspec.structs.replace(loss, epoch=self._head.epoch, seq=self._head.seq)
        if loss is not None and former is not None:
            loss = added([former, loss])
        return self._note.note(loss or former)

    def renew(self, reason: str, at: Moment) -> None:
        """Begins a new epoch behind what is there. Raises sqlite3.Error and OSError: then the present one goes on."""
        db, _, head = self._must_be_open()
        self._begin(db, reason, _known(head), "", at)
        epoch = db.epochs()[-1]
        self._epoch, self._head = epoch, epoch.head
        self._head_due = 0.0
        self._keep_head()

    def abandon(self) -> None:
        """Lets go of the file after an error: what SQLite believes of it may not be what is on the disk."""
        if self._db is not None:
            db, self._db = self._db, None
            try:
                db.close()
            except Exception as error:
                log.info("ledger closed badly: %s", error)

    def close(self) -> None:
        """Writes down where it ends and closes it."""
        if self._db is not None:
            self._head_due = 0.0
            self._keep_head()
            self._db.close()
            self._db = None

    # Opening

    def _begin(self, db: LedgerDb, reason: str, known: Head | None, aside: str, at: Moment) -> None:
        anchor = genesis(self._screen, secrets.token_hex(8))
        details: Details = {"reason": reason, "screen": self._screen, "epoch": anchor.epoch}
        if known is not None:
            details |= {"former_epoch": known.epoch, "former_seq": known.seq, "former_hash": known.hash.hex()}
        if aside:
            details["put_aside"] = aside
        first = event_record(Happened("epoch", details, at), self._boot)
        with db.writing():
            number = db.begin_epoch(anchor, self._screen)
            db.append(number, _rows([first], anchor))
        log.info("ledger: epoch %s begins: %s", anchor.epoch, reason)

    def _settle(self, db: LedgerDb, at: Moment, *, is_ours: bool) -> None:
        """Writes down, once for this process, what a former one left showing, and how much it could not write.

        In a copy, or a ledger of another screen, what was showing is none of ours: what became of it was written where
        that copy was taken from.
        """
        _, epoch, head = self._must_be_open()
        left, loss = db.showing(), self._former_loss()
        found = [record for text in left.values() if (record := read_showing(text)) is not None]
        if len(found) < len(left) or (left and not is_ours):
            log.warning("ledger: what it says was showing at its end is not ours or no record; passed over")
        records: list[KnownRecord] = [*found] if is_ours else []
        # One that goes on after the note was made has got what the note tells of, or has told of it already.
        if loss is not None and not (loss.epoch and db.hash_at(loss.epoch, loss.seq + 1)):
            log.error("%d records were lost, of %s to %s: not written when it ended", loss.records, *loss.span)
            details: Details = {"records": loss.records, "from": loss.first, "to": loss.last}
            records.append(event_record(Happened("lost", details, at), self._boot))
        if left or records:
            self._commit(db, epoch, head, _rows(records, head), dict.fromkeys(left))
        self._marks, self._former = {}, None
        self._note.note(None)

    def _former_loss(self) -> Loss | None:
        if self._former is _UNREAD:
            self._former = self._note.read()
        return self._former

    def _renew_marks(self, db: LedgerDb, marks: Marks) -> None:
        """Another file took the ledger's place while we play: it learns what is showing from us."""
        _, epoch, head = self._must_be_open()
        self._commit(db, epoch, head, [], {**dict.fromkeys(db.showing()), **_changes({}, marks)})

    # Writing

    def _was_written(self, db: LedgerDb) -> bool:
        """Whether the commit that was said to have failed is on the disk."""
        if self._attempted is None:
            return False
        return db.hash_at(self._attempted.epoch, self._attempted.seq) == self._attempted.hash

    def _commit(
        self, db: LedgerDb, epoch: Epoch, head: Anchor, rows: Sequence[Row], marks: dict[str, bytes | None]
    ) -> None:
        with db.writing():
            db.append(epoch.number, rows)
            db.mark_showing(marks.items())
        self._head = _after(head, rows)
        self._since_cut = None if self._since_cut is None else self._since_cut + len(rows)
        self._keep_head()

    def _keep_head(self) -> None:
        if self._head is None or time.monotonic() < self._head_due:
            return
        self._head_due = time.monotonic() + HEAD_EVERY_S
        try:
            write_head(self._head_path, Head(epoch=self._head.epoch, seq=self._head.seq, hash=self._head.hash))
        except OSError as fault:
            log.info("%s not written: %s", self._head_path.name, fault)

    def _cut_old(self, at: Moment) -> None:
        """Takes whole segments away from the oldest end while they are too old or the file too large."""
        db, _, _ = self._must_be_open()
        self._since_cut = 0
        # By the time that it is at least: a clock that is ahead by a year must not take the records of a year away.
        least = at.least or (at.at if at.clock != "unsynced" else None)
        before_ms = round(least.timestamp() * 1000) - self._keep_ms if least is not None else None
        while True:
            oldest_ms = db.oldest_ms()
            is_old = oldest_ms is not None and before_ms is not None and oldest_ms < before_ms
            if not is_old and db.size_bytes() <= self._quota_bytes:
                return
            if not self._cut_one(db, at):
                return
            db.release_space()

    def _cut_one(self, db: LedgerDb, at: Moment) -> bool:
        _, current, head = self._must_be_open()
        epoch = next((e for e in db.epochs() if e.first.seq < e.head.seq), None)
        if epoch is None:
            return False
        with db.writing():
            cut = db.drop_segment(epoch, self._segment, whole=epoch.number != current.number)
            if cut is None:
                return False
            details: Details = {"epoch": cut.epoch, "upto": cut.seq, "hash": cut.hash.hex()}
            rows = _rows([event_record(Happened("truncated", details, at), self._boot)], head)
            db.append(current.number, rows)
        self._head = Anchor(current.name, rows[-1].line.seq, rows[-1].line.hash)
        log.info("ledger: epoch %s cut up to record %d", cut.epoch, cut.seq)
        return True

    def _must_be_open(self) -> tuple[LedgerDb, Epoch, Anchor]:
        assert self._db is not None
        assert self._epoch is not None
        assert self._head is not None
        return self._db, self._epoch, self._head


def boot_id() -> str:
    """Names this run of the operating system; where it has no name, this process."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:36]
    except OSError:
        return f"process-{os.getpid()}-{secrets.token_hex(4)}"


def _known(head: Anchor | None) -> Head | None:
    return None if head is None else Head(epoch=head.epoch, seq=head.seq, hash=head.hash)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _changes(before: Marks, after: Marks) -> dict[str, bytes | None]:
    gone: dict[str, bytes | None] = dict.fromkeys(before.keys() - after.keys())
    return gone | {zone: mark[1] for zone, mark in after.items() if before.get(zone) != mark}


def _after(head: Anchor, rows: Sequence[Row]) -> Anchor:
    return Anchor(head.epoch, rows[-1].line.seq, rows[-1].line.hash) if rows else head


def _rows(records: Iterable[KnownRecord], before: Anchor) -> list[Row]:
    rows = []
    for record in records:
        made = line(fitting(record), before)
        before = Anchor(before.epoch, made.seq, made.hash)
        rows.append(Row(made, utc_ms(record.at), _kind(record)))
    return rows


def _kind(record: KnownRecord) -> str:
    return str(type(record).__struct_config__.tag)
