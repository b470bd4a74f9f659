"""Opens a file of strangers without being held up by what it turns out to be."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from player.decode import refusal
from player.decode.files import complete, sniff


@dataclass(frozen=True, slots=True)
class Opened:
    """An ordinary file of an allowed format, held open."""

    fd: int
    size: int
    form: sniff.Format
    path: str

    @property
    def address(self) -> str:
        """Names the very file that was checked, for libraries that open by name."""
        return f"/proc/self/fd/{self.fd}" if sys.platform == "linux" else f"file:{self.path}"


@contextmanager
def opened(path: str, *, whole: bool) -> Iterator[Opened]:
    """Gives a file checked by what it is; with `whole` also that its container is complete. Raises Refused."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise refusal.no_file()  # before it is opened: opening a device can do something
        fd = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _words_of(error) from error
    try:
        yield _checked(fd, path, whole)
    finally:
        os.close(fd)


def _checked(fd: int, path: str, whole: bool) -> Opened:
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        raise refusal.no_file()
    try:
        head = _read(fd, sniff.HEAD_BYTES, 0)
        form = sniff.sniff(head)
        if whole:
            complete.check(form, lambda at, count: _read(fd, count, at), found.st_size)
    except OSError as error:
        raise _words_of(error) from error
    return Opened(fd, found.st_size, form, path)


def _read(fd: int, count: int, at: int) -> bytes:
    os.lseek(fd, at, os.SEEK_SET)
    parts = bytearray()
    while len(parts) < count:
        part = os.read(fd, count - len(parts))
        if not part:
            break
        parts += part
    os.lseek(fd, 0, os.SEEK_SET)
    return bytes(parts)


def _words_of(error: OSError | ValueError) -> refusal.Refused:
    if isinstance(error, ValueError):
        return refusal.badly_named()
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return refusal.missing()
        case errno.ELOOP:
            return refusal.link_loop()
        case errno.ENOMEM:
            return refusal.too_much_memory()
        case errno.ENXIO | errno.EISDIR | errno.ENODEV:
            return refusal.no_file()
        case _:
            return refusal.unreadable(error.strerror or type(error).__name__)
