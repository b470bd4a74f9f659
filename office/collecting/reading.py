"""Reads batches of ledger records: proves their chain, and puts what is counted into columns.

This is the office's busiest loop: a screen's month is a hundred thousand records.
Rule: pure. A chain that does not hold is refused whole; a record that it binds is stored whatever it says, and counted
as nothing when it cannot be understood: a later version, or a broken player, must not stop the rest. Numbers and
lengths that go into columns are bounded here, so that no sum and no page fails for what one screen wrote.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import get_args

import msgspec

from office.collecting.chain import Run
from office.collecting.plausible import PlayRow
from office.collecting.shown import ShownKey, plain
from office.numbering import MOST_SEQ, SEQ_BITS
from office.stored import EARLIEST, LATEST
from signage.errors import ToldError, Words
from signage.ledger import (
    MAX_TEXT_BYTES,
    UNREADABLE,
    Anchor,
    Break,
    Details,
    EventRecord,
    KnownRecord,
    Line,
    PlayRecord,
    ReceiptRecord,
    UnknownRecord,
    What,
    check,
    is_black,
)
from signage.ledger import read as read_record
from signage.messages import LedgerBatch
from signage.presented import Presented

MOST_NUMBER = 2**53
MOST_PLAY_MS = 366 * 86_400_000
"""A play that lasted longer was none. 2**63 holds the sum of three hundred million such."""
MOST_NAME = 2000
"""Characters of anything that has a name or says a sentence."""
MOST_DETAILS, MOST_KEY = 64, 100
"""Of an event or receipt, and characters of each one's name."""
MOST_DEPTH = 16
"""Of a record of a later version; those that we know have two."""
MOST_STEP = 20
"""Characters of what is kept of a receipt's step."""
_SECONDS = {
    f":{minute:02}:{second:02}": 60_000 * minute + 1000 * second for minute in range(60) for second in range(60)
}
_FRACTIONS = {f".{ms:03}": ms for ms in range(1000)}
_SHOWN = attrgetter(
    "zone", "rank", "playlist", "playlist_sha256", "publication", "item", "shows", "media", "sha256", "card", "title"
)
_NAMES = attrgetter("zone", "rank", "playlist", "playlist_sha256", "shows", "media", "sha256", "card", "title")

_decoded = msgspec.json.Decoder(KnownRecord).decode
_canonical = msgspec.json.Encoder(order="sorted").encode
_WHATS = frozenset(get_args(What))
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]')
"""Strings, which may hold anything, and the marks between them."""
OUTCOMES = {"complete": 0, "cut": 1, "failed": 2}
PRESENTED: dict[Presented, int] = {
    "unknown": 0, "seen": 1, "dark": 2, "covered": 3, "no-display": 4, "headless": 5,
}  # fmt: skip


class BrokenError(ToldError):
    """A batch whose chain does not hold in itself."""


class _Told(msgspec.Struct, frozen=True):
    what: str


class EventRow(msgspec.Struct, frozen=True):
    """An event."""

    at: dt.datetime
    what: str
    details: Details


class ReceiptRow(msgspec.Struct, frozen=True):
    """A receipt."""

    at: dt.datetime
    publication: int
    step: str
    details: Details


class Proved(msgspec.Struct, frozen=True):
    """A batch whose texts lead from the hash before to the hash after."""

    run: Run
    texts: list[bytes]
    hashes: list[bytes]


class Columns(msgspec.Struct, frozen=True):
    """Records as tables have them, each under its key."""

    records: list[tuple[int, bytes, bytes]]
    """Key, text, hash."""
    plays: list[PlayRow]
    """Key, epoch, what was shown, milliseconds since 1970, day as 20260606 and hour where the screen stands, outcome
    (0 complete, 1 cut, 2 failed), whether the clock was to be believed, milliseconds on the screen, how it was
    presented (as `office.models.PresentedAs`), and doubt, which is looked at later."""
    played: list[PlayRecord]
    """The records of the plays."""
    told: list[tuple[int, EventRow | ReceiptRow]]
    odd: int = 0
    """How many records claim to be of a kind that we know and are not."""


def proved(batch: LedgerBatch) -> Proved:
    """Gives the texts and hashes of a batch. Raises BrokenError."""
    last = batch.first + len(batch.records) - 1
    if last > MOST_SEQ or batch.oldest > batch.first:
        raise BrokenError(
            Words(zh="批次的编号不合理", en=f"its numbers cannot be: {batch.first}, oldest {batch.oldest}")
        )
    texts = [each.encode() for each in batch.records]
    digest = before = bytes.fromhex(batch.before)
    hashes = [digest := hashlib.sha256(digest + text).digest() for text in texts]
    if digest.hex() != batch.after:
        raise BrokenError(
            Words(zh="校验值与内容不符", en=f"records {batch.first}–{last} do not lead to the hash after")
        )
    return Proved(Run(batch.first, last, before, digest), texts, hashes)


