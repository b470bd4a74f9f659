"""What signed documents may say, and when a command is to be obeyed.

Content is a TUF repository. The role `targets` (two different people) signs `publication/…`, the delegated role
`assign` (the online key) signs `assign/…` only, so whoever has the office's server chooses among approved content at
most. Rule: pure; versions, texts and keys come as values.
"""

import datetime as dt
import re
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signage.errors import ToldError, Words
from signage.filenames import astray
from signage.messages import Command, Count, Hash, MessageError, Screen, Short, Trusted, time
from signage.source import MAX_FILE_BYTES
from signage.timefloor import ClockQuality

ASSIGN = "assign"
"""The delegated role."""
SIGNED_AT = "signed_at"
"""Of the timestamp, beside what TUF says of it: when it was signed, RFC 3339."""
SIGNERS = 2
"""Different people who must have signed what may be shown."""

MOST_TARGETS = 20_000
MOST_PLAYLISTS = 200
"""On one screen."""
MOST_ASSIGNMENT_BYTES = 256 * 1024
MOST_MEDIA_BYTES = 8 << 30
COMMAND_S = 300
"""How long a command may be valid at most."""
CLOCK_SKEW_S = 120
"""The office's clock may be ahead by so much."""

_TARGET = re.compile(r"publication/([1-9][0-9]{0,8})/(playlists|media)/(.+)")
_ASSIGN = re.compile(r"assign/([a-z0-9][a-z0-9-]{2,35})\.json")


class TrustError(ToldError):
    """Something signed, or claiming to be, that is not believed."""


class PlaylistTarget(msgspec.Struct, frozen=True, tag="playlist"):
    """`publication/12/playlists/morning.toml`."""

    publication: int
    name: str
    """The stem, such as `morning`; `calendar` is the publication's calendar."""


class MediaTarget(msgspec.Struct, frozen=True, tag="media"):
    """`publication/12/media/posters/a.png`."""

    publication: int
    name: str
    """As playlists write it: `posters/a.png`."""


class AssignTarget(msgspec.Struct, frozen=True, tag="assign"):
    """`assign/sq-square-led1.json`."""

    screen: str


Target = PlaylistTarget | MediaTarget | AssignTarget


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """One publication that a screen is to show."""

    publication: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
    playlists: Annotated[tuple[Short, ...], msgspec.Meta(max_length=MOST_PLAYLISTS)]
    """Stems of its playlists that this screen shows."""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `assign/{screen}.json`: all that the office wants on the screen; empty: nothing."""

    v: Literal[1] = 1
    screen: Screen
    shows: Annotated[tuple[Assigned, ...], msgspec.Meta(max_length=MOST_PLAYLISTS)] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a signature vouches for."""

    target: Target
    sha256: Hash
    size_bytes: Count


def target_path(target: Target) -> str:
    """Gives the path under which a target is signed."""
    match target:
        case PlaylistTarget(publication, name):
            return f"publication/{publication}/playlists/{name}.toml"
        case MediaTarget(publication, name):
            return f"publication/{publication}/media/{name}"
        case AssignTarget(screen):
            return f"assign/{screen}.json"


def read_target(path: str) -> Target:
    """Reads a signed path. Raises TrustError for anything but a plain name in its own place."""
    if found := _ASSIGN.fullmatch(path):
        return AssignTarget(found[1])
    found = _TARGET.fullmatch(path)
    why = astray(found[3]) if found else None
    if not found or why is not None:
        raise TrustError(
            why or Words(zh=f"签名清单里有不认识的路径 {path[:80]!a}", en=f"no path for a publication: {path[:80]!a}")
        )
    publication, name = int(found[1]), found[3]
    if found[2] == "media":
        return MediaTarget(publication, name)
    if "/" in name or not name.endswith(".toml") or name == ".toml":
        raise TrustError(Words(zh=f"不是播放表的路径 {path[:80]!a}", en=f"not the path of a playlist: {path[:80]!a}"))
    return PlaylistTarget(publication, name.removesuffix(".toml"))


def most_bytes(target: Target) -> int:
    """Gives the largest size that a target may have, in bytes."""
    match target:
        case PlaylistTarget():
            return MAX_FILE_BYTES
        case MediaTarget():
            return MOST_MEDIA_BYTES
        case AssignTarget():
            return MOST_ASSIGNMENT_BYTES


