"""The published bytes, each file under its own hash."""

import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from office.place import Place, sync_folder, write_together
from signage.errors import WuzhaError

CHUNK = 1 << 20
PRUNE_AFTER_S = 7 * 24 * 3600.0
"""A screen may still be fetching what was taken off the list a while ago."""


class ChangedMeanwhileError(WuzhaError):
    """A file is no longer what was checked."""


def hash_file(path: Path, progress: Callable[[int], None] = lambda _: None) -> tuple[str, int]:
    """Gives a file's SHA-256 and size in bytes; `progress` hears of every piece. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            size += len(piece)
            progress(len(piece))
    return digest.hexdigest(), size


def keep_texts(place: Place, texts: Iterable[bytes]) -> None:
    """Puts small files into the repository. Raises OSError."""
    paths = {place.content / hashlib.sha256(text).hexdigest(): text for text in texts}
    write_together({path: text for path, text in paths.items() if not path.exists()})


def keep_file(place: Place, source: Path, sha256: str, progress: Callable[[int], None] = lambda _: None) -> None:
    """Copies a file into the repository. Raises ChangedMeanwhileError when it is not what `sha256` says, OSError."""
    path = place.content / sha256
    if path.exists():
        os.utime(path)  # as new: nobody shall prune it before it is signed
        progress(path.stat().st_size)
        return
    place.content.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{secrets.token_hex(8)}.tmp")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as file, partial.open("xb") as copy:
            while piece := file.read(CHUNK):
                digest.update(piece)
                copy.write(piece)
                progress(len(piece))
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256:
            raise ChangedMeanwhileError(
                f"{source} 检查之后被改动了，请重新发布\n{source} was changed after the check: push again"
            )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(place.content)


def prune(place: Place, wanted: Collection[str], now: float) -> int:
    """Removes what nothing signed names any more, a week after it came; gives how many files went.

    `now` is in seconds since 1970, as files have their times.
    """
    gone = 0
    for path in place.content.iterdir():
        if path.name not in wanted and now - path.stat().st_mtime > PRUNE_AFTER_S:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
