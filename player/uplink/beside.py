"""Reads the ledger beside its writer, for the agent: opened again when another file took its place."""

import logging
from pathlib import Path

from player.uplink.ledger_db import TROUBLE, Epoch, LedgerDb, open_beside
from signage.ledger import Line

RETRY_S = 5.0
log = logging.getLogger(__name__)


class Beside:
    """The ledger, read-only. Only one thread may use it; nothing here raises: what cannot be read is not there."""

    def __init__(self, path: Path, screen: str) -> None:
        self._path, self._screen = path, screen
        self._db: LedgerDb | None = None
        self._inode = 0
        self._retry_at = 0.0
        self._said = ""

    def epochs(self, now: float) -> tuple[Epoch, ...]:
        """Gives this screen's epochs, the oldest first; empty while nothing can be read."""
        try:
            db = self._opened(now)
            found = db.epochs() if db is not None else ()
        except TROUBLE as fault:
            self._failed(fault, now)
            return ()
        self._said = ""
        return tuple(epoch for epoch in found if epoch.screen == self._screen)

    def some(self, epoch: Epoch, after: int, most: int, now: float) -> tuple[Line, ...]:
        """Gives at most so many records after a number."""
        try:
            return self._db.some(epoch, after, most) if self._db is not None else ()
        except TROUBLE as fault:
            self._failed(fault, now)
            return ()

    def hash_at(self, epoch: Epoch, seq: int, now: float) -> bytes | None:
        """Gives a record's hash, or that of where the epoch begins; None where there is none."""
        if seq == epoch.first.seq:
            return epoch.first.hash
        try:
            return self._db.hash_at(epoch.name, seq) if self._db is not None else None
        except TROUBLE as fault:
            self._failed(fault, now)
            return None

    def close(self) -> None:
        """Lets go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self, now: float) -> LedgerDb | None:
        if self._db is None and now < self._retry_at:
            return None
        inode = self._path.stat().st_ino
        if self._db is not None and inode != self._inode:
            self.close()  # a damaged ledger was put aside
        if self._db is None:
            self._db, self._inode = open_beside(self._path), inode
        return self._db

    def _failed(self, fault: Exception, now: float) -> None:
        self.close()
        self._retry_at = now + RETRY_S
        if str(fault) != self._said and not isinstance(fault, FileNotFoundError):
            log.warning("the ledger cannot be read for the office: %s", fault)
        self._said = str(fault)