def read_assignment(text: bytes, screen: str) -> Assignment:
    """Reads a screen's assignment. Raises TrustError when it is malformed or another screen's."""
    try:
        if len(text) > MOST_ASSIGNMENT_BYTES:
            raise msgspec.ValidationError("too large")
        found = msgspec.json.decode(text, type=Assignment)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TrustError(Words(zh="分配文件看不懂", en=f"the assignment is malformed: {error}")) from error
    if found.screen != screen:
        raise TrustError(Words(zh="分配文件属于另一块屏幕", en="the assignment is another screen's"))
    return found


def went_back(floor: Trusted, now: Trusted) -> tuple[str, ...]:
    """Names the roles whose version is lower than one that was trusted before."""
    return tuple(
        role
        for role in ("root", "timestamp", "snapshot", "targets", "assign")
        if getattr(now, role) < getattr(floor, role)
    )


def raised(floor: Trusted, now: Trusted) -> Trusted:
    """Gives the highest version of each role."""
    roles = ("root", "timestamp", "snapshot", "targets", "assign")
    return Trusted(**{role: max(getattr(floor, role), getattr(now, role)) for role in roles})


def above(floor: Trusted) -> Trusted:
    """Gives the next version of each role; the root's goes its own way."""
    return Trusted(
        root=floor.root,
        timestamp=floor.timestamp + 1,
        snapshot=floor.snapshot + 1,
        targets=floor.targets + 1,
        assign=floor.assign + 1,
    )


# Commands


def command_bytes(command: Command) -> bytes:
    """Gives what a command's signature is over."""
    unsigned = msgspec.structs.replace(command, signature="0" * 128)
    return b"wuzha/1 command\n" + msgspec.json.encode(unsigned, order="sorted")


def sign_command(command: Command, key: Ed25519PrivateKey) -> Command:
    """Gives the command with its signature."""
    return msgspec.structs.replace(command, signature=key.sign(command_bytes(command)).hex())


def why_not_obeyed(
    command: Command,
    *,
    screen: str,
    last_number: int,
    at: dt.datetime,
    keys: tuple[bytes, ...],
    clock: ClockQuality = "ntp",
    least: dt.datetime | None = None,
    age_s: float | None = None,
) -> Words | None:
    """Says why a command is refused, or None.

    `last_number` is the highest number that this screen ever took, `at` the believed time and `clock` how good it is,
    `keys` the raw Ed25519 public keys of the trusted role `assign`. A clock that is not believed stands at a time that
    is past: it cannot tell what lies in the future, and a screen with an empty battery must still go dark when told.
    Nor can it tell what is late, but by `least`, the time that it is at least. `age_s` is how old the command is at
    most, where it answers this screen: then no clock is asked.
    """
    if command.screen != screen:
        return Words(zh="这是给另一块屏幕的命令", en="it is for another screen")
    if signing_key(command, keys) is None:
        return Words(zh="签名不对", en="its signature does not hold")
    if command.number <= last_number:
        return Words(
            zh=f"编号 {command.number} 已经用过（最新 {last_number}）",
            en=f"its number {command.number} was reached before (the newest is {last_number})",
        )
    known_by = least if clock == "unsynced" and least is not None else at
    return _untimely(command, at, known_by, knows_early=clock != "unsynced", age_s=age_s)


def signing_key(command: Command, keys: tuple[bytes, ...]) -> bytes | None:
    """Gives the key that a command's signature holds with; None: none of them."""
    return next((key for key in keys if _holds(command, key)), None)


def _untimely(
    command: Command, at: dt.datetime, least: dt.datetime, *, knows_early: bool, age_s: float | None
) -> Words | None:
    try:
        issued, not_after = time(command.issued), time(command.not_after)
    except MessageError as error:
        return Words(zh="时间看不懂", en=str(error))
    if (not_after - issued).total_seconds() > COMMAND_S:
        return Words(zh="有效期太长", en="it is valid for too long")
    if age_s is not None and age_s <= (not_after - issued).total_seconds():
        return None
    if least > not_after:
        return Words(zh="已经过期", en=f"it came too late: valid until {command.not_after}")
    if knows_early and (issued - at).total_seconds() > CLOCK_SKEW_S:
        return Words(zh="签发时间在将来", en=f"it was issued in the future: {command.issued}")
    return None


def _holds(command: Command, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(command.signature), command_bytes(command))
    except (InvalidSignature, ValueError):
        return False
    return True
