"""The ledger's records, and the chain that binds them.

Each record is one line of canonical JSON: keys sorted, no spaces, UTF-8, no fractions. Each has a hash over the hash
before it and its own text, so that nothing can be changed, left out or put between without every later hash changing.
Rule: pure; this file knows text and hashes, no clock, file or database.
"""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from signage.cards import BLACK
from signage.errors import Words
from signage.heard import Heard, as_heard
from signage.presented import Presented, as_presented
from signage.timefloor import ClockQuality

FORMAT = 1
HASH_BYTES = 32
MAX_TEXT_BYTES = 16 * 1024
"""Of one record; what a person wrote is cut before it comes here."""
MOST_WHY = 300

Outcome = Literal["complete", "cut", "failed"]
Details = dict[str, str | int | bool | None]
What = Literal[
    "epoch", "start", "stop", "clock_step", "refused", "quarantined", "changed", "quiet_begins", "quiet_ends",
    "blackout_begins", "blackout_ends", "filler_begins", "filler_ends", "lost", "truncated", "display", "sound",
]  # fmt: skip


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """What all records have."""

    seq: int = 0
    """Its number in its epoch, from 1; given when it is written."""
    at: str
    """Wall time as it was believed, RFC 3339 with milliseconds and offset; of a play, of its first frame."""
    boot: str
    """Names the run of the operating system in which `mono_ms` counts."""
    mono_ms: int
    """Monotonic milliseconds of the same moment."""
    clock: ClockQuality


class PlayRecord(Record, frozen=True, kw_only=True, tag="play", omit_defaults=True):
    """One showing of one item."""

    zone: str
    rank: str
    playlist: str = ""
    """Empty for the built-in notice and for the bare folder."""
    playlist_sha256: str = ""
    """Of the playlist's text as it was played."""
    publication: int = 0
    """The number of the signed publication it came with; 0: nobody signed it."""
    item: int = 0
    shows: str
    """image, video, audio, card or ticker."""
    media: str = ""
    sha256: str = ""
    """Of the media's bytes."""
    card: str = ""
    title: str = ""
    """The card's title or the beginning of the ticker's text."""
    planned_ms: int
    actual_ms: int | None = None
    """How long it was on the screen; None when the player died meanwhile and nobody knows."""
    frames: int = 0
    late_frames: int = 0
    outcome: Outcome
    reason: str = ""
    presented: Presented = "unknown"
    """What is known of whether anybody could see it; records made before there was this field say nothing."""
    heard: Heard = ""
    """What is known of whether its sound could be heard; nothing for what has none, and in records from before."""


class EventRecord(Record, frozen=True, kw_only=True, tag="event", omit_defaults=True):
    """Something that bears on what was played."""

    what: What
    details: Details = {}


class ReceiptRecord(Record, frozen=True, kw_only=True, tag="receipt", omit_defaults=True):
    """How far a publication came."""

    publication: int
    step: str
    details: Details = {}


def is_black(play: PlayRecord) -> bool:
    """Says whether a play is the black of a blackout: it stands in the ledger, but nothing was shown to be counted."""
    return play.card == BLACK


class UnknownRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a later version: it stands in the chain, but nothing is counted of it."""

    kind: str = ""
    """Empty where it has none, or one that is no word."""


class _Kinded(msgspec.Struct, frozen=True):
    kind: object = ""


class _Worded(msgspec.Struct, frozen=True):
    presented: str = "unknown"
    heard: str = ""


UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading a text that others wrote may raise; UnicodeDecodeError is a ValueError."""

KnownRecord = PlayRecord | EventRecord | ReceiptRecord
_KNOWN: msgspec.json.Decoder[KnownRecord] = msgspec.json.Decoder(KnownRecord)


class Line(msgspec.Struct, frozen=True):
    """A record as it is kept."""

    seq: int
    text: bytes
    hash: bytes


class Anchor(msgspec.Struct, frozen=True):
    """Where a chain, or what is left of it, begins: the number and hash before its first record."""

    epoch: str
    seq: int
    hash: bytes


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where a chain does not hold."""

    epoch: str
    seq: int
    why: Words


def genesis(screen: str, epoch: str) -> Anchor:
    """Gives where the chain of an epoch begins; it binds every record to its screen and epoch."""
    return Anchor(epoch, 0, hashlib.sha256(f"wuzha/1 ledger\n{screen}\n{epoch}\n".encode()).digest())


def canonical(record: KnownRecord) -> bytes:
    """Gives a record's text."""
    return msgspec.json.encode(record, order="sorted")


