"""What was found of each file, and the book of it that survives a restart.

Rule: pure; `store.py` writes the book and reads it.
"""

import datetime as dt
from typing import Literal

import msgspec

from player.content.settle import Stamp
from player.quarantine import Held
from signage.errors import Words
from signage.media import MediaFacts


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file with this stamp is: admitted with its facts, or refused and why."""

    path: str
    stamp: Stamp
    sha256: str = ""
    """Empty if the file could not be read."""
    facts: MediaFacts | None = None
    why: Words | None = None
    plays: str
    """The path to play: the file's own (a link's target), or a copy's."""
    at: dt.datetime
    passing: bool = False
    """The reason may go away with the file unchanged (permission, disk error): asked again soon, never written down."""


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of a run."""

    v: Literal[1] = 1
    edition: str = ""
    """The version of the software that judged; what another one refused is judged again."""
    verdicts: tuple[Verdict, ...] = ()
    quarantined: dict[str, Held] = {}
    """By SHA-256: files that broke the decoder twice, why, and for how long still."""
    mounted: tuple[str, ...] = ()
    """Watched folders that were network mounts when last seen."""
    mounts: dict[str, str] = {}
    """By watched folder: the mount of its own that it lay on when last seen, of whatever kind, such as a stick's."""


def from_edition(book: Book, edition: str) -> Book:
    """The book as this edition may use it: what another one refused is forgotten, what it admitted stays."""
    if book.edition == edition:
        return book
    admitted = tuple(v for v in book.verdicts if v.facts is not None)
    return Book(edition=edition, verdicts=admitted, mounted=book.mounted, mounts=book.mounts)
