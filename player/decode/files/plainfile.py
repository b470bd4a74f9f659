"""Opens a file of strangers in the screen process: once, without following, waiting or reading far.

Rule: what is no ordinary file of an allowed size and a known beginning is refused here, before anything hashes it.
"""

import errno
import os
import stat

from player.decode import refusal
from player.decode.files import sniff

MAX_BYTES = 32 << 30
"""Of a file. Four hours of the heaviest film that a cinema server sends; a disk that plays signage has less."""
HOLLOW_BYTES, HOLLOW_PART = 64 << 20, 8
"""A larger file of which the disk holds less than one part in eight is mostly holes: it was never copied whole."""
_BLOCK_BYTES = 512
"""The unit of `st_blocks` (stat(2)), whatever the disk's own is."""

# A pipe put in the file's place must not stop us (O_NONBLOCK), nor a link lead elsewhere (O_NOFOLLOW), nor a terminal
# become ours (O_NOCTTY). Windows has none of them.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


def open_plain(path: str) -> int:
    """Returns a descriptor of an ordinary file of an allowed size and format. Raises Refused."""
    try:
        path.encode()
        file = open_regular(path)
        try:
            check_plain(file)
        except BaseException:
            os.close(file)
            raise
    except (OSError, ValueError) as error:
        raise why_not_opened(error) from error
    return file


def open_regular(path: str) -> int:
    """Returns a descriptor of an ordinary file, read from nowhere yet. Raises Refused for another kind, and OSError."""
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise refusal.no_file()  # before it is opened: opening a device can do something
    file = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise refusal.no_file()
    return file


def check_plain(file: int) -> sniff.Format:
    """Returns the format of an open file by its first bytes.

    Raises Refused for its kind, its size or its beginning, and OSError.
    """
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise refusal.no_file()
    check_size(found)
    return sniff.sniff(read_at(file, 0, sniff.HEAD_BYTES))


def check_size(found: os.stat_result) -> None:
    """Raises Refused for a file that is empty, too large, or mostly holes."""
    if found.st_size == 0:
        raise refusal.empty()
    if found.st_size > MAX_BYTES:
        raise refusal.too_many_bytes(found.st_size, MAX_BYTES)
    held = getattr(found, "st_blocks", 0) * _BLOCK_BYTES
    # Some file systems of the net say 0 of every file; one that truly held nothing would have no beginning.
    if found.st_size > HOLLOW_BYTES and 0 < held < found.st_size // HOLLOW_PART:
        raise refusal.hollow(found.st_size, held)


def read_at(file: int, at: int, count: int) -> bytes:
    """Returns `count` bytes from a place, fewer at the end; does not care where others read. Raises OSError."""
    first = _read_some(file, count, at)
    if len(first) == count or not first:
        return first
    parts = bytearray(first)
    while len(parts) < count:
        part = _read_some(file, count - len(parts), at + len(parts))
        if not part:
            break
        parts += part
    return bytes(parts)


def _read_some(file: int, count: int, at: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file, count, at)
    os.lseek(file, at, os.SEEK_SET)  # Windows; there each process reads on one thread only
    return os.read(file, count)


_WHY = {
    errno.ENOENT: refusal.missing,
    errno.ENOTDIR: refusal.missing,
    errno.ELOOP: refusal.link_loop,
    errno.ENOMEM: refusal.too_much_memory,
    errno.EMFILE: refusal.not_handed_over,
    errno.ENFILE: refusal.not_handed_over,
    errno.ENXIO: refusal.no_file,
    errno.EISDIR: refusal.no_file,
    errno.ENODEV: refusal.no_file,
}


def why_not_opened(error: OSError | ValueError) -> refusal.Refused:
    """Returns why a file could not be opened or read, for a person."""
    if isinstance(error, ValueError):
        return refusal.badly_named()
    known = _WHY.get(error.errno or 0)
    return known() if known is not None else refusal.unreadable(error)
