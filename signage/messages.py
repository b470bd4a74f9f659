"""The messages of the contract `wuzha/1`, as values; docs/wire.md lists the same ones.

All that matters is in the payload. Messages are read strictly at the edge: the size before the parsing, then every
type and range; unknown fields are passed over, so a later version may add some. A field's meaning never changes.
Rule: pure; times are RFC 3339 text, hashes are 64 hexadecimal digits.
"""

import datetime as dt
from typing import Annotated, Literal, TypeVar, get_args

import msgspec

from signage.errors import Words, WuzhaError
from signage.timefloor import ClockQuality

# \Z, for $ also matches before a line break at the end.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seq = Count
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]
Epoch = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}\\Z")]
Short = Annotated[str, msgspec.Meta(max_length=300)]
Nonce = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{16})?\\Z")]
Screen = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{2,35}\\Z")]

MOST_RECORDS = 200
"""In one batch of the ledger."""
MOST_MARKS = 32
"""In one acknowledgement; the player takes an epoch beyond them for received."""

MOST_REFUSAL = 300
"""Characters of why a message is refused."""

Op = Literal[
    "shot", "next", "refresh", "identify", "volume", "brightness", "blackout", "filler", "restart", "resend",
]  # fmt: skip
OPS: tuple[Op, ...] = get_args(Op)
Step = Literal["heard", "verified", "fetched", "staged", "shown", "withdrawn", "refused"]
STEPS: tuple[Step, ...] = get_args(Step)
"""How far a publication came on a screen, in order; refused may follow any of the first four."""
Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
Value = str | Whole | float | bool | None
MOST_OF_A_KIND = 256
"""Zones, files, sentences, names or values in one message."""
Few = msgspec.Meta(max_length=MOST_OF_A_KIND)


class MessageError(WuzhaError):
    """A message that is refused whole: too large, not JSON, or not what its topic holds."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What all messages have."""

    v: Literal[1] = 1


class OfficeStatus(Message, frozen=True, kw_only=True):
    """`office/status`, retained, and the office's will: whether somebody takes ledgers now."""

    online: bool
    at: Short = ""
    ledger: Annotated[tuple[Count, ...], Few] = (1,)
    """The versions of ledger records that are taken."""


class ScreenStatus(Message, frozen=True, kw_only=True):
    """`screen/{id}/status`, retained, and the screen's will (`lost`)."""

    state: Literal["online", "offline", "lost"]
    conn: Count
    """Raised at every connection, kept over restarts: a will with an older one than was seen is out of date."""
    at: Short = ""


class LedgerMark(msgspec.Struct, frozen=True, kw_only=True):
    """How far the chain of one epoch goes."""

    epoch: Epoch
    upto: Seq
    """The number of the last record; 0: none."""
    head: Hash
    """Its hash; of the epoch's beginning when there is none."""


class LedgerExtent(msgspec.Struct, frozen=True, kw_only=True):
    """What of an epoch lies on the player."""

    epoch: Epoch
    first: Seq
    last: Seq
    head: Hash


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of signed metadata that a player trusts; 0: none yet."""

    root: Count = 0
    timestamp: Count = 0
    snapshot: Count = 0
    targets: Count = 0
    assign: Count = 0


class Birth(Message, frozen=True, kw_only=True):
    """`screen/{id}/birth`, retained: who speaks, after every connection."""

    screen: Screen
    conn: Count
    boot: Short
    at: Short
    clock: ClockQuality
    versions: Annotated[dict[Short, Short], Few] = {}
    """wuzha, python, sqlite, pillow, av, …"""
    canvas: tuple[Count, Count] = (0, 0)
    ledger: LedgerExtent | None = None
    """The newest epoch; None while the ledger cannot be read."""
    trusted: Trusted = Trusted()
    variables: Annotated[tuple[Short, ...], Few] | None = None
    """Names of the words that cards may use and that are filled in on the screen; None: an older player."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong, in a sentence for a person."""

    zh: Short
    en: Short


class ZoneState(msgspec.Struct, frozen=True, kw_only=True):
    """What a zone shows."""

    zone: Short
    playlist: Short = ""
    publication: Count = 0
    """The signed publication it came with; 0: the local folder."""
    item: Count = 0
    shows: Short = ""
    name: Short = ""
    """The media's name, or the card's or ticker's words."""


class PublicationState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a publication is on its way to the screen."""

    number: Count
    step: Step
    fetched: Count = 0
    """Files that are there, of `needed`."""
    needed: Count = 0
    fetched_bytes: Count = 0
    needed_bytes: Count = 0
    why: Trouble | None = None
    """Why it is refused or does not get on; of a staged one: what it waits for, or why it never plays."""
    prospect: Short = ""
    """Of a staged one that is not on air, as in `outlook.PROSPECTS`: waits, held or never; later versions may add."""


class RefusedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not shown, and why."""

    name: Short
    why: Trouble


class QuarantinedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A published file that is not shown for a while, because its bytes took two decoders down."""

    name: Short
    sha256: Hash
    publication: Count
    until: Short = ""
    """When it is tried again, by the screen's clock; an emergency tries it sooner."""
    why: Trouble


class ScreenState(Message, frozen=True, kw_only=True):
    """`screen/{id}/state`, retained: at once when something changed, else every 30 seconds."""

    conn: Count
    at: Short
    clock: ClockQuality
    zones: Annotated[tuple[ZoneState, ...], Few] = ()
    publications: Annotated[tuple[Count, ...], Few] = ()
    """Those on air: that own a zone now by their dates, times and ranks."""
    coming: Annotated[tuple[PublicationState, ...], Few] = ()
    """Those on their way, refused, or here and not on air."""
    refused: Annotated[tuple[RefusedFile, ...], Few] = ()
    """At most 20; `refused_count` says how many there are."""
    refused_count: Count = 0
    troubles: Annotated[tuple[Trouble, ...], Few] = ()
    disk_free_bytes: Count | None = None
    late_frames: Count = 0
    """Since the player was started."""
    frames: Count = 0
    volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 100
    brightness: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    blackout: bool = False
    filler: bool = False
    display: Short = "unknown"
    """How what it shows is presented just now; `presented.as_presented` reads it, for later versions may add words."""
    quarantined: Annotated[tuple[QuarantinedFile, ...], Few] = ()
    """Published files that are not shown for a while; the first 20."""
    nonce: Nonce = ""
    """Another one in every message: a command that repeats it was signed after it; empty: of an earlier version."""


class LedgerBatch(Message, frozen=True, kw_only=True):
    """`screen/{id}/ledger`: consecutive records of one epoch, each its exact text."""

    screen: Screen
    epoch: Epoch
    first: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    """The number of the first record here."""
    before: Hash
    """The hash before it: of record `first - 1`, or of the epoch's beginning."""
    after: Hash
    """The hash of the last one here."""
    oldest: Annotated[int, msgspec.Meta(ge=1, le=2**53)] = 1
    """The first number that the player can send: what is older was cut by age or fits into no batch; it never comes."""
    records: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_RECORDS)]


class LedgerAck(Message, frozen=True, kw_only=True):
    """`screen/{id}/ledger/ack`, retained: what the office has stored for good, without a gap, by epoch, newest first.

    It may go down: then the office was restored from a copy, and the player sends again.
    """

    marks: Annotated[tuple[LedgerMark, ...], msgspec.Meta(max_length=MOST_MARKS)] = ()


class Command(Message, frozen=True, kw_only=True):
    """`screen/{id}/command`: neither retained nor trusted late."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}\\Z")]
    screen: Screen
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    """Counts the commands to this screen; one that was reached is not taken again."""
    op: Op
    args: Annotated[dict[Short, Value], Few] = {}
    issued: Short
    not_after: Short
    """RFC 3339; not obeyed later than this."""
    by: Short = ""
    """Who asked for it, for the record."""
    answers: Nonce | msgspec.UnsetType = msgspec.UNSET
    """The nonce of the newest state that the office had: it proves to the screen how old the command is at most."""
    signature: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}\\Z")] = "0" * 128
    """Ed25519 over `trust.command_bytes`, by the online key."""


class Reply(Message, frozen=True, kw_only=True):
    """`screen/{id}/reply`: what became of a command."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}\\Z")]
    ok: bool
    why: Trouble | None = None
    data: Annotated[dict[Short, Value], Few] = {}


_Any = TypeVar("_Any", bound=Message)


def encode(message: Message) -> bytes:
    """Gives a message's payload."""
    return msgspec.json.encode(message)


def decode(payload: bytes, kind: type[_Any], most_bytes: int) -> _Any:
    """Reads a payload; unknown fields are passed over. Raises MessageError, and only that."""
    if len(payload) > most_bytes:
        raise MessageError(f"{kind.__name__} of {len(payload)} bytes, the limit is {most_bytes}")
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        # It may repeat all that was sent.
        raise MessageError(f"not a {kind.__name__}: {str(error)[:MOST_REFUSAL]}") from error


def time(text: str) -> dt.datetime:
    """Reads a time with offset. Raises MessageError."""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise MessageError(f"{text!r} is not a time") from error
    if at.tzinfo is None:
        raise MessageError(f"{text!r} has no offset")
    return at


def trouble(words: Words) -> Trouble:
    """Gives a sentence as messages carry it."""
    return Trouble(zh=words.zh[:300], en=words.en[:300])
