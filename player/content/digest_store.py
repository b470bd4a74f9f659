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
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec

from player.answer import Answer, NoAnswer
from player.content.intake import CHUNK_BYTES
from player.decode import refusal
from player.decode.digests import DIGEST_BYTES, Digests, Summing, of_one_part
from player.decode.files.plainfile import open_plain, open_regular, read_at, why_not_opened
from player.decode.protocol import ShowFile
from player.durable import write_whole
from player.state_files import NotOursError, load_state

_Opened = tuple[int, int, Digests | None]
"""A descriptor, the file's size, and its digests as far as they are known."""
log = logging.getLogger(__name__)

AT_ONCE_BYTES = 8 << 20
"""A file up to this is hashed while its request waits (under 0.05 s); a larger one on a thread of its own, once."""
OPEN_S = 5.0
"""A disk that has neither opened a file nor read on in it for so long does not answer."""
STATE_S = 1.0
"""How long an opening waits for the state folder, which may lie on another disk; then the file is hashed anew."""
MOST_HANGING = 3
MOST_AT_ONCE = 2
"""Large files that are hashed at once, whoever still waits for them."""
HELD_BYTES = 8 << 20
"""Of digests in memory: 60 GiB of films, or 250,000 photographs."""
MOST_FILES = 2000
"""On the disk; at most 128 KiB each."""
MOST_UNWRITTEN = 20
"""Digests that wait for the state folder's disk, 128 KiB each at most."""
MOST_UNFORGOTTEN = 10_000
"""Hashes whose digests wait to be taken from that disk."""
LOOK_S = 0.1