def columns(batch: Proved, epoch: int, names: Mapping[ShownKey, int]) -> Columns:
    """Gives what a batch holds; `epoch` is the epoch's row, and `names` has the row of everything that is shown.

    A text that is no record is evidence all the same.
    """
    found = Columns([], [], [], [])
    add_record, add_play, add_played, odd = found.records.append, found.plays.append, found.played.append, 0
    base = epoch << SEQ_BITS
    before = batch.run.before
    for seq, (text, digest) in enumerate(zip(batch.texts, batch.hashes, strict=True), batch.run.first):
        record = _record(text, seq, before, digest)
        before = digest
        key = base | seq
        add_record((key, text, digest))
        if isinstance(record, UnknownRecord):
            continue
        when = None if record is None else _when(record.at)
        if record is None or when is None:
            odd += 1
        elif not isinstance(record, PlayRecord):
            at = _time(record.at)
            row = None if at is None else _told(record, at)
            if row is None:
                odd += 1
            else:
                found.told.append((key, row))
        elif is_black(record):
            continue
        elif _is_countable(record, text):
            add_played(record)
            add_play((
                key, epoch, names[_SHOWN(record)], *when,
                OUTCOMES[record.outcome], record.clock != "unsynced", record.actual_ms,
                PRESENTED[record.presented], 0,
            ))  # fmt: skip
        else:
            odd += 1
    return msgspec.structs.replace(found, odd=odd) if odd else found


def played_again(batch: Proved, plays: Sequence[PlayRow]) -> list[PlayRecord]:
    """Returns the records of plays that were read before."""
    texts = (batch.texts[(row[0] & MOST_SEQ) - batch.run.first] for row in plays)
    return [record for record in map(read_record, texts) if isinstance(record, PlayRecord)]


def _record(text: bytes, seq: int, before: bytes, digest: bytes) -> KnownRecord | UnknownRecord | None:
    """Returns a record, one of an unknown kind for a later version's, None for what cannot be understood."""
    if len(text) > MAX_TEXT_BYTES:
        return None
    try:
        record = _decoded(text)
        # What reads back to the same bytes is canonical; fields and kinds of a later version need the longer proof.
        if record.seq == seq and _canonical(record) == text:
            return record
    except UNREADABLE:
        pass
    [found] = check((Line(seq, text, digest),), Anchor("", seq - 1, before))
    if isinstance(found, Break) or depth(text) > MOST_DEPTH:
        return None
    try:
        later = read_record(text)
    except msgspec.DecodeError:
        return None
    return None if isinstance(later, UnknownRecord) and _claims_to_be_known(text, later.kind) else later


def _claims_to_be_known(text: bytes, kind: str) -> bool:
    if kind == "event":
        try:
            return msgspec.json.decode(text, type=_Told).what in _WHATS
        except UNREADABLE:
            return True
    return kind in ("play", "receipt", "")


def depth(text: bytes) -> int:
    """Returns how deeply lists and objects of canonical JSON stand in each other."""
    most = now = 0
    for mark in _MARKS.findall(text):
        now += 1 if mark in b"[{" else -1 if mark in b"]}" else 0
        most = max(most, now)
    return most


def _when(text: str) -> tuple[int, int, int] | None:
    """Returns milliseconds since 1970, the day as 20260606 and the hour; None for what is no time.

    Players write `2026-06-06T07:00:00.000+08:00`; of that only the hour has to be worked out, and seldom.
    """
    if len(text) == 29:
        seconds, fraction = _SECONDS.get(text[13:19]), _FRACTIONS.get(text[19:23])
        if seconds is not None and fraction is not None:
            hour = _hour(text[:13], text[23:])
            return None if hour is None else (hour[0] + seconds + fraction, hour[1], hour[2])
    return _worked_out(text)


@lru_cache(maxsize=1024)
def _hour(hour: str, offset: str) -> tuple[int, int, int] | None:
    return _worked_out(f"{hour}:00:00.000{offset}")


def _worked_out(text: str) -> tuple[int, int, int] | None:
    at = _time(text)
    if at is None:
        return None
    return round(at.timestamp() * 1000), at.year * 10_000 + at.month * 100 + at.day, at.hour


def _time(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and EARLIEST <= at.year <= LATEST else None


def _is_countable(play: PlayRecord, text: bytes) -> bool:
    lasted = play.actual_ms
    return (
        0 <= play.publication <= MOST_NUMBER
        and 0 <= play.item <= MOST_NUMBER
        and (lasted is None or 0 <= lasted <= MOST_PLAY_MS)
        # No part of a text is longer than the text: so the names of nearly all plays need no look.
        and (len(text) <= MOST_NAME or all(len(each) <= MOST_NAME for each in _NAMES(play)))
    )


def _told(record: EventRecord | ReceiptRecord, at: dt.datetime) -> EventRow | ReceiptRow | None:
    """Returns the row of an event or receipt; None when it has impossible values."""
    if len(record.details) > MOST_DETAILS or not all(map(_is_plausible, record.details.items())):
        return None
    details = {plain(key): plain(value) if isinstance(value, str) else value for key, value in record.details.items()}
    match record:
        case EventRecord():
            return EventRow(at, record.what, details)
        case ReceiptRecord():
            step = plain(record.step)[:MOST_STEP]
            return ReceiptRow(at, record.publication, step, details) if 0 <= record.publication <= MOST_NUMBER else None


def _is_plausible(detail: tuple[str, str | int | bool | None]) -> bool:
    key, value = detail
    if isinstance(value, str):
        return len(key) <= MOST_KEY and len(value) <= MOST_NAME
    return len(key) <= MOST_KEY and (value is None or -MOST_NUMBER <= value <= MOST_NUMBER)
