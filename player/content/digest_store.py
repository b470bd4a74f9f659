"""The digests of media, by the SHA-256 of the whole file; and how a file is opened so that only those bytes are shown.

```
<state>/digests/<sha256>    of files so large that hashing them again at a start would hold up the first picture
```
Rule: what is kept here belongs to a hash, never to a path, a size or a time. Whoever can write into the state folder
owns the player; whoever can write anywhere else can at worst have a file refused.
"""

import contextlib
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from player.content.intake import CHUNK_BYTES
from player.decode import refusal
from player.decode.digests import DIGEST_BYTES, Digests, Summing, of_one_part
from player.decode.files.plainfile import open_plain, open_regular, read_at, why_not_opened
from player.decode.protocol import ShowFile
from player.durable import write_whole
from player.state_files import NotOursError, load_state

log = logging.getLogger(__name__)

AT_ONCE_BYTES = 8 << 20
"""A file up to this is hashed while its request waits (under 0.05 s); a larger one on a thread of its own, once."""
MOST_AT_ONCE = 2
"""Large files that are hashed at once, whoever still waits for them."""
HELD_BYTES = 8 << 20
"""Of digests in memory: 60 GiB of films, or 250,000 photographs."""
MOST_FILES = 2000
"""On the disk; at most 128 KiB each."""
LOOK_S = 0.1


class DigestStore:
    """Digests in memory, and in the state folder for a next start. Methods may be called from any thread."""

    def __init__(self, state: Path | None = None) -> None:
        """Without `state` nothing is kept over a restart."""
        self._folder = state / "digests" if state is not None else None
        self._lock = threading.Condition()
        self._held: OrderedDict[str, Digests] = OrderedDict()
        self._held_bytes = 0
        self._making: dict[str, _Making] = {}

    def keep(self, sha256: str, digests: Digests) -> None:
        """Takes what was found while the whole file was hashed."""
        self._hold(sha256, digests)
        if self._folder is None or digests.size <= AT_ONCE_BYTES:
            return
        try:
            path, content = self._folder / sha256, msgspec.msgpack.encode(digests)
            if not path.exists() or path.read_bytes() != content:
                write_whole(path, content)
                self._sweep(self._folder)
        except OSError as error:
            log.warning("digests are not kept: %s", error)

    def of(self, sha256: str, size: int) -> Digests | None:
        """Returns the digests of a file of that SHA-256 and size; None when they are not known."""
        with self._lock:
            found = self._held.get(sha256)
            if found is not None:
                self._held.move_to_end(sha256)
        return found or of_one_part(size, sha256) or self._read(sha256)

    def forget(self, sha256: str) -> None:
        """Drops digests that did not hold: the file has changed, or what was kept is damaged."""
        with self._lock:
            found = self._held.pop(sha256, None)
            self._held_bytes -= len(found.sums) if found is not None else 0
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / sha256).unlink(missing_ok=True)

    def open(self, request: ShowFile, given_up: Callable[[], bool]) -> tuple[int, Digests]:
        """Opens what a request is to show: a descriptor, and the digests that its bytes have to match.

        Waits while a large file is hashed, until `given_up`. Raises Refused, also for a file that is another one now.
        """
        file = open_plain(request.path)
        try:
            size = os.fstat(file).st_size
            digests = self.of(request.sha256, size) or self._made(file, request.sha256, size, given_up)
            if digests.size != size:
                raise refusal.changed()
        except BaseException:
            os.close(file)
            raise
        return file, digests

    def verified(self, path: str, sha256: str, given_up: Callable[[], bool]) -> Digests:
        """Hashes the file at `path` anew, whole, and returns its digests. Raises Refused when it is another one."""
        try:
            file = open_regular(path)
            try:
                digests = _summed(file, os.fstat(file).st_size, sha256, given_up)
            finally:
                os.close(file)
        except OSError as error:
            raise why_not_opened(error) from error
        self.keep(sha256, digests)
        return digests

    def _made(self, file: int, sha256: str, size: int, given_up: Callable[[], bool]) -> Digests:
        if size <= AT_ONCE_BYTES:
            try:
                digests = _summed(file, size, sha256, lambda: False)
            except OSError as error:
                raise why_not_opened(error) from error
            self._hold(sha256, digests)
            return digests
        making = self._begun(file, sha256, size, given_up)
        while not making.over.wait(LOOK_S):
            if given_up():
                raise refusal.changed()
        if making.why is not None or making.digests is None:
            raise making.why or refusal.changed()
        return making.digests

    def _begun(self, file: int, sha256: str, size: int, given_up: Callable[[], bool]) -> "_Making":
        """Has a large file hashed, as soon as not too many others are. Raises Refused."""
        with self._lock:
            while sha256 not in self._making and len(self._making) >= MOST_AT_ONCE:
                if given_up():
                    raise refusal.changed()
                self._lock.wait(LOOK_S)
            making = self._making.get(sha256)
            if making is None:
                making = _Making()
                self._start(making, file, sha256, size)
                self._making[sha256] = making
            return making

    def _start(self, making: "_Making", file: int, sha256: str, size: int) -> None:
        try:
            mine = os.dup(file)
        except OSError as error:
            raise why_not_opened(error) from error
        try:
            threading.Thread(target=self._make, args=(making, mine, sha256, size), daemon=True).start()
        except RuntimeError as error:  # no thread to be had
            os.close(mine)
            raise refusal.not_handed_over() from error

    def _make(self, making: "_Making", file: int, sha256: str, size: int) -> None:
        """Goes on although nobody waits any more: the file's next turn finds the digests made."""
        try:
            making.digests = _summed(file, size, sha256, lambda: False)
            self.keep(sha256, making.digests)
        except refusal.Refused as refused:
            making.why = refused
        except OSError as error:
            making.why = why_not_opened(error)
        finally:
            os.close(file)
            with self._lock:
                del self._making[sha256]
                self._lock.notify_all()
            making.over.set()

    def _hold(self, sha256: str, digests: Digests) -> None:
        if len(digests.sums) == DIGEST_BYTES:
            return  # the hash of the whole says it all
        with self._lock:
            former = self._held.pop(sha256, None)
            self._held[sha256] = digests
            self._held_bytes += len(digests.sums) - (len(former.sums) if former is not None else 0)
            while self._held_bytes > HELD_BYTES:
                self._held_bytes -= len(self._held.popitem(last=False)[1].sums)

    def _read(self, sha256: str) -> Digests | None:
        if self._folder is None:
            return None
        try:
            found = load_state(self._folder / sha256, Digests, decode=msgspec.msgpack.decode)
        except (OSError, NotOursError):
            return None
        if not found.is_sound():
            return None
        self._hold(sha256, found)
        return found

    def _sweep(self, folder: Path) -> None:
        entries = sorted(os.scandir(folder), key=lambda each: each.stat().st_mtime)
        for entry in entries[:-MOST_FILES]:
            os.unlink(entry.path)


class _Making:
    """Digests that are being made."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.digests: Digests | None = None
        self.why: refusal.Refused | None = None


def _summed(file: int, size: int, sha256: str, given_up: Callable[[], bool]) -> Digests:
    """Hashes an open file. Raises Refused when it is not the one of that hash, or `given_up`; and OSError."""
    summing, at = Summing(size), 0
    while at < size and not given_up():
        block = read_at(file, at, min(CHUNK_BYTES, size - at))
        if not block:
            break
        summing.update(block)
        at += len(block)
    found, digests = summing.done()
    if found != sha256 or at != size:
        raise refusal.changed()
    return digests