class DigestStore:
    """Digests in memory, and in the state folder for a next start. Methods may be called from any thread."""

    def __init__(self, state: Path | None = None, *, open_s: float = OPEN_S) -> None:
        """Without `state` nothing is kept over a restart. A disk that says nothing for `open_s` does not answer."""
        self._open_s = open_s
        self._hanging: Counter[str] = Counter()
        """By folder: how many threads hang there."""
        self.on_stall: Callable[[str], Callable[[], None]] = lambda _: lambda: None
        """Told of a path that does not answer; what it returns is called when that path answers after all."""
        self._folder = state / "digests" if state is not None else None
        self._asking = threading.Lock()
        self._asked: Answer[Digests] | None = None
        """The last question to the state folder; there is no other while it is not answered."""
        self._lock = threading.Condition()
        self._held: OrderedDict[str, Digests] = OrderedDict()
        self._held_bytes = 0
        self._making: dict[str, _Making] = {}
        self._unwritten: dict[str, Digests | None] = {}
        """What the state folder is to hold, by SHA-256; None: nothing any more."""
        self._is_writing = False

    def keep(self, sha256: str, digests: Digests) -> None:
        """Takes what was found while the whole file was hashed."""
        self._hold(sha256, digests)
        if self._folder is None or digests.size <= AT_ONCE_BYTES:
            return
        with self._lock:
            waiting = sum(each is not None for each in self._unwritten.values())
            if waiting >= MOST_UNWRITTEN and self._unwritten.get(sha256) is None:
                return  # the disk does not answer; a next start hashes the file again
            self._have_written(self._folder, sha256, digests)

    def _have_written(self, folder: Path, sha256: str, digests: Digests | None) -> None:
        """Leaves what is to be written or taken away to a thread of its own; the lock is held."""
        self._unwritten[sha256] = digests
        if self._is_writing:
            return
        self._is_writing = True
        try:
            threading.Thread(target=self._write, args=(folder,), name="digests", daemon=True).start()
        except RuntimeError as error:  # no thread to be had; the next that is kept tries again
            log.warning("digests are not kept: %s", error)
            self._is_writing = False

    def _write(self, folder: Path) -> None:
        """Writes what waits, on a thread of its own: the state folder's disk may never answer."""
        while True:
            with self._lock:
                if not self._unwritten:
                    self._is_writing = False
                    self._lock.notify_all()
                    return
                sha256 = next(iter(self._unwritten))
                digests = self._unwritten[sha256]
            try:
                self._write_one(folder, sha256, digests)
            except OSError as error:
                log.warning("digests are not kept: %s", error)
            with self._lock:
                if self._unwritten.get(sha256) is digests:  # else it is another by now
                    self._unwritten.pop(sha256, None)

    def _write_one(self, folder: Path, sha256: str, digests: Digests | None) -> None:
        path = folder / sha256
        if digests is None:
            path.unlink(missing_ok=True)
            return
        content = msgspec.msgpack.encode(digests)
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)
            self._sweep(folder)

    def written(self, timeout_s: float) -> bool:
        """Waits until the state folder is as it was told to be; says whether it is."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._is_writing, timeout_s)

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
            if self._folder is not None and len(self._unwritten) < MOST_UNFORGOTTEN:
                self._have_written(self._folder, sha256, None)

    def open(self, request: ShowFile, given_up: Callable[[], bool]) -> tuple[int, Digests]:
        """Opens what a request is to show: a descriptor, and the digests that its bytes have to match.

        Waits while a large file is hashed, until `given_up`. Raises Refused, also for a file that is another one now.
        """
        file, size, known = self._opened(request, given_up)
        try:
            digests = known or self._made(file, request.sha256, size, given_up)
            if digests.size != size:
                raise refusal.changed()
        except BaseException:
            os.close(file)
            raise
        return file, digests

    def stalled(self, path: str) -> Callable[[], None]:
        """Takes that a file that was opened is not read on; what it returns is called when its disk answers again."""
        return self.on_stall(path)

    def _opened(self, request: ShowFile, given_up: Callable[[], bool]) -> _Opened:
        """Opens a file and knows its digests, or makes those of one that is not large. Raises Refused.

        A disk may hang in the kernel: the thread that asks it is left behind, and after a few of them nothing more is
        asked in that folder until one comes back.
        """
        folder = os.path.dirname(request.path)
        with self._lock:
            if self._hanging[folder] >= MOST_HANGING:
                raise refusal.no_answer()
        try:
            answer = Answer(lambda: self._open(request), "opening")
        except RuntimeError as error:  # no thread to be had
            raise refusal.not_handed_over() from error
        until = time.monotonic() + self._open_s
        while True:
            try:
                return answer.within(min(LOOK_S, max(0.0, until - time.monotonic())))
            except NoAnswer:
                is_late = time.monotonic() >= until
                if is_late or given_up():
                    break
        with self._lock:
            self._hanging[folder] += 1
        came = self.on_stall(request.path) if is_late else lambda: None

        def late() -> None:
            with self._lock:
                self._hanging[folder] -= 1
                if not self._hanging[folder]:
                    del self._hanging[folder]
            with contextlib.suppress(refusal.Refused):
                os.close(answer.within(0.0)[0])
            came()

        answer.then(late)
        raise refusal.no_answer() if is_late else refusal.changed()

    def _open(self, request: ShowFile) -> _Opened:
        file = open_plain(request.path)
        try:
            size = os.fstat(file).st_size
            known = self.of(request.sha256, size)
            if known is None and size <= AT_ONCE_BYTES:
                known = self._made_at_once(file, request.sha256, size)
        except BaseException:
            os.close(file)
            raise
        return file, size, known

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

    def _made_at_once(self, file: int, sha256: str, size: int) -> Digests:
        try:
            digests = _summed(file, size, sha256, lambda: False)
        except OSError as error:
            raise why_not_opened(error) from error
        self._hold(sha256, digests)
        return digests

    def _made(self, file: int, sha256: str, size: int, given_up: Callable[[], bool]) -> Digests:
        making = self._begun(file, sha256, size, given_up)
        while not making.over.wait(LOOK_S):
            if given_up():
                raise refusal.changed()
            if making.hangs_s() > self._open_s:
                raise refusal.no_answer()
        if making.why is not None or making.digests is None:
            raise making.why or refusal.changed()
        return making.digests

    def _begun(self, file: int, sha256: str, size: int, given_up: Callable[[], bool]) -> "_Making":
        """Has a large file hashed, as soon as not too many others are. Raises Refused."""
        with self._lock:
            while sha256 not in self._making and self._at_work() >= MOST_AT_ONCE:
                if given_up():
                    raise refusal.changed()
                self._lock.wait(LOOK_S)
            making = self._making.get(sha256)
            if making is None:
                making = _Making()
                self._start(making, file, sha256, size)
                self._making[sha256] = making
            return making

    def _at_work(self) -> int:
        """How many large files are being hashed and come on, or too many that hang."""
        hanging = sum(making.hangs_s() > self._open_s for making in self._making.values())
        return len(self._making) - (hanging if hanging < MOST_HANGING else 0)

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
            making.digests = _summed(file, size, sha256, making.comes_on)
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
        """Returns what the state folder has; None also when its disk does not answer, which is no fault of the file."""
        if self._folder is None:
            return None
        path = self._folder / sha256
        with self._lock:
            if sha256 in self._unwritten and self._unwritten[sha256] is None:
                return None
        with self._asking:
            if self._asked is not None and not self._asked.is_there:
                return None
            try:
                self._asked = Answer(lambda: load_state(path, Digests, decode=msgspec.msgpack.decode), "kept digests")
                found = self._asked.within(STATE_S)
            except (OSError, NotOursError, RuntimeError):  # the last: no thread to be had
                return None
        if not found.is_sound():
            return None
        self._hold(sha256, found)
        return found

    def _sweep(self, folder: Path) -> None:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda each: each.stat().st_mtime)
        for entry in entries[:-MOST_FILES]:
            os.unlink(entry.path)


class _Making:
    """Digests that are being made."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self._moved_at = time.monotonic()
        self.digests: Digests | None = None
        self.why: refusal.Refused | None = None

    def comes_on(self) -> bool:
        """Takes that some of the file has come; says that the rest is wanted, too."""
        self._moved_at = time.monotonic()
        return False

    def hangs_s(self) -> float:
        """Returns for how long nothing has come."""
        return time.monotonic() - self._moved_at


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
