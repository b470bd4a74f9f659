"""The ledger in SQLite: one file in the state folder, one writing connection, each commit flushed to the disk.

Rule: this file knows rows; what they say is `signage.ledger`'s business. SQLite before 3.51.3 may corrupt a WAL that
two connections checkpoint: whoever else reads opens the file read-only.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from player.durable import sync_folder
from signage.errors import WuzhaError
from signage.ledger import Anchor, Line

APPLICATION_ID = 0x575A4C31
VERSION = 1
SQLITE = sqlite3.sqlite_version
SEGMENT = 4096
"""Records are taken away by so many."""
_HEADER = b"SQLite format 3\0"
_BATCH = 2000

_SCHEMA = """
CREATE TABLE epoch (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, screen TEXT NOT NULL,
    first_seq INTEGER NOT NULL, first_hash BLOB NOT NULL) STRICT;
CREATE TABLE record (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL REFERENCES epoch (number), seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, kind TEXT NOT NULL, text BLOB NOT NULL, hash BLOB NOT NULL, UNIQUE (epoch, seq)) STRICT;
CREATE INDEX record_by_time ON record (kind, at_ms);
CREATE TABLE showing (zone TEXT PRIMARY KEY, text BLOB NOT NULL) STRICT;
"""


class LedgerDamaged(WuzhaError):
    """The file is not a ledger that can be gone on with; `reason` says which way: damaged, foreign, newer or lost."""

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(told)
        self.reason = reason


TROUBLE = (OSError, sqlite3.Error, LedgerDamaged)
"""All that reading or writing a ledger may raise."""


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

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever written."""
        return not self.epochs()

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

    def drop_segment(self, epoch: Epoch, *, whole: bool) -> Anchor | None:
        """Takes the oldest segment of an epoch away and gives where the rest begins; call within `writing`.

        None when less than two segments are left, unless the `whole` epoch may go.
        """
        upto = epoch.first.seq + SEGMENT
        if epoch.head.seq - upto < SEGMENT and not whole:
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


def open_ledger(path: Path) -> LedgerDb:
    """Opens the ledger to write, making it if there is none. Raises LedgerDamaged, OSError and sqlite3.Error."""
    if _look_at(path):
        _make(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _prepare(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            raise LedgerDamaged("damaged", str(error)) from error
        raise
    return LedgerDb(connection)


def open_copy(path: Path) -> LedgerDb:
    """Opens a ledger, in use or copied, only to read. Raises LedgerDamaged, OSError and sqlite3.Error."""
    with path.open("rb"):
        pass
    _look_at(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
    try:
        _must_be_ours(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise LedgerDamaged("damaged", str(error)) from error
    except LedgerDamaged:
        connection.close()
        raise
    return LedgerDb(connection)


def open_beside(path: Path) -> LedgerDb:
    """Opens, only to read, a ledger that another thread of this process writes. Raises what `open_copy` raises.

    Nothing but SQLite may open the file here: closing any other descriptor of it would drop the writer's locks (POSIX).
    """
    if not path.exists():
        raise FileNotFoundError(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1.0)
    try:
        _must_be_ours(connection)
    except BaseException:
        connection.close()
        raise
    return LedgerDb(connection)


def is_damage(error: sqlite3.Error) -> bool:
    """Says whether an error means that the file itself is broken, not the disk full or busy."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _look_at(path: Path) -> bool:
    """Refuses what is not even a database; says whether it is new: not there, or with nothing in it."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEADER))
    except FileNotFoundError:
        return True
    if head and head != _HEADER:
        raise LedgerDamaged("foreign", "not an SQLite file")
    return not head


def _make(path: Path) -> None:
    """Makes an empty ledger under another name and puts it in its place: a reader never meets half of one."""
    if path.with_name(f"{path.name}-wal").exists():  # SQLite would play it into the new file
        raise LedgerDamaged("lost", "its write-ahead log stands alone")
    made = path.with_name(f"{path.name}.new")
    for part in (made, made.with_name(f"{made.name}-journal")):
        part.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.executescript(
            f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {_SCHEMA} COMMIT;"
        )
    made.replace(path)
    sync_folder(path.parent)


def _prepare(connection: sqlite3.Connection) -> None:
    _must_be_ours(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -2000")
    connection.execute("PRAGMA journal_size_limit = 4194304")


def _must_be_ours(connection: sqlite3.Connection) -> None:
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if application != APPLICATION_ID:
        raise LedgerDamaged("foreign", "a database of another program")
    if version > VERSION:
        raise LedgerDamaged("newer", f"written by a later version (format {version}, this one reads {VERSION})")
    if version < VERSION:
        raise LedgerDamaged("foreign", f"format {version} never was ours")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not {"epoch", "record", "showing"} <= tables:
        raise LedgerDamaged("damaged", "tables are missing")
