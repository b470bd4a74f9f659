"""The files of publications on this machine, each under its SHA-256.

```
<state>/published/content/<sha256>        whole, hashed, flushed
<state>/published/content/<sha256>.part   on its way, with <sha256>.mark: which version of the server's file it is
<state>/published/content/<sha256>.foreign  what lay there with other bytes, put aside
<state>/published/facts/<sha256>          what the decoder found in it
```
Rule: a file is here whole or not at all; names come from hashes, never from outside.
"""

import contextlib
import hashlib
import os
from collections.abc import Collection
from pathlib import Path

import msgspec

from player.durable import sync_folder, write_whole
from player.state_files import NotOursError, load_state
from signage import __version__
from signage.errors import ToldError, Words
from signage.media import MediaFacts

KEEP_FREE_BYTES = 256 << 20
"""Left of the disk for the ledger and the system."""
BUDGET_BYTES = 20 << 30
LEFT_AIR_S = 600.0
"""What was needed a moment ago may still be on the screen."""
MOST_TEXT = 512 * 1024
_FOREIGN = ".foreign"


class NoRoomError(ToldError):
    """What is needed does not fit."""


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    edition: str
    facts: MediaFacts


class Depot:
    """The folder at `root`; made when first written to. For one thread, but for `path`."""

    def __init__(self, root: Path, *, budget_bytes: int = BUDGET_BYTES, keep_free_bytes: int = KEEP_FREE_BYTES) -> None:
        self._content, self._facts = root / "content", root / "facts"
        self._budget, self._keep_free = budget_bytes, keep_free_bytes
        self._needed_at: dict[str, float] = {}
        self._unflushed: set[str] = set()

    def path(self, sha256: str) -> Path:
        """Where a file lies, or will."""
        return self._content / sha256

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Whether a file is here; it was hashed before it got its name."""
        try:
            return self.path(sha256).stat().st_size == size_bytes
        except OSError:
            return False

    def text(self, sha256: str) -> bytes | None:
        """Gives a small file whose hash still holds; None when there is none such."""
        try:
            with self.path(sha256).open("rb") as file:
                content = file.read(MOST_TEXT)
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    # On its way

    def part(self, sha256: str) -> Path:
        """Where what has come of a file lies."""
        self._content.mkdir(parents=True, exist_ok=True)
        return self._content / f"{sha256}.part"

    def mark(self, sha256: str) -> str:
        """Gives the source's name for the version of the file that a part is of."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return (self._content / f"{sha256}.mark").read_text("utf-8")
        return ""

    def set_mark(self, sha256: str, mark: str) -> None:
        """Remembers that name; it saves a download and is trusted with nothing, so it is not flushed."""
        (self._content / f"{sha256}.mark").write_text(mark, "utf-8")

    def drop_part(self, sha256: str) -> None:
        """Forgets what has come of a file."""
        for suffix in (".part", ".mark"):
            (self._content / f"{sha256}{suffix}").unlink(missing_ok=True)

    def admit(self, sha256: str, *, flushed: bool = True) -> None:
        """Gives a part that is whole and hashed its name, for good; what is not on the disk yet `flush` brings there.

        Raises OSError.
        """
        self.part(sha256).replace(self.path(sha256))
        if flushed:
            sync_folder(self._content)
        else:
            self._unflushed.add(sha256)
        (self._content / f"{sha256}.mark").unlink(missing_ok=True)

    def flush(self) -> None:
        """Sees to it that the disk has what was admitted. Raises OSError."""
        for sha256 in self._unflushed:
            with contextlib.suppress(FileNotFoundError), self.path(sha256).open("rb+") as file:
                os.fsync(file.fileno())
        if self._unflushed:
            sync_folder(self._content)
        self._unflushed.clear()

    def put_aside(self, sha256: str) -> bool:
        """Takes a file out of use that is another than its name says, and keeps it to be looked at; False if it cannot.

        It goes like all that nothing needs when room is wanted.
        """
        try:
            self.path(sha256).replace(self._content / f"{sha256}{_FOREIGN}")
            (self._facts / sha256).unlink(missing_ok=True)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def drop(self, sha256: str) -> None:
        """Takes a file away."""
        self.path(sha256).unlink(missing_ok=True)
        (self._facts / sha256).unlink(missing_ok=True)

    # What the decoder found

    def facts(self, sha256: str, *, by_any_edition: bool = False) -> MediaFacts | None:
        """Gives what this version of the decoder, or any, found in a file; None when it has not looked."""
        try:
            found = load_state(self._facts / sha256, _Facts)
        except (OSError, NotOursError):
            return None
        return found.facts if by_any_edition or found.edition == __version__ else None

    def keep_facts(self, sha256: str, facts: MediaFacts) -> None:
        """Remembers what was found. Raises OSError."""
        write_whole(self._facts / sha256, msgspec.json.encode(_Facts(edition=__version__, facts=facts)))

    # Room

    def make_room(self, wanted_bytes: int, keep: Collection[str], now: float) -> None:
        """Deletes what nothing needs, oldest first, until `wanted_bytes` more fit; `now` is monotonic.

        `keep` are the hashes that must stay. Raises NoRoomError when all the rest is not enough, and OSError.
        """
        self._needed_at.update(dict.fromkeys(keep, now))
        self._content.mkdir(parents=True, exist_ok=True)
        held = {entry.name: entry.stat() for entry in os.scandir(self._content)}
        lacks = self._lacks(sum(status.st_size for status in held.values()) + wanted_bytes, wanted_bytes)
        for name in sorted(held, key=lambda each: held[each].st_mtime):
            if lacks <= 0:
                break
            sha256 = name.partition(".")[0]
            is_foreign = name.endswith(_FOREIGN)
            if is_foreign or (sha256 not in keep and now - self._needed_at.get(sha256, now - LEFT_AIR_S) >= LEFT_AIR_S):
                (self._content / name).unlink(missing_ok=True)
                if not is_foreign:
                    (self._facts / sha256).unlink(missing_ok=True)
                lacks -= held[name].st_size
        if lacks > 0:
            missing = (lacks + (1 << 20) - 1) >> 20
            raise NoRoomError(
                Words(
                    zh=f"磁盘放不下：还缺 {missing} MiB；请腾出空间，或调高 [folders] published_mib",
                    en=f"it does not fit: {missing} MiB are missing; make room or raise [folders] published_mib",
                )
            )

    def _lacks(self, used_bytes: int, wanted_bytes: int) -> int:
        lacks = used_bytes - self._budget
        if hasattr(os, "statvfs"):
            status = os.statvfs(self._content)
            lacks = max(lacks, wanted_bytes + self._keep_free - status.f_bavail * status.f_frsize)
        return lacks
