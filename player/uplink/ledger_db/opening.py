"""Makes the ledger's file and opens it.

Rule: SQLite before 3.51.3 may corrupt a WAL that two connections checkpoint: one writes, and whoever else reads opens
the file read-only.
"""

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from player.durable import sync_folder
from player.uplink.ledger_db.rows import LedgerDb
from signage.errors import WuzhaError

APPLICATION_ID = 0x575A4C31
VERSION = 1
SQLITE = sqlite3.sqlite_version
BUSY_S = 1.0
"""The writer waits so long at a time for another program that holds the file, and looks whether the end has come."""
_HEADER = b"SQLite format 3\0"

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


def _of(**columns: str) -> tuple[tuple[str, str, int], ...]:
    return tuple((name, kind, 0) for name, kind in columns.items())


_COLUMNS = {
    "epoch": _of(number="INTEGER", name="TEXT", screen="TEXT", first_seq="INTEGER", first_hash="BLOB"),
    "record": _of(id="INTEGER", epoch="INTEGER", seq="INTEGER", at_ms="INTEGER", kind="TEXT", text="BLOB", hash="BLOB"),
    "showing": _of(zone="TEXT", text="BLOB"),
}


class LedgerDamaged(WuzhaError):
    """The file is not a ledger that can be gone on with; `reason` says which way: damaged, foreign, newer or lost."""

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(told)
        self.reason = reason


class LedgerReplaced(WuzhaError):
    """Another file took the place of the open one."""


TROUBLE = (OSError, sqlite3.Error, LedgerDamaged, LedgerReplaced)
"""All that reading or writing a ledger may raise."""


def open_ledger(path: Path) -> LedgerDb:
    """Opens the ledger to write, making it if there is none. Raises LedgerDamaged, OSError and sqlite3.Error."""
    if _look_at(path):
        _make(path)
    for end in ("-wal", "-shm"):
        part = path.with_name(path.name + end)
        if part.exists() and not part.is_file():
            part.rename(path.with_name(f"{part.name}.{os.urandom(4).hex()}"))
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    try:
        _prepare(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
            raise LedgerDamaged("damaged", str(error)) from error
        raise
    return LedgerDb(connection)


def open_copy(path: Path) -> LedgerDb:
    """Opens a ledger, in use or copied, only to read. Raises LedgerDamaged, OSError and sqlite3.Error."""
    path.stat()
    _look_at(path)
    connection = _open_read_only(path, f"mode=ro{_alone(path)}", 5.0)
    try:
        _must_be_ours(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
            raise LedgerDamaged("damaged", str(error)) from error
        raise
    return LedgerDb(connection)


def open_beside(path: Path) -> LedgerDb:
    """Opens, only to read, a ledger that another thread of this process writes. Raises what `open_copy` raises.

    Any thread may use it, one at a time.

    Nothing but SQLite may open the file here: closing any other descriptor of it would drop the writer's locks (POSIX).
    """
    if not path.exists():
        raise FileNotFoundError(path)
    connection = _open_read_only(path, "mode=ro", 1.0, check_same_thread=False)
    try:
        _must_be_ours(connection)
    except BaseException:
        connection.close()
        raise
    return LedgerDb(connection)


def _open_read_only(path: Path, how: str, timeout_s: float, *, check_same_thread: bool = True) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout_s, check_same_thread=check_same_thread)


def _alone(path: Path) -> str:
    """A copy without a log, where nothing can be written beside it, is read as it lies: SQLite asks for it."""
    log = path.with_name(f"{path.name}-wal")
    is_alone = not os.access(path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)
    return "&immutable=1" if is_alone else ""


def is_passing(fault: Exception) -> bool:
    """Whether nothing was written and the file is as it was: another program holds it.

    On a full disk the file is better closed: that folds its log in, and the room of the log is there again.
    """
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_damage(error: sqlite3.Error) -> bool:
    """Says whether an error means that the file itself is broken, not the disk full or busy."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _look_at(path: Path) -> bool:
    """Refuses what is not even a database; says whether it is new: not there, or with nothing in it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise LedgerDamaged("foreign", "no ordinary file")  # and a pipe is not even opened
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
    # A larger one grows for hours and is no use: what is written lies at the end.
    connection.execute("PRAGMA cache_size = -400")
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
    for table, columns in _COLUMNS.items():
        # Not a view, not computed, and of types that SQLite has kept: else nothing that is read can be relied on.
        told = connection.execute("SELECT type, strict FROM pragma_table_list(?)", (table,)).fetchone()
        found = connection.execute("SELECT name, type, hidden FROM pragma_table_xinfo(?)", (table,)).fetchall()
        if told is None:
            raise LedgerDamaged("damaged", "tables are missing")
        if told != ("table", 1) or tuple(found) != columns:
            raise LedgerDamaged("damaged", "its tables are not a ledger's")
