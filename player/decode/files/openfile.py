"""A stranger's file in the worker: a descriptor that it was given, each byte checked before it is used.

Rule: all readers of one file share its descriptor and have each a place of its own.
"""

import io
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from player.decode import refusal
from player.decode.digests import Digests
from player.decode.files import complete, sniff
from player.decode.files.plainfile import check_plain, open_plain, read_at, why_not_opened

_KEPT_PARTS = 3
"""Picture and sound of a film, and its next round, each read somewhere else."""
_Item = TypeVar("_Item")


@dataclass(slots=True)
class Opened:
    """An ordinary file of an allowed format, held open."""

    fd: int
    size: int
    form: sniff.Format
    digests: Digests | None = None
    """None: whatever is read counts."""
    changed: refusal.Refused | None = None
    """Set once a part was read that is not what it was."""
    _parts: OrderedDict[int, bytes] = field(default_factory=OrderedDict)

    def read(self, at: int, count: int) -> bytes:
        """Returns up to `count` bytes from a place, none at the end. Raises OSError, and Refused for changed bytes."""
        if self.digests is None:
            return read_at(self.fd, at, count)
        number, inside = divmod(at, self.digests.part_bytes)
        if not 0 <= at < self.digests.size:
            return b""
        return self._part(number, self.digests)[inside : inside + count]

    def _part(self, number: int, digests: Digests) -> bytes:
        part = self._parts.get(number)
        if part is None:
            begin = number * digests.part_bytes
            part = read_at(self.fd, begin, min(digests.part_bytes, digests.size - begin))
            if not digests.holds(number, part):
                self.changed = refusal.changed()
                raise self.changed
            self._parts[number] = part
            if len(self._parts) > _KEPT_PARTS:
                self._parts.popitem(last=False)
        self._parts.move_to_end(number)
        return part

    def stream(self) -> "FileStream":
        """Returns a reader with a place of its own, for libraries that read files."""
        return FileStream(self)

    def unchanged(self, items: Iterator[_Item]) -> Iterator[_Item]:
        """Passes on what was decoded for as long as no changed part was met, whatever a library made of that."""
        for item in items:
            if self.changed is not None:
                raise self.changed
            yield item


class FileStream(io.RawIOBase):
    """A file as Python and its libraries read one."""

    def __init__(self, file: Opened) -> None:
        super().__init__()
        self._file, self._at = file, 0

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def seekable(self) -> bool:
        """Says that it can be read at any place."""
        return True

    def tell(self) -> int:
        """Returns the place that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def read(self, count: int = -1) -> bytes:
        """Returns up to `count` bytes as far as one part of the file goes, none at the end; all that is left for -1."""
        if count < 0:
            return self.readall()
        data = self._file.read(self._at, count)
        self._at += len(data)
        return data

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fills a buffer as far as one part of the file goes; 0 at the end."""
        data = self._file.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@contextmanager
def opened(path: str, given: int | None = None, digests: Digests | None = None, *, whole: bool) -> Iterator[Opened]:
    """Returns a file checked by what it is; with `whole` also that its container is complete. Raises Refused.

    It is the descriptor that was `given`, which is closed at the end; where none could be, the file at `path`.
    """
    if given is None and not path:
        raise refusal.not_handed_over()
    fd = open_plain(path) if given is None else given
    try:
        yield _checked(fd, digests, whole)
    finally:
        os.close(fd)


def _checked(fd: int, digests: Digests | None, whole: bool) -> Opened:
    if digests is not None and not digests.is_sound():
        raise refusal.changed()
    try:
        form = check_plain(fd)
        size = os.fstat(fd).st_size if digests is None else digests.size
        file = Opened(fd, size, form, digests)
        # The first look may have seen other bytes than those that count.
        file.form = sniff.sniff(_exactly(file, 0, sniff.HEAD_BYTES))
        if whole:
            complete.check(file.form, lambda at, count: _exactly(file, at, count), size)
    except OSError as error:
        raise why_not_opened(error) from error
    return file


def _exactly(file: Opened, at: int, count: int) -> bytes:
    """Returns `count` bytes over the borders of parts, fewer only at the end."""
    found = bytearray()
    while len(found) < count and (more := file.read(at + len(found), count - len(found))):
        found += more
    return bytes(found)
