"""The state folder as content uses it: the book of verdicts, the last good playlists, copies of files from shares.

```
<state>/media.json          verdicts, see book.py
<state>/last_good/*.toml    playlists as they were last understood
<state>/store/<sha256>.ext  copies of files from network shares
```
Whatever goes wrong here is a sentence in `trouble`; the player plays on without it.
"""

import contextlib
import errno
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from player.content.book import Book
from player.durable import sync_folder, write_whole
from player.state_files import NotOursError, load_bytes, load_state, must_be_a_time, put_aside
from signage.disk_faults import in_chinese
from signage.errors import Words
from signage.filenames import bad_name

log = logging.getLogger(__name__)

KEEP_FREE_BYTES = 256 << 20
"""Copies of files from shares leave this much of the disk to the ledger and the system."""
SWEEP_AFTER_S = 600.0
"""A copy that nothing needs is kept this long: it may still be playing, or not be entered yet."""


class NoRoomError(Exception):
    """A copy would go beyond the budget or what the disk must keep free."""


class Store:
    """The state folder at `root`; made when first written to. Methods may be called from any thread."""

    def __init__(
        self, root: str, *, copies_limit_bytes: int | None = None, keep_free_bytes: int = KEEP_FREE_BYTES
    ) -> None:
        self._root = os.path.abspath(root)
        self._limit_bytes = copies_limit_bytes
        self._keep_free_bytes = keep_free_bytes
        self._lock = threading.Lock()
        self._trouble: dict[str, Words] = {}

    @property
    def trouble(self) -> tuple[Words, ...]:
        """What is wrong with the state folder now."""
        with self._lock:
            return tuple(dict.fromkeys(self._trouble.values()))

    # The book

    def load_book(self) -> Book:
        """The verdicts of the last run; a book not ours is put aside as `media.json.broken` and an empty one given."""
        path = Path(self._root, "media.json")
        try:
            return load_state(path, Book, check=_check)
        except FileNotFoundError:
            return Book()
        except OSError as error:
            self._wrong("book", error)
            return Book()
        except NotOursError as error:
            log.warning("media.json is not a book of ours (%s); put aside as media.json.broken", error)
            put_aside(path, path.with_name("media.json.broken"))
            return Book()

    def save_book(self, book: Book) -> bool:
        """Writes the verdicts so that a power cut leaves the old book or the new; False when it cannot."""
        return self._write("book", os.path.join(self._root, "media.json"), msgspec.json.encode(book))

    # The last good playlists

    def remember_playlist(self, name: str, text: bytes) -> bool:
        """Keeps a playlist that was understood; writes only what differs. False when it cannot."""
        if not name or "/" in name or os.sep in name or name.startswith(".") or bad_name(name) is not None:
            return False
        path = os.path.join(self._root, "last_good", name + ".toml")
        with contextlib.suppress(OSError), open(path, "rb") as file:
            if file.read() == text:
                return True
        return self._write("last_good", path, text)

    def last_good_playlists(self) -> dict[str, bytes]:
        """The playlists that were last understood, by name."""
        folder = os.path.join(self._root, "last_good")
        found: dict[str, bytes] = {}
        with contextlib.suppress(OSError):
            for file_name in sorted(os.listdir(folder)):
                if file_name.endswith(".toml") and not file_name.startswith("."):
                    with contextlib.suppress(OSError, NotOursError):
                        found[file_name.removesuffix(".toml")] = load_bytes(Path(folder, file_name))
        return found

    def forget_playlists(self, names: Collection[str]) -> None:
        """Deletes the last good ones of playlists that a person took away."""
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self._root, "last_good", name + ".toml"))

    # Copies of files from shares

    def keep_copy(self, extension: str, size_bytes: int, fill: Callable[[int], str]) -> tuple[str, str]:
        """Makes a copy with what `fill` writes to the descriptor it is given, and names it by the SHA-256 it returns.

        Gives the copy's path and that SHA-256. Raises NoRoomError, OSError, and what `fill` raises.
        """
        folder = os.path.join(self._root, "store")
        try:
            os.makedirs(folder, exist_ok=True)
            self._must_have_room(folder, size_bytes)
            out, temp = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        except OSError as error:
            self._wrong("store", error)
            raise
        try:
            try:
                sha256 = fill(out)
                os.fsync(out)
            finally:
                os.close(out)
            path = os.path.join(folder, sha256 + extension.lower())
            os.replace(temp, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temp)
            raise
        sync_folder(Path(folder))
        self._right("store")
        return path, sha256

    def _must_have_room(self, folder: str, size_bytes: int) -> None:
        used = sum(e.stat().st_size for e in os.scandir(folder))
        free = _free_bytes(folder)
        if (self._limit_bytes is not None and used + size_bytes > self._limit_bytes) or (
            free is not None and free - size_bytes < self._keep_free_bytes
        ):
            raise NoRoomError(folder)

    def has_copy(self, path: str, size_bytes: int) -> bool:
        """Whether a copy is there and whole as far as its size tells."""
        try:
            return os.stat(path).st_size == size_bytes
        except OSError:
            return False

    def sweep(self, keep: Collection[str]) -> None:
        """Deletes copies (and what a power cut left of them) that are not in `keep` and were not made lately."""
        folder = os.path.join(self._root, "store")
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                with contextlib.suppress(OSError):
                    if entry.path not in keep and abs(time.time() - entry.stat().st_mtime) > SWEEP_AFTER_S:
                        os.unlink(entry.path)

    # Writing

    def _write(self, what: str, path: str, content: bytes) -> bool:
        try:
            write_whole(Path(path), content)
        except OSError as error:
            self._wrong(what, error)
            return False
        self._right(what)
        return True

    def _wrong(self, what: str, error: OSError) -> None:
        words = _words(error, self._root)
        with self._lock:
            new = self._trouble.get(what) != words
            self._trouble[what] = words
        if new:
            log.warning("state folder: %s (%s)", words.en, error)

    def _right(self, what: str) -> None:
        with self._lock:
            was = self._trouble.pop(what, None)
        if was is not None:
            log.info("state folder: %s can be written again", what)


