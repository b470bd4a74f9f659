"""Published files from a folder: a stick, a share, or the office on the same machine."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from player.publication.sources import CHUNK_BYTES, NotThereError, Opened, SourceError, gathered
from signage.disk_faults import in_chinese
from signage.errors import Words

LOOK_EVERY_S = 5.0

# A pipe in a file's place must not stop us, nor a link lead elsewhere. Windows has neither flag.
_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


class FolderSource:
    """The publishing layout below a folder, which may come and go."""

    def __init__(self, base: Path, *, look_every_s: float = LOOK_EVERY_S) -> None:
        self.look_every_s = look_every_s
        self._base = base
        self._seen: tuple[int, int] | None = None
        self._was_there = True

    is_stand_in = False

    def metadata(self, name: str, most_bytes: int) -> bytes:
        """Gives a metadata file. Raises SourceError."""
        with self._open(self._base / "metadata" / name, 0) as opened:
            return gathered(opened.chunks, most_bytes)

    @contextmanager
    def content(self, sha256: str, start: int, validator: str) -> Iterator[Opened]:
        """Opens a file at `start` if it has not changed since. Raises SourceError."""
        with self._open(self._base / "content" / sha256, start, validator) as opened:
            yield opened

    def is_unchanged(self) -> bool:
        """Whether the newest metadata is the same file as at the last call, or away."""
        try:
            status = (self._base / "metadata" / "timestamp.json").stat()
        except OSError:
            return True
        stamp = (status.st_mtime_ns, status.st_size)
        is_same, self._seen = stamp == self._seen, stamp
        return is_same

    def has_come(self) -> bool:
        """Whether the newest metadata was away at the last call and is there now."""
        # Path.exists raises what a dead share answers, such as EHOSTDOWN and EIO.
        is_there = os.path.exists(self._base / "metadata" / "timestamp.json")
        was_there, self._was_there = self._was_there, is_there
        return is_there and not was_there

    def interrupt(self) -> None:
        """Does nothing: a read from a disk cannot be ended."""

    def close(self) -> None:
        """Does nothing: every file is closed by who opened it."""

    @contextmanager
    def _open(self, path: Path, start: int, validator: str = "") -> Iterator[Opened]:
        try:
            descriptor = os.open(path, _FLAGS)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotThereError(Words(zh=f"没有 {path.name}", en=f"there is no {path.name}")) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(Words(zh=f"{path.name} 不是普通文件", en=f"{path.name} is not a plain file"))
            version = f"{status.st_mtime_ns}-{status.st_size}"
            begins = start if version == validator and start <= status.st_size else 0
            os.lseek(descriptor, begins, os.SEEK_SET)
            yield Opened(begins, status.st_size, version, _chunks(descriptor, path))
        finally:
            os.close(descriptor)


def _chunks(descriptor: int, path: Path) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(descriptor, CHUNK_BYTES)
        except OSError as error:
            raise _unreadable(path, error) from error
        if not chunk:
            return
        yield chunk


def _unreadable(path: Path, error: OSError) -> SourceError:
    why = error.strerror or str(error)
    return SourceError(Words(zh=f"{path.name} 读不出来：{in_chinese(error)}", en=f"{path.name} cannot be read: {why}"))
