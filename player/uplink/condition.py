"""In which condition a ledger's file is found at a start: to be gone on with, or begun anew, and why.

Rule: whatever is not ours or is broken is put aside under another name, never overwritten.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from player.uplink.head import Head
from player.uplink.ledger_db import LedgerDamaged, LedgerDb
from signage.ledger import Anchor, Break, check

log = logging.getLogger(__name__)

TAIL = 1000
"""So many of the newest records are proved again at each start."""
ASIDE = ("", "-wal", "-shm")


class Found(msgspec.Struct, frozen=True):
    """An open file, and why it begins anew (empty: it does not) and under which name the former one lies."""

    db: LedgerDb
    reason: str = ""
    aside: str = ""


def found(path: Path, open_file: Callable[[Path], LedgerDb]) -> Found:
    """Gives the file at a path, open and in order; one that is not is put aside. Raises OSError and sqlite3.Error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = open_file(path)
    except LedgerDamaged as damage:
        aside = _put_aside(path, damage.reason)
        log.error("ledger %s (%s): put aside as %s", damage.reason, damage, aside)
        return Found(open_file(path), damage.reason, aside)
    if _holds(db):
        return Found(db)
    db.close()
    aside = _put_aside(path, "damaged")
    log.error("ledger damaged: put aside as %s", aside)
    return Found(open_file(path), "damaged", aside)


def why_anew(db: LedgerDb, screen: str, known: Head | None, *, had_file: bool) -> str:
    """Gives why a new epoch is needed; empty when the newest one goes on. `known` is where the ledger ended before."""
    epochs = db.epochs()
    if not epochs:
        return ("emptied" if had_file else "lost") if known is not None else "first run"
    if epochs[-1].screen != screen:
        return "another screen"
    if known is None:
        return ""
    if known.seq == 0:
        return "" if any(epoch.name == known.epoch for epoch in epochs) else "old copy"
    digest = db.hash_at(known.epoch, known.seq)
    if digest is not None:
        return "" if digest == known.hash else "another history"
    cut = next((epoch for epoch in epochs if epoch.name == known.epoch), None)
    return "" if cut is not None and cut.first.seq >= known.seq else "old copy"


def _holds(db: LedgerDb) -> bool:
    """Says whether the file is in order, and the newest records with it."""
    if not db.is_sound():
        return False
    for epoch in db.epochs()[-1:]:
        after = max(epoch.first.seq, epoch.head.seq - TAIL)
        digest = epoch.first.hash if after == epoch.first.seq else db.hash_at(epoch.name, after)
        if digest is None or any(
            isinstance(each, Break) for each in check(db.lines(epoch, after), Anchor(epoch.name, after, digest))
        ):
            return False
    return True


def _put_aside(path: Path, reason: str) -> str:
    number = 1
    while any(path.with_name(f"{path.name}.{reason}-{number}{end}").exists() for end in ASIDE):
        number += 1
    name = f"{path.name}.{reason}-{number}"
    for end in ASIDE:
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(path.with_name(name + end))
    return name
