"""What may be shown now, as values that never change once given out.

Rule: this file opens nothing. A `Library` is made by `desk.py`, replaced whole, and read by any thread.
"""

import datetime as dt
import os
import unicodedata

import msgspec

from signage.errors import Words
from signage.media import Media


class Folder(msgspec.Struct, frozen=True):
    """A watched folder: absolute path, and whether it lies on a network share."""

    path: str
    network: bool = False
    """Shares are polled on a thread of their own; their files are copied, to play on when the share is gone."""

    @classmethod
    def at(cls, path: str, *, network: bool = False) -> "Folder":
        """The folder at `path`, made absolute without asking the disk."""
        return cls(os.path.abspath(path), network)


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not shown, and why."""

    name: str
    """As it may be printed: never with control characters or broken bytes in it."""
    path: str
    """Where it lies, as it may be printed."""
    why: Words
    at: dt.datetime
    """When it was refused first."""


class PlaylistFile(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one settled playlist, not yet understood."""

    name: str
    """The file's stem, NFC."""
    path: str
    """Empty when the bytes are the last good ones of a folder that does not answer."""
    text: bytes
    mtime_ns: int


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of the watched folders at one moment."""

    media: tuple[Media, ...] = ()
    """May be started now; in natural order of name, names unique."""
    held: tuple[Media, ...] = ()
    """Must not be started now, but may end its turn if it shows: its file is being replaced, or its folder is away."""
    on_trial: tuple[Media, ...] = ()
    """Refused because they broke decoders, but long enough ago for an emergency to try them."""
    refused: tuple[Refused, ...] = ()
    playlists: tuple[PlaylistFile, ...] = ()
    """In order of name, names unique."""
    calendar: PlaylistFile | None = None
    """`calendar.toml` of the first playlist folder that has one."""
    listed: bool = False
    """Whether a playlist lies in the folders, good or not, or lay there a moment ago: then the bare folder does not
    play in its stead."""
    waiting: int = 0
    """Files seen that are still being written, hashed or decoded."""
    notes: tuple[Words, ...] = ()
    """What is wrong with the folders or the state folder, in sentences for a person."""
    serial: int = 0
    """Counts the snapshots of this run."""
    complete: bool = False
    """Whether every folder has been read once since the start, or was found to be away."""


def library_name(below: str) -> str:
    """The name of a file from its path below the watched folder: `/` between parts, NFC."""
    return unicodedata.normalize("NFC", below.replace(os.sep, "/"))
