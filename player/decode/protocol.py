"""What the screen process and a decoder worker say to each other.

A worker is a child process with one request in work at a time. Requests come to its standard input, replies leave by
its standard output; each is a 4-byte little-endian length and a MessagePack body of at most `MAX_MESSAGE_BYTES`.
The file that a request is about comes beside it as an open descriptor (`wire.py`), so that a worker needs no path.
Pictures and sound do not travel here: they go through the shared `rings`, which the screen process made.
"""

from typing import Protocol, cast

import msgspec

from player.decode.digests import Digests
from signage.errors import Words, WuzhaError
from signage.layout import Fit, Margin, Rotate
from signage.media import MediaFacts, MediaKind
from signage.slot import Card

MAX_MESSAGE_BYTES = 256 * 1024


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The upright zone that frames are made for; the ring receives them turned by `rotate`."""

    width_px: int
    height_px: int
    rotate: Rotate = 0
    fit: Fit = "contain"
    background: str = "#000000"
    margin: Margin = "background"


class Probe(msgspec.Struct, frozen=True, kw_only=True, tag="probe"):
    """Decode a file whole and say what it is. Answered by `Probed` or `Failed`."""

    request: int
    path: str
    """Empty when the file comes beside the request."""
    digests: Digests | None = None
    """What the file's bytes must be; others are not decoded. None: whatever is read counts."""
    max_pixels: int = 64_000_000
    """Of one picture; one frame of a video or of an animation may have a quarter of it."""
    max_duration_s: float = 4 * 3600.0


class ShowFile(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """Decode a picture, video or audio into the rings. Answered by `Ready`, then `Ended`; or `Failed` at any point."""

    request: int
    path: str
    """Empty when the file comes beside the request."""
    kind: MediaKind
    target: Target
    sha256: str = ""
    """Of the bytes that may be shown; a worker is told by `digests`."""
    digests: Digests | None = None
    """What the file's bytes must be; others are not decoded. None: whatever is read counts."""
    duration_s: float
    """How long the slot is to last: animations, video and audio loop to fill it and stop at it."""
    loop_s: float = 0.0
    """The media's own duration, from its facts; 0 for a still picture."""
    start_s: float = 0.0
    """Position in the media at which to begin."""
    sound: bool = False
    """Whether PCM is wanted."""


class ShowCard(msgspec.Struct, frozen=True, kw_only=True, tag="card"):
    """Draw a card as one frame."""

    request: int
    card: Card
    target: Target


class ShowStrip(msgspec.Struct, frozen=True, kw_only=True, tag="strip"):
    """Draw a ticker text as consecutive tiles of the target's size, left to right, `length_px` in all.

    The text begins at the left end; what it does not fill is background. Tile n carries n in its `index`; the last
    one says `last` and may be filled only in part (`used_px`).
    """

    request: int
    text: str
    length_px: int
    em_px: int
    target: Target


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag="stop"):
    """Give up the request in work and those before it; what it wrote is void. Answered by its `Ended` or `Failed`."""

    request: int


class Quit(msgspec.Struct, frozen=True, kw_only=True, tag="quit"):
    """End the process."""


Work = Probe | ShowFile | ShowCard | ShowStrip
Request = Work | Stop | Quit


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """The first thing a worker says."""

    pid: int
    sandbox: tuple[str, ...]
    """The walls that stand: `rlimits`, `no-new-privs`, `seccomp`, `landlock`, `no-network`."""


class Probed(msgspec.Struct, frozen=True, kw_only=True, tag="probed"):
    """What the file is, found by decoding it whole."""

    request: int
    facts: MediaFacts


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The first frame (and the first sound, if wanted) waits in the ring."""

    request: int
    has_sound: bool = False


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """Nothing more will be written for this request."""

    request: int
    frames: int


class Working(msgspec.Struct, frozen=True, kw_only=True, tag="working"):
    """A probe goes on; said about once a second, so that silence means that the worker hangs."""

    request: int


class Crashed(msgspec.Struct, frozen=True, kw_only=True, tag="crashed"):
    """The worker met a fault of its own and ends; for the log."""

    report: str


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The file cannot be shown, and why; the worker lives on."""

    request: int
    why: Words


Reply = Hello | Probed | Working | Ready | Ended | Failed | Crashed


class BrokenTalk(WuzhaError):
    """What came is no message of this protocol."""


def frame_message(message: Request | Reply) -> bytes:
    """Gives a message as it travels; raises BrokenTalk when it is too long or a name in it is no Unicode."""
    try:
        body = msgspec.msgpack.encode(message)
    except UnicodeEncodeError as error:
        raise BrokenTalk("a name that is not UTF-8") from error
    if len(body) > MAX_MESSAGE_BYTES:
        raise BrokenTalk(f"a message of {len(body)} bytes")
    return len(body).to_bytes(4, "little") + body


class Readable(Protocol):
    """A pipe or a socket, read like a file."""

    def read(self, count: int, /) -> bytes: ...


def read_body(stream: Readable, most_bytes: int = MAX_MESSAGE_BYTES) -> bytes | None:
    """Gives the next message's body from an unbuffered or buffered stream, None at its end; raises BrokenTalk."""
    head = _read_exactly(stream, 4)
    if head is None:
        return None
    length = int.from_bytes(head, "little")
    if length > most_bytes:
        raise BrokenTalk(f"a message of {length} bytes announced")
    return _read_exactly(stream, length)


def parse_request(body: bytes) -> Request:
    """Reads a request; raises BrokenTalk."""
    try:
        return cast(Request, _requests.decode(body))
    except msgspec.DecodeError as error:
        raise BrokenTalk(str(error)) from error


def parse_reply(body: bytes) -> Reply:
    """Reads a reply; raises BrokenTalk."""
    try:
        return cast(Reply, _replies.decode(body))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:  # what is no UTF-8 is a ValueError
        raise BrokenTalk(str(error)) from error


def _read_exactly(stream: Readable, count: int) -> bytes | None:
    """Gives `count` bytes, or None when the stream ends before."""
    parts = bytearray()
    while len(parts) < count:
        part = stream.read(count - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


_requests = msgspec.msgpack.Decoder(Request)
_replies = msgspec.msgpack.Decoder(Reply)
