"""Reads batches of ledger records: proves their chain, and puts what is counted into columns.

This is the office's busiest loop: a screen's month is a hundred thousand records.
Rule: pure. A chain that does not hold is refused whole; a record that holds but cannot be understood is stored all the
same and counted as nothing, for a later version, or a broken player, must not stop the rest.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from operator import attrgetter

import msgspec

from office.collecting.chain import Run
from office.numbering import MOST_SEQ, SEQ_BITS
from signage.errors import ToldError, Words
from signage.ledger import (
    MAX_TEXT_BYTES,
    Anchor,
    Break,
    Details,
    EventRecord,
    KnownRecord,
    Line,
    PlayRecord,
    ReceiptRecord,
    UnknownRecord,
    check,
    is_black,
)
from signage.ledger import read as read_record
from signage.messages import LedgerBatch

MOST_NUMBER = 2**53
MOST_STEP = 20
"""Characters of what is kept of a receipt's step."""
EARLIEST, LATEST = 1969, 9998
"""Years that every database and calendar takes, in any zone."""

_SHOWN = attrgetter(
    "zone", "rank", "playlist", "playlist_sha256", "publication", "item", "shows", "media", "sha256", "card", "title"
)
ShownKey = tuple[str, str, str, str, int, int, str, str, str, str, str]
"""What plays of one item have in common: zone, rank, playlist, its SHA-256, publication, item, kind, media, SHA-256,
card, title."""

_decoded = msgspec.json.Decoder(KnownRecord).decode
_canonical = msgspec.json.Encoder(order="sorted").encode
_OUTCOMES = {"complete": 0, "cut": 1, "failed": 2}


class BrokenError(ToldError):
    """A batch whose chain does not hold in itself."""


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
    plays: list[tuple[int, int, int, int, int, int, int, bool, int | None]]
    """Key, epoch, what was shown, milliseconds since 1970, day as 20260606 and hour where the screen stands, outcome
    (0 complete, 1 cut, 2 failed), whether the clock was to be believed, milliseconds on the screen."""
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

    Raises BrokenError for a text that is no record.
    """
    found = Columns([], [], [])
    add_record, add_play, odd = found.records.append, found.plays.append, 0
    base = epoch << SEQ_BITS
    before = batch.run.before
    for seq, (text, digest) in enumerate(zip(batch.texts, batch.hashes, strict=True), batch.run.first):
        record = _record(text, seq, before, digest)
        before = digest
        key = base | seq
        add_record((key, text, digest))
        if record is None:
            odd += _claims_to_be_known(text)
            continue
        at = _time(record.at)
        if at is None:
            odd += 1
        elif not isinstance(record, PlayRecord):
            found.told.append((key, _told(record, at)))
        elif is_black(record):
            continue
        elif _is_countable(record):
            add_play((
                key, epoch, names[_SHOWN(record)], round(at.timestamp() * 1000),
                at.year * 10_000 + at.month * 100 + at.day, at.hour,
                _OUTCOMES[record.outcome], record.clock != "unsynced", record.actual_ms,
            ))  # fmt: skip
        else:
            odd += 1
    return msgspec.structs.replace(found, odd=odd) if odd else found


def _record(text: bytes, seq: int, before: bytes, digest: bytes) -> KnownRecord | None:
    """Gives a record, None for one of a later version. Raises BrokenError."""
    try:
        record = _decoded(text)
        # What reads back to the same bytes is canonical; fields and kinds of a later version need the longer proof.
        if record.seq == seq and len(text) <= MAX_TEXT_BYTES and _canonical(record) == text:
            return record
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        record = _of_later_version(text)
    _must_hold(Line(seq, text, digest), Anchor("", seq - 1, before))
    return record


def _of_later_version(text: bytes) -> KnownRecord | None:
    try:
        record = read_record(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return None if isinstance(record, UnknownRecord) else record


def _must_hold(line: Line, before: Anchor) -> None:
    if len(line.text) > MAX_TEXT_BYTES:
        raise BrokenError(Words(zh=f"第 {line.seq} 条太长", en=f"record {line.seq} is too long"))
    try:
        [found] = check((line,), before)
    except RecursionError as error:
        raise BrokenError(Words(zh=f"第 {line.seq} 条看不懂", en=f"record {line.seq} is nested too deeply")) from error
    if isinstance(found, Break):
        raise BrokenError(Words(f"第 {line.seq} 条：{found.why.zh}", f"record {line.seq}: {found.why.en}"))


def _claims_to_be_known(text: bytes) -> bool:
    try:
        return msgspec.json.decode(text, type=UnknownRecord).kind in ("play", "receipt")
    except msgspec.MsgspecError:
        return True


def _time(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and EARLIEST <= at.year <= LATEST else None


def _is_countable(play: PlayRecord) -> bool:
    lasted = play.actual_ms
    return (
        0 <= play.publication <= MOST_NUMBER
        and 0 <= play.item <= MOST_NUMBER
        and (lasted is None or 0 <= lasted <= MOST_NUMBER)
    )


def _told(record: EventRecord | ReceiptRecord, at: dt.datetime) -> EventRow | ReceiptRow:
    details = {_plain(key): _plain(value) if isinstance(value, str) else value for key, value in record.details.items()}
    match record:
        case EventRecord():
            return EventRow(at, record.what, details)
        case ReceiptRecord():
            return ReceiptRow(
                at, min(MOST_NUMBER, max(0, record.publication)), _plain(record.step)[:MOST_STEP], details
            )


def _plain(text: str) -> str:
    """Gives text that every database takes: PostgreSQL has no NUL."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def plain_shown(shown: ShownKey) -> ShownKey:
    """Gives the same in text that every database takes."""
    return tuple(_plain(each) if isinstance(each, str) else each for each in shown)  # type: ignore[return-value]
