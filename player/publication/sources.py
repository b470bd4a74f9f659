"""Where published files come from, as the rest of this room sees it.

Rule: a source is not trusted with anything; names that are asked of it are made here, never taken from outside.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from signage.errors import ToldError, Words

CHUNK_BYTES = 1 << 18


class SourceError(ToldError):
    """A source that gives nothing now; it is asked again later."""


class NotThereError(SourceError):
    """The source has no such file."""


class TooLargeError(SourceError):
    """What it gave was larger than it may be."""


class CannotResumeError(SourceError):
    """It does not go on where it was asked to; the file must be begun again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being read."""

    start: int
    """Where its bytes begin: where it was asked to, or 0 when the source gives the whole file or another one."""
    total: int | None
    """The size of the whole file, as the source says."""
    validator: str
    """Names this version of the file for a later call; empty when the source has no name for it."""
    chunks: Iterator[bytes]
    """What follows, as it comes; raises SourceError."""


class Source(Protocol):
    """A place that holds a publishing layout: `metadata/…` and `content/<sha256>`."""

    @property
    def look_every_s(self) -> float:
        """How long to wait between two looks when nothing says that there is something new."""
        ...

    @property
    def is_stand_in(self) -> bool:
        """Whether it gives what another one would, which is away."""
        ...

    def metadata(self, name: str, most_bytes: int) -> bytes:
        """Gives a metadata file, such as `3.targets.json`. Raises SourceError."""
        ...

    def content(self, sha256: str, start: int, validator: str) -> AbstractContextManager[Opened]:
        """Opens a file at `start`, if it is still the one that `validator` names. Raises SourceError."""
        ...

    def is_unchanged(self) -> bool:
        """Whether the newest metadata is certainly what it was at the last call."""
        ...

    def has_come(self) -> bool:
        """Whether it was away at the last call and is there now, as a stick that was plugged in."""
        ...

    def interrupt(self) -> None:
        """Ends what is being read just now; for another thread."""
        ...

    def close(self) -> None:
        """Lets go of everything."""
        ...


def gathered(chunks: Iterator[bytes], most_bytes: int) -> bytes:
    """Gives a small file whole. Raises TooLargeError as soon as it is larger than `most_bytes`, and SourceError."""
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > most_bytes:
            raise too_large(most_bytes)
    return bytes(found)


def too_large(most_bytes: int) -> TooLargeError:
    """Gives the error for a file that goes on beyond its limit."""
    return TooLargeError(Words(zh=f"文件超过 {most_bytes} 字节的上限", en=f"a file is larger than {most_bytes} bytes"))
