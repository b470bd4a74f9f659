"""Folds SQLite's write-ahead log into the database, while nobody writes.

SQLite before 3.51.3 may lose commits when one connection folds the log just as another one begins it anew (the
WAL-reset bug, sqlite.org/wal.html), and an office has several processes. So no connection folds by itself
(`wal_autocheckpoint=0` in the settings); this does, while a second connection of its own holds the writers' lock.
"""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from django.db import connection

AFTER_COMMITS = 64
AFTER_BYTES = 64 << 20
"""Of messages that were stored; the log takes two to three times as much."""
EVERY_S = 60.0
WAIT_S = 30.0


class Checkpoints:
    """Counts commits and folds the log now and then; does nothing for other databases. Only one thread may use it."""

    def __init__(self, fold: Callable[[str], None] | None = None) -> None:
        """`fold` folds the log of the database at a path; `fold_log` does, if none is given."""
        self._fold = fold or fold_log
        self._commits = self._bytes = 0
        self._last = time.monotonic()

    def committed(self, size: int = 0) -> None:
        """Takes that something was committed: messages of so many bytes."""
        self._commits += 1
        self._bytes += size

    def fold(self) -> None:
        """Folds the log, if it is time. Raises django.db.Error."""
        is_much = self._commits >= AFTER_COMMITS or self._bytes >= AFTER_BYTES
        is_due = is_much or time.monotonic() - self._last >= EVERY_S
        if not self._commits or not is_due or connection.vendor != "sqlite":
            return
        self._commits, self._bytes, self._last = 0, 0, time.monotonic()
        with connection.wrap_database_errors:
            self._fold(str(connection.settings_dict["NAME"]))


def fold_log(path: str) -> None:
    """Folds the log of a database, as far as nobody reads what is older. Raises sqlite3.Error."""
    with closing(_opened(path)) as guard, closing(_opened(path)) as folder:
        guard.execute("BEGIN IMMEDIATE")
        folder.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        guard.execute("ROLLBACK")


def _opened(path: str) -> sqlite3.Connection:
    opened = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("PRAGMA wal_autocheckpoint = 0")
    return opened
