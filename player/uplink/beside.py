"""Reads the ledger beside its writer, for the agent: opened again when another file took its place.

Rule: the disk is asked on threads that may be left behind: one that hangs does not hold up what is told to the office.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from player.answer import Answer, NoAnswer
from player.uplink.ledger_db import TROUBLE, Epoch, LedgerDb, open_beside
from signage.ledger import Line

T = TypeVar("T")

RETRY_S = 5.0
ANSWER_S = 3.0
"""A disk that says nothing for so long is not waited for; the ledger is not there until it answers."""
NO_ANSWER = "its disk does not answer"
log = logging.getLogger(__name__)


class Beside:
    """The ledger, read-only. Only one thread may use it; nothing here raises: what cannot be read is not there."""

    def __init__(self, path: Path, screen: str, *, answer_s: float = ANSWER_S) -> None:
        self._path, self._screen, self._answer_s = path, screen, answer_s
        self._db: LedgerDb | None = None
        self._inode = 0
        self._retry_at = 0.0
        self._said = ""
        self._asked: Answer[Any] | None = None
        """The last question to the disk; while it is not answered, there is no other."""

    def epochs(self, now: float) -> tuple[Epoch, ...]:
        """Gives this screen's epochs, the oldest first; empty while nothing can be read."""

        def ask() -> tuple[Epoch, ...]:
            db = self._opened(now)
            return db.epochs() if db is not None else ()

        found = self._in_time(ask, now)
        if found is None:
            return ()
        self._said = ""
        return tuple(epoch for epoch in found if epoch.screen == self._screen)

    def some(self, epoch: Epoch, after: int, most: int, now: float) -> tuple[Line, ...]:
        """Gives at most so many records after a number."""
        return self._in_time(lambda: self._db.some(epoch, after, most) if self._db is not None else (), now) or ()

    def hash_at(self, epoch: Epoch, seq: int, now: float) -> bytes | None:
        """Gives a record's hash, or that of where the epoch begins; None where there is none."""
        if seq == epoch.first.seq:
            return epoch.first.hash
        return self._in_time(lambda: self._db.hash_at(epoch.name, seq) if self._db is not None else None, now)

    def close(self) -> None:
        """Lets go of the file; of one whose disk hangs, when it answers."""
        if self._asked is None:
            self._let_go()
        else:
            self._asked.then(self._let_go)

    def _let_go(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _in_time(self, ask: Callable[[], T], now: float) -> T | None:
        """Returns what is found; None when it cannot be read, or not in time."""
        if self._asked is not None and not self._asked.is_there:
            return None
        try:
            self._asked = answer = Answer(ask, "ledger")
            found = answer.within(self._answer_s)
        except NoAnswer:
            if self._said != NO_ANSWER:
                log.warning("the ledger cannot be read for the office: %s", NO_ANSWER)
            self._said = NO_ANSWER
            return None
        except (*TROUBLE, RuntimeError) as fault:  # the last: no thread to be had
            self._failed(fault, now)
            return None
        self._asked = None
        return found

    def _opened(self, now: float) -> LedgerDb | None:
        if self._db is None and now < self._retry_at:
            return None
        inode = self._path.stat().st_ino
        if self._db is not None and inode != self._inode:
            self._let_go()  # a damaged ledger was put aside
        if self._db is None:
            self._db, self._inode = open_beside(self._path), inode
        return self._db

    def _failed(self, fault: Exception, now: float) -> None:
        self._asked = None
        self._let_go()
        self._retry_at = now + RETRY_S
        if str(fault) != self._said and not isinstance(fault, FileNotFoundError):
            log.warning("the ledger cannot be read for the office: %s", fault)
        self._said = str(fault)
