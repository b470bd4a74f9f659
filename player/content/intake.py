"""Takes the bytes of a settled file in: opens it without waiting or following, hashes it, copies it.

Rule: a file is read only if it still is the one that was seen; else `ChangedError` is raised and it settles again. Of a
large medium the size and the first bytes are looked at before anything is read: what is refused costs no time.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator

from player.content.library import Folder
from player.content.scan import stamp_of
from player.content.settle import Stamp
from player.decode import refusal
from player.decode.digests import Digests, Summing
from player.decode.files.plainfile import check_plain, open_regular

CHUNK_BYTES = 1 << 17
"""Larger ones leave holes in the heap that stay, and read no faster."""
FIRST_LOOK_BYTES = 1 << 20
"""A smaller file is hashed sooner than it is looked at."""


class ChangedError(Exception):
    """The file is no longer the one that was seen."""


class StoppedError(Exception):
    """The player ends; what was begun is given up."""


def is_unchanged(real: str, stamp: Stamp, folder: Folder) -> bool:
    """Whether the file still has its stamp; raises OSError when it cannot be asked, but for its absence."""
    return _stamp(real, folder) == stamp


def is_alike(real: str, stamp: Stamp, folder: Folder) -> bool:
    """Whether the file has its stamp but perhaps for its ctime; raises as `is_unchanged`."""
    found = _stamp(real, folder)
    return found is not None and found.is_alike(stamp)


def _stamp(real: str, folder: Folder) -> Stamp | None:
    try:
        status = os.lstat(real)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stamp_of(status, folder) if stat.S_ISREG(status.st_mode) else None


def read_whole(real: str, stamp: Stamp, folder: Folder) -> bytes:
    """The bytes of a small file; raises ChangedError, or OSError when it cannot be read."""
    return b"".join(_chunks(real, stamp, folder, lambda: False, media=False))


def digest(real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool]) -> tuple[str, Digests]:
    """The SHA-256 of a medium in hex, and the digests of its parts.

    Raises Refused for what cannot be one, ChangedError, StoppedError, or OSError when it cannot be read.
    """
    total = Summing(stamp.size)
    for chunk in _chunks(real, stamp, folder, stopped, media=True):
        total.update(chunk)
    return total.done()


def copy_to(out: int, real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool]) -> tuple[str, Digests]:
    """Copies a medium to an open descriptor, and gives and raises as `digest`."""
    total = Summing(stamp.size)
    for chunk in _chunks(real, stamp, folder, stopped, media=True):
        total.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(out, rest) :]
    return total.done()


def _chunks(real: str, stamp: Stamp, folder: Folder, stopped: Callable[[], bool], *, media: bool) -> Iterator[bytes]:
    source = _opened(real)
    try:
        _must_be(source, stamp, folder, real)
        if media and stamp.size > FIRST_LOOK_BYTES:
            check_plain(source)
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


def _opened(real: str) -> int:
    try:
        return open_regular(real)
    except refusal.Refused as error:
        raise ChangedError(real) from error  # an ordinary file was seen here
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ChangedError(real) from error  # as above: a link was put in its place
        raise


def _must_be(source: int, stamp: Stamp, folder: Folder, real: str) -> None:
    status = os.fstat(source)
    if not stat.S_ISREG(status.st_mode) or stamp_of(status, folder) != stamp:
        raise ChangedError(real)
