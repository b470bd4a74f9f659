"""The open file: epochs, records, and what is showing.

Rule: this file knows rows; what they say is `signage.ledger`'s business.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from signage.ledger import Anchor, Line

_BATCH = 2000


class Epoch(msgspec.Struct, frozen=True):
    """An epoch as it lies in the file: where what is left of it begins, and where it ends."""

    number: int
    name: str
    screen: str
    first: Anchor
    head: Anchor


class Row(msgspec.Struct, frozen=True):
    """A line and what it is found by."""

    line: Line
    at_ms: int
    kind: str


class LedgerDb:
    """The open file. Only one thread may use it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def epochs(self) -> tuple[Epoch, ...]:
        """Gives all epochs, the oldest first."""
        found = []
        for number, name, screen, seq, first in self._db.execute(
            "SELECT number, name, screen, first_seq, first_hash FROM epoch ORDER BY number"
        ).fetchall():
            last = self._db.execute(
                "SELECT seq, hash FROM record WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (number,)
            ).fetchone()
            head = Anchor(name, *last) if last is not None else Anchor(name, seq, first)
            found.append(Epoch(number, name, screen, Anchor(name, seq, first), head))
        return tuple(found)

    def hash_at(self, epoch: str, seq: int) -> bytes | None:
        """Gives a record's hash; None where there is none."""
        row = self._db.execute(
            "SELECT record.hash FROM record JOIN epoch ON number = epoch WHERE name = ? AND seq = ?", (epoch, seq)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def begin_epoch(self, anchor: Anchor, screen: str) -> int:
        """Adds an epoch, in a transaction of its own with its first records or not at all: call within `writing`."""
        made = self._db.execute(
            "INSERT INTO epoch (name, screen, first_seq, first_hash) VALUES (?, ?, ?, ?)",
            (anchor.epoch, screen, anchor.seq, anchor.hash),
        )
        return int(made.lastrowid or 0)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all of it is on the disk at its end, or nothing of it. Raises sqlite3.Error."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def append(self, epoch: int, rows: Iterable[Row]) -> None:
        """Writes records; call within `writing`."""
        self._db.executemany(
            "INSERT INTO record (epoch, seq, at_ms, kind, text, hash) VALUES (?, ?, ?, ?, ?, ?)",
            ((epoch, row.line.seq, row.at_ms, row.kind, row.line.text, row.line.hash) for row in rows),
        )

    def mark_showing(self, marks: Iterable[tuple[str, bytes | None]]) -> None:
        """Notes what each zone shows now, None: nothing that is to be recorded; call within `writing`."""
        for zone, text in marks:
            if text is None:
                self._db.execute("DELETE FROM showing WHERE zone = ?", (zone,))
            else:
                self._db.execute("INSERT OR REPLACE INTO showing (zone, text) VALUES (?, ?)", (zone, text))

    def showing(self) -> dict[str, bytes]:
        """Gives what was showing when the file was last written, by zone."""
        return dict(self._db.execute("SELECT zone, text FROM showing ORDER BY zone").fetchall())

    def lines(self, epoch: Epoch, after: int = 0) -> Iterator[Line]:
        """Gives the records of an epoch after a number, in order, some thousand at a time."""
        for row in self.rows(epoch, after):
            yield row.line

    def rows(self, epoch: Epoch, after: int = 0) -> Iterator[Row]:
        """Gives the same with what they are found by."""
        while True:
            found = self._db.execute(
                "SELECT seq, text, hash, at_ms, kind FROM record WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
                (epoch.number, after, _BATCH),
            ).fetchall()
            for seq, text, digest, at_ms, kind in found:
                yield Row(Line(seq, bytes(text), bytes(digest)), at_ms, kind)
            if len(found) < _BATCH:
                return
            after = found[-1][0]

    def some(self, epoch: Epoch, after: int, most: int) -> tuple[Line, ...]:
        """Gives at most so many records of an epoch after a number, in order."""
        found = self._db.execute(
            "SELECT seq, text, hash FROM record WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
            (epoch.number, after, most),
        ).fetchall()
        return tuple(Line(seq, bytes(text), bytes(digest)) for seq, text, digest in found)

    def between(self, kind: str, from_ms: int, to_ms: int) -> Iterator[tuple[int, bytes]]:
        """Gives epoch number and text of the records of a kind from one time to before another, by time."""
        cursor = self._db.execute(
            "SELECT epoch, text FROM record WHERE kind = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, id",
            (kind, from_ms, to_ms),
        )
        while found := cursor.fetchmany(_BATCH):
            yield from found

    def oldest_ms(self) -> int | None:
        """Gives the time of the record that was written first; None without any."""
        row = self._db.execute("SELECT at_ms FROM record ORDER BY id LIMIT 1").fetchone()
        return None if row is None else int(row[0])

    def size_bytes(self) -> int:
        """Gives how much of the file is in use."""
        pages, free, size = (
            int(self._db.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    def drop_segment(self, epoch: Epoch, records: int, *, whole: bool) -> Anchor | None:
        """Takes so many of an epoch's oldest records away and gives where the rest begins; call within `writing`.

        None when fewer than as many again are left, unless the `whole` epoch may go.
        """
        upto = epoch.first.seq + records
        if epoch.head.seq - upto < records and not whole:
            return None
        upto = min(upto, epoch.head.seq)
        digest = self.hash_at(epoch.name, upto)
        if digest is None:
            return None
        self._db.execute("DELETE FROM record WHERE epoch = ? AND seq <= ?", (epoch.number, upto))
        self._db.execute(
            "UPDATE epoch SET first_seq = ?, first_hash = ? WHERE number = ?", (upto, digest, epoch.number)
        )
        return Anchor(epoch.name, upto, digest)

    def release_space(self, pages: int = 256) -> None:
        """Gives free pages back to the file system, some at a time."""
        self._db.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    def is_sound(self) -> bool:
        """Reads the whole file and says whether SQLite finds it in order."""
        told = self._db.execute("PRAGMA quick_check(1)").fetchall()
        return told == [("ok",)]

    def close(self) -> None:
        """Closes the file, the WAL folded in."""
        self._db.close()
