"""Proves a ledger from its first record to its last, whoever made the copy.

Rule: nothing in the file is believed: hashes are recomputed, and what records are found by is compared with their text.
"""

import re
from collections.abc import Iterator

import msgspec

from player.uplink.ledger_db import Epoch, LedgerDb, Row
from signage.errors import Words
from signage.ledger import Anchor, Break, EventRecord, KnownRecord, UnknownRecord, check, genesis, read, utc_ms

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one epoch."""

    epoch: str
    screen: str
    reason: str
    """Why it began."""
    first_seq: int
    last_seq: int
    from_at: str
    to_at: str
    plays: int
    unknown: int
    """Records of kinds that only a later version knows."""
    head: str
    """The last record's hash: who wrote it down knows later that nothing before it was changed."""


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The whole ledger."""

    chapters: tuple[Chapter, ...]
    broken: Break | None

    @property
    def records(self) -> int:
        """How many records hold."""
        return sum(each.last_seq - each.first_seq + 1 for each in self.chapters if each.last_seq)


def audit(db: LedgerDb) -> Audit:
    """Reads everything, and stops at the first break. Raises sqlite3.DatabaseError where the file cannot be read."""
    chapters: list[Chapter] = []
    cuts: dict[str, Anchor] = {}
    epochs = db.epochs()
    for epoch in epochs:
        if epoch.first.seq == 0 and epoch.first != genesis(epoch.screen, epoch.name):
            return Audit(chapters=tuple(chapters), broken=_at(epoch, NOT_ITS_BEGINNING))
        chapter, broken = _chapter(db, epoch, cuts)
        chapters.append(chapter)
        if broken is not None:
            return Audit(chapters=tuple(chapters), broken=broken)
    for epoch in epochs:
        if epoch.first.seq > 0 and cuts.get(epoch.name) != epoch.first:
            return Audit(chapters=tuple(chapters), broken=_at(epoch, NO_TRACE))
    return Audit(chapters=tuple(chapters), broken=None)


NOT_ITS_BEGINNING = Words(
    "这一段的起点与屏幕编号和段号不符", "where this epoch begins does not belong to its screen and name"
)
NO_TRACE = Words(
    "开头的记录不见了，台账里没有写明是按期清理", "its first records are gone, and no record says that they were cut"
)
MISFILED = Words("检索用的时间或类型与内容不符", "the time or kind it is found by is not the one in its text")


def _at(epoch: Epoch, why: Words) -> Break:
    return Break(epoch=epoch.name, seq=epoch.first.seq + 1, why=why)


def _chapter(db: LedgerDb, epoch: Epoch, cuts: dict[str, Anchor]) -> tuple[Chapter, Break | None]:
    plays = unknown = 0
    first_at = last_at = reason = ""
    last = epoch.first
    broken: Break | None = None
    for row, found in _proved(db, epoch):
        if isinstance(found, Break):
            broken = found
            break
        last = Anchor(epoch.name, row.line.seq, row.line.hash)
        if isinstance(found, UnknownRecord):
            unknown += 1
            continue
        first_at, last_at = first_at or found.at, found.at
        plays += row.kind == "play"
        if isinstance(found, EventRecord):
            reason = reason or (str(found.details.get("reason", "")) if found.what == "epoch" else "")
            _note_cut(found, cuts)
    chapter = Chapter(
        epoch=epoch.name, screen=epoch.screen, reason=reason, first_seq=epoch.first.seq + 1, last_seq=last.seq,
        from_at=first_at, to_at=last_at, plays=plays, unknown=unknown, head=last.hash.hex(),
    )  # fmt: skip
    return chapter, broken


def _proved(db: LedgerDb, epoch: Epoch) -> Iterator[tuple[Row, KnownRecord | UnknownRecord | Break]]:
    before = epoch.first
    for row in db.rows(epoch, epoch.first.seq):
        for found in check([row.line], before):
            if isinstance(found, Break):
                yield row, found
                return
            record = _read(row)
            yield row, record if record is not None else Break(epoch=epoch.name, seq=row.line.seq, why=MISFILED)
            if record is None:
                return
            before = Anchor(epoch.name, row.line.seq, row.line.hash)


def _read(row: Row) -> KnownRecord | UnknownRecord | None:
    """Gives the record if it stands where its text belongs."""
    try:
        record = read(row.line.text)
        if isinstance(record, UnknownRecord):
            return record if record.kind == row.kind else None
        kind = str(type(record).__struct_config__.tag)
        return record if (kind, utc_ms(record.at)) == (row.kind, row.at_ms) else None
    except (msgspec.DecodeError, ValueError):  # its text is no record, or it says no time
        return None


def _note_cut(event: EventRecord, cuts: dict[str, Anchor]) -> None:
    if event.what != "truncated":
        return
    name, upto, digest = (event.details.get(key) for key in ("epoch", "upto", "hash"))
    if isinstance(name, str) and isinstance(upto, int) and isinstance(digest, str) and _DIGEST.fullmatch(digest):
        cuts[name] = Anchor(name, upto, bytes.fromhex(digest))
