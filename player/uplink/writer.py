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
from player.uplink.ledger_db import Epoch, LedgerDb, Row, open_ledger
from player.uplink.records import (
    Began,
    Entry,
    Happened,
    Receipt,
    event_record,
    fitting,
    play_record,
    receipt_record,
    showing_record,
    when,
)
from signage.ledger import Anchor, Details, KnownRecord, PlayRecord, genesis, line, utc_ms

log = logging.getLogger(__name__)

LEDGER = "ledger.db"
"""Its name in the state folder."""
HEAD_EVERY_S = 10.0
SEGMENT = 4096
"""Records are taken away by so many."""
KEEP_DAYS = 400
QUOTA_BYTES = 2 << 30
DAY_MS = 86_400_000


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
        self._db: LedgerDb | None = None
        self._epoch: Epoch | None = None
        self._head: Anchor | None = None
        self._attempted: tuple[int, Anchor] | None = None
        """What a failed commit would have led to: epoch number and head. It may have reached the disk all the same."""
        self._head_due = 0.0
        self._since_cut = 0

    @property
    def is_open(self) -> bool:
        """Whether it can be written to."""
        return self._db is not None

    def open(self, at: Moment) -> None:
        """Takes up the ledger, or begins one. Raises OSError and sqlite3.Error; then try again later."""
        known = read_head(self._head_path)
        had_file = self._path.exists() and self._path.stat().st_size > 0
        taken = found(self._path, self._open_file)
        db = taken.db
        try:
            reason = taken.reason or why_anew(db, self._screen, known, had_file=had_file)
            if reason:
                self._begin(db, reason, known, taken.aside, at)
            epoch = db.epochs()[-1]
            self._epoch, self._head = epoch, epoch.head
            self._db = db
            self._mark_interrupted(db)
        except BaseException:
            self._db = None
            db.close()
            raise
        self._cut_old(at)

    def write(self, entries: Sequence[Entry]) -> None:
        """Appends what happened, in order, in one transaction. Raises sqlite3.Error and OSError: nothing is written.

        A second try with the same entries writes them once, also when the first only seemed to fail.
        """
        db, epoch, head = self._must_be_open()
        if self._attempted == (epoch.number, head):
            self._attempted = None
            return  # the commit that was said to have failed is on the disk
        records: list[KnownRecord] = []
        marks: dict[str, bytes | None] = {}
        for entry in entries:
            match entry:
                case Began():
                    marks[entry.slot.zone] = msgspec.json.encode(showing_record(entry, self._boot))
                case Play():
                    records.append(play_record(entry, self._boot))
                    marks[entry.slot.zone] = None
                case Happened():
                    records.append(event_record(entry, self._boot))
                case Receipt():
                    records.append(receipt_record(entry, self._boot))
                case _:
                    assert_never(entry)
        self._commit(db, epoch, head, records, marks)
        if self._since_cut >= TAIL and entries:
            self._cut_old(when(entries[-1]))

    def renew(self, reason: str, at: Moment) -> None:
        """Begins a new epoch behind what is there. Raises sqlite3.Error and OSError: then the present one goes on."""
        db, _, head = self._must_be_open()
        self._begin(db, reason, Head(epoch=head.epoch, seq=head.seq, hash=head.hash), "", at)
        epoch = db.epochs()[-1]
        self._epoch, self._head, self._attempted = epoch, epoch.head, None
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

    def _mark_interrupted(self, db: LedgerDb) -> None:
        left = db.showing()
        if not left:
            return
        _, epoch, head = self._must_be_open()
        records: list[KnownRecord] = [msgspec.json.decode(text, type=PlayRecord) for text in left.values()]
        self._commit(db, epoch, head, records, dict.fromkeys(left))

    # Writing

    def _commit(
        self,
        db: LedgerDb,
        epoch: Epoch,
        head: Anchor,
        records: Sequence[KnownRecord],
        marks: dict[str, bytes | None],
    ) -> None:
        rows = _rows(records, head)
        after = Anchor(epoch.name, rows[-1].line.seq, rows[-1].line.hash) if rows else head
        self._attempted = (epoch.number, after) if rows else None
        with db.writing():
            db.append(epoch.number, rows)
            db.mark_showing(marks.items())
        self._attempted = None
        self._head = after
        self._since_cut += len(rows)
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
        now_ms = round(at.at.timestamp() * 1000)
        while True:
            oldest_ms = db.oldest_ms()
            is_old = oldest_ms is not None and at.clock != "unsynced" and now_ms - oldest_ms > self._keep_ms
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


def _rows(records: Iterable[KnownRecord], before: Anchor) -> list[Row]:
    rows = []
    for record in records:
        made = line(fitting(record), before)
        before = Anchor(before.epoch, made.seq, made.hash)
        rows.append(Row(made, utc_ms(record.at), _kind(record)))
    return rows


def _kind(record: KnownRecord) -> str:
    return str(type(record).__struct_config__.tag)
