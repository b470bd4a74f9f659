"""What the loop knows, as records of the ledger.

Rule: pure; the records get their numbers where they are written.
"""

import msgspec

from player.state import Moment, Play
from signage.ledger import (
    MAX_TEXT_BYTES,
    Details,
    EventRecord,
    KnownRecord,
    PlayRecord,
    ReceiptRecord,
    What,
    canonical,
    moment,
    utc_ms,
)
from signage.messages import Step
from signage.printable import printable
from signage.slot import Slot

INTERRUPTED = "interrupted"
"""The reason of a play that was showing when the player died."""
MOST_TITLE = 80
MOST_REASON = 300
ROOM_BYTES = 64
"""For the number that a record gets when it is written."""
_TEXTS = ("zone", "playlist", "media", "card", "title", "reason", "step")
"""What may be cut: the other words of a record are of a fixed form."""


class Began(msgspec.Struct, frozen=True):
    """A slot's first frame is on the screen."""

    slot: Slot
    at: Moment


class Happened(msgspec.Struct, frozen=True):
    """An event."""

    what: What
    details: Details
    at: Moment


class Receipt(msgspec.Struct, frozen=True):
    """How far a publication came."""

    publication: int
    step: Step
    details: Details
    at: Moment


Entry = Began | Play | Happened | Receipt
"""What waits to be written."""


def when(entry: Entry) -> Moment:
    """Gives the moment that an entry is of; of a play, its end."""
    return entry.ended if isinstance(entry, Play) else entry.at


def play_record(play: Play, boot: str) -> PlayRecord:
    """Gives the record of a play that is over; one that never began has the time of its end."""
    return msgspec.structs.replace(
        _of_slot(play.slot, play.began or play.ended, boot),
        outcome=play.outcome,
        reason=play.reason[:MOST_REASON],
        actual_ms=_ms(play.shown_s),
        frames=play.frames,
        late_frames=play.late_frames,
        presented=play.presented,
        heard=play.heard,
    )


def showing_record(began: Began, boot: str) -> PlayRecord:
    """Gives the record to be written if the player dies while this is showing."""
    return _of_slot(began.slot, began.at, boot)


def read_showing(text: bytes) -> PlayRecord | None:
    """Returns the record that `showing_record` made; None for a text that is none such."""
    try:
        record = msgspec.json.decode(text, type=PlayRecord)
        utc_ms(record.at)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    return record


def event_record(happened: Happened, boot: str) -> EventRecord:
    """Gives the record of an event."""
    at = happened.at
    return EventRecord(
        at=moment(at.at), boot=boot, mono_ms=_ms(at.now), clock=at.clock, what=happened.what, details=happened.details
    )


def receipt_record(receipt: Receipt, boot: str) -> ReceiptRecord:
    """Gives the record of a receipt."""
    at = receipt.at
    return ReceiptRecord(
        at=moment(at.at), boot=boot, mono_ms=_ms(at.now), clock=at.clock, publication=receipt.publication,
        step=receipt.step, details=receipt.details,
    )  # fmt: skip


def fitting(record: KnownRecord) -> KnownRecord:
    """Returns the record; one that no batch could carry to the office is cut until one can.

    What is written here comes from playlists, file names, libraries and decoders, each cut where it comes in. This is
    for what was forgotten there: a record that is too large would hold up all those behind it for ever, and one with
    a broken byte of a file's name in it could not be written at all.
    """
    try:
        canonical(record)
    except UnicodeEncodeError:
        record = _printable(record)
    for most in (4096, 1024, 256, 64, 16, 0):
        if len(canonical(record)) <= MAX_TEXT_BYTES - ROOM_BYTES:
            break
        record = _cut(record, most)
    return record


def _cut(record: KnownRecord, most: int) -> KnownRecord:
    texts = {name: value[:most] for name in _TEXTS if isinstance(value := getattr(record, name, None), str)}
    if isinstance(record, PlayRecord):
        return msgspec.structs.replace(record, **texts)
    pairs = list(record.details.items())[: max(1, most)]
    return msgspec.structs.replace(record, details={key[:most]: _short(value, most) for key, value in pairs}, **texts)


def _printable(record: KnownRecord) -> KnownRecord:
    texts = {name: printable(value) for name in _TEXTS if isinstance(value := getattr(record, name, None), str)}
    if isinstance(record, PlayRecord):
        return msgspec.structs.replace(record, **texts)
    details = {printable(k): printable(v) if isinstance(v, str) else v for k, v in record.details.items()}
    return msgspec.structs.replace(record, details=details, **texts)


def _short(value: str | int | bool | None, most: int) -> str | int | bool | None:
    return value[:most] if isinstance(value, str) else value


def _of_slot(slot: Slot, began: Moment, boot: str) -> PlayRecord:
    if slot.strip is not None:
        title = slot.strip.text
    else:
        title = slot.card.title or slot.card.text if slot.card is not None else ""
    return PlayRecord(
        at=moment(began.at),
        boot=boot,
        mono_ms=_ms(began.now),
        clock=began.clock,
        zone=slot.zone,
        rank=slot.rank,
        playlist=slot.playlist,
        playlist_sha256=slot.playlist_sha256,
        publication=slot.publication,
        item=slot.item,
        shows=slot.kind,
        media=slot.media.name if slot.media is not None else "",
        sha256=slot.media.sha256 if slot.media is not None else "",
        card=slot.card.template if slot.card is not None else "",
        title=" ".join(title.split())[:MOST_TITLE],
        planned_ms=round(slot.planned_s * 1000),
        outcome="cut",
        reason=INTERRUPTED,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