def _check(book: Book) -> None:
    for verdict in book.verdicts:  # all else has its bounds
        must_be_a_time(verdict.at)
        stamp = verdict.stamp
        if max(abs(stamp.size), abs(stamp.mtime_ns), abs(stamp.ctime_ns), abs(stamp.inode)) >= 2**64:
            raise ValueError("a stamp that no file has")
    for held in book.quarantined.values():
        must_be_a_time(held.until)


def _free_bytes(folder: str) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def _words(error: OSError, folder: str) -> Words:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return Words(
                zh=f"状态文件夹 {folder} 所在磁盘已满：请腾出空间。播放照常，但重启后要重新检查所有文件",
                en=f"the disk of the state folder {folder} is full: make room. Playing goes on, but after a restart"
                " every file is examined again",
            )
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return Words(
                zh=f"状态文件夹 {folder} 不能写入：请检查权限或只读挂载。播放照常，但重启后要重新检查所有文件",
                en=f"the state folder {folder} cannot be written: look at its permissions or a read-only mount."
                " Playing goes on, but after a restart every file is examined again",
            )
        case errno.ENOTDIR | errno.EEXIST | errno.EISDIR:
            return Words(
                zh=f"状态文件夹 {folder} 的位置上有同名文件：请改名或删除它。播放照常，但重启后要重新检查所有文件",
                en=f"a file stands where the state folder {folder} should be: rename or delete it. Playing goes on, but"
                " after a restart every file is examined again",
            )
    code = errno.errorcode.get(error.errno or 0, "EIO")
    return Words(
        zh=f"状态文件夹 {folder} 读写出错：{in_chinese(error)}，请检查磁盘。播放照常",
        en=f"the state folder {folder} fails ({code}): check the disk. Playing goes on",
    )
