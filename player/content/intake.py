"""Takes the bytes of a settled file in: opens it without waiting or following, hashes it, copies it.

Rule: a file is read only if it still is the one that was seen; else `ChangedError` is raised and it settles again.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator

from player.content.library import Folder
from player.content.scan import stamp_of
from player.content.settle import Stamp

CHUNK_BYTES = 1 << 20

# A pipe put in the file's place must not stop us (O_NONBLOCK), nor a link lead elsewhere (O_NOFOLLOW).
# Windows has neither.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


class ChangedError(Exception):
    """The file is no longer the one that was seen."""


class StoppedError(Exception):
    """The player ends; what was begun is given up."""


def is_unchanged(real: str, stamp: Stamp, folder: Folder) -> bool:
    """Whether the file still has its stamp; raises OSError when it cannot be asked, but for its absence."""
    try:
        status = os.lstat(real)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(status.st_mode) and stamp_of(status, folder) == stamp


def read_whole(real: str, stamp: Stamp, folder: Folder) -> bytes:
    """The bytes of a small file; raises ChangedError, or OSError when it cannot be read."""
    return b"".join(_chunks(real, stamp, folder, lambda: False))


def digest(real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool]) -> str:
    """The SHA-256 of a file in hex; raises ChangedError, StoppedError, or OSError when it cannot be read."""
    total = hashlib.sha256()
    for chunk in _chunks(real, stamp, folder, stopped):
        total.update(chunk)
    return total.hexdigest()


def copy_to(out: int, real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool]) -> str:
    """Copies a file to an open descriptor and gives its SHA-256 in hex; raises as `digest`."""
    total = hashlib.sha256()
    for chunk in _chunks(real, stamp, folder, stopped):
        total.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(out, rest) :]
    return total.hexdigest()


def _chunks(real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool]) -> Iterator[bytes]:
    source = os.open(real, _FLAGS)
    try:
        _must_be(source, stamp, folder, real)
        left = stamp.size
        while left > 0:
            if stopped():
                raise StoppedError(real)
            chunk = os.read(source, min(CHUNK_BYTES, left))
            if not chunk:
                raise ChangedError(real)
            left -= len(chunk)
            yield chunk
        _must_be(source, stamp, folder, real)
    finally:
        os.close(source)


def _must_be(source: int, stamp: Stamp, folder: Folder, real: str) -> None:
    status = os.fstat(source)
    if not stat.S_ISREG(status.st_mode) or stamp_of(status, folder) != stamp:
        raise ChangedError(real)