def chained(before: bytes, text: bytes) -> bytes:
    """Gives a record's hash: SHA-256 of the hash before it and its text."""
    return hashlib.sha256(before + text).digest()


def line(record: KnownRecord, before: Anchor) -> Line:
    """Gives a record its number and hash behind another one."""
    numbered = msgspec.structs.replace(record, seq=before.seq + 1)
    text = canonical(numbered)
    return Line(numbered.seq, text, chained(before.hash, text))


def read(text: bytes) -> KnownRecord | UnknownRecord:
    """Reads a record; fields, kinds and words of a later version are passed over, as is a kind that is no word.

    Raises msgspec.DecodeError, and only that, for what is no JSON object or nested too deeply.
    """
    try:
        return _KNOWN.decode(text)
    except msgspec.ValidationError:
        return _of_later_version(text)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


def _of_later_version(text: bytes) -> KnownRecord | UnknownRecord:
    """Reads a play that was presented or heard in a way that has no word here yet as one of which that is unknown."""
    try:
        kind = msgspec.json.decode(text, type=_Kinded).kind
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    claims = UnknownRecord(kind=kind if isinstance(kind, str) else "")
    if claims.kind == "play":
        with contextlib.suppress(*UNREADABLE):
            told = msgspec.json.decode(text, type=_Worded)
            known = {"presented": as_presented(told.presented), "heard": as_heard(told.heard)}
            if known != msgspec.structs.asdict(told):
                found: KnownRecord = msgspec.convert({**msgspec.json.decode(text), **known}, KnownRecord)
                return found
    return claims


def check(lines: Iterable[Line], anchor: Anchor) -> Iterator[Line | Break]:
    """Gives the lines of one epoch as long as the chain holds, and then the break."""
    before = anchor
    for each in lines:
        why = _wrong(each, before)
        if why is not None:
            yield Break(epoch=anchor.epoch, seq=each.seq, why=why)
            return
        before = Anchor(anchor.epoch, each.seq, each.hash)
        yield each


def _wrong(each: Line, before: Anchor) -> Words | None:
    if each.seq != before.seq + 1:
        return Words(
            f"第 {before.seq} 条之后应是第 {before.seq + 1} 条，却是第 {each.seq} 条：缺少或重复了记录",
            f"after record {before.seq} comes {each.seq}: records are missing or doubled",
        )
    if chained(before.hash, each.text) != each.hash:
        return Words("内容与校验值不符：这一条或前一条被改动过", "its text does not match its hash: it was changed")
    return _no_record(each)


def _no_record(each: Line) -> Words | None:
    """Returns why a text that the chain binds is no record; None when it is one."""
    try:
        told = msgspec.json.decode(each.text)
    except RecursionError:
        return Words("内容嵌套太深", "its text is nested too deeply")
    except UNREADABLE:
        return Words("内容不是 JSON", "its text is not JSON")
    if not isinstance(told, dict) or told.get("seq") != each.seq:
        return Words("内容里的编号与位置不符", "the number in its text is another one")
    if msgspec.json.encode(told, order="sorted") != each.text:
        return Words(
            "内容不是规范写法（例如同一个键写了两次）", "its text is not canonical, such as a key written twice"
        )
    return None


def because(why: Words) -> Details:
    """Gives the details of a receipt `refused`."""
    return {"why": why.en[:MOST_WHY], "why_zh": why.zh[:MOST_WHY]}


def why_refused(details: Details) -> Words:
    """Reads them; one language stands in for the other, and without either both are empty."""
    en, zh = (str(details.get(key) or "") for key in ("why", "why_zh"))
    return Words(zh=zh or en, en=en or zh)


def moment(at: dt.datetime) -> str:
    """Gives an aware time as records write it."""
    return at.isoformat(timespec="milliseconds")


def utc_ms(at: str) -> int:
    """Gives a record's time as milliseconds since 1970, for sorting and searching. Raises ValueError for no time."""
    found = dt.datetime.fromisoformat(at)
    if found.tzinfo is None:
        raise ValueError("no offset: it would mean another moment on every machine")
    try:
        return round(found.timestamp() * 1000)
    except OverflowError as error:
        raise ValueError("beyond the years that there are") from error
