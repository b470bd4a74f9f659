"""File systems of tests that stop answering, as disks and shares do: in the kernel, where no signal helps.

    with Share(folder / "share", {"a.png": picture}) as share:
        share.hang()        # from here on every question waits, also that of a process that is killed

    with disk(folder / "disk") as one:
        one.freeze()        # whoever writes waits

Whatever a test does, what it began is ended: at the end of the block, or after `LONGEST_S` by a thread of its own.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

LONGEST_S = 120.0
MS_NOSUID, MS_NODEV, MNT_FORCE, MNT_DETACH = 2, 4, 1, 2
_LOOKUP, _FORGET, _GETATTR, _OPEN, _READ, _STATFS, _RELEASE = 1, 2, 3, 14, 15, 17, 18
_FLUSH, _INIT, _OPENDIR, _READDIR, _RELEASEDIR, _INTERRUPT, _BATCH_FORGET = 25, 26, 27, 28, 29, 36, 42
_DIRECT_IO = 1
_FREEZE, _THAW = 0xC0045877, 0xC0045878  # FIFREEZE, FITHAW of linux/fs.h
_LIBC = ctypes.CDLL(None, use_errno=True)


class Share:
    """A read-only file system of this process (FUSE): files by their names below its top, folders by their slashes."""

    def __init__(self, at: Path, files: Mapping[str, bytes], *, kind: str = "fuse", hangs: bool = False) -> None:
        """`kind` is what the table of mounts calls it; with `hangs` it never answers at all, but that it is there."""
        self.at, self._kind = at, kind
        self._nodes: list[tuple[str, bytes | None]] = [("", None)]
        for name, content in files.items():
            self.put(name, content)
        self._answers = threading.Event()
        if not hangs:
            self._answers.set()
        self._gives = True
        self._held: list[bytes] = []
        self._guard = threading.Lock()
        self._began = time.time()
        self.waiting = threading.Event()
        """Set when somebody waits for an answer that does not come."""

    def put(self, name: str, content: bytes) -> None:
        """Puts a file there, with the folders above it."""
        parts = name.split("/")
        for depth in range(1, len(parts)):
            top = "/".join(parts[:depth])
            if all(each != top for each, _ in self._nodes):
                self._nodes.append((top, None))
        self._nodes.append((name, content))

    def hang(self) -> None:
        """Answers nothing from now on."""
        self.waiting.clear()
        self._answers.clear()

    def stop_reading(self) -> None:
        """Goes on saying what is there, but gives no contents from now on."""
        self._gives = False

    def answer(self) -> None:
        """Answers again, first what was asked meanwhile."""
        with self._guard:
            self._answers.set()
            self._gives = True
            held, self._held = self._held, []
        for message in held:
            self._reply(message)

    def __enter__(self) -> Self:
        self.at.mkdir(parents=True, exist_ok=True)
        try:
            self._device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            pytest.skip(f"the kernel has no FUSE, or not for us: {error}")
        told = f"fd={self._device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()},allow_other"
        at = os.fsencode(self.at)
        if _LIBC.mount(b"tests", at, self._kind.encode(), MS_NOSUID | MS_NODEV, told.encode()) != 0:
            os.close(self._device)
            pytest.skip(f"no FUSE may be mounted here: {os.strerror(ctypes.get_errno())}")
        self._thread = threading.Thread(target=self._serve, name="share", daemon=True)
        self._thread.start()
        self._watchdog = threading.Timer(LONGEST_S, self.end)
        self._watchdog.daemon = True
        self._watchdog.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watchdog.cancel()
        self.end()
        self._thread.join(10)
        os.close(self._device)

    def end(self) -> None:
        """Takes the file system away; whoever waits for it gets an error."""
        _LIBC.umount2(os.fsencode(self.at), MNT_FORCE | MNT_DETACH)

    def _serve(self) -> None:
        while True:
            try:
                message = os.read(self._device, 1 << 17 | 4096)
            except InterruptedError:
                continue
            except OSError as error:
                if error.errno == errno.ENOENT:  # the question was taken back
                    continue
                return
            with self._guard:
                opcode = struct.unpack_from("<I", message, 4)[0]
                is_held = not self._answers.is_set() or (opcode == _READ and not self._gives)
                if opcode != _INIT and is_held:
                    self._held.append(message)
                    self.waiting.set()
                    continue
            self._reply(message)

    def _reply(self, message: bytes) -> None:
        _, opcode, unique, node = struct.unpack_from("<IIQQ", message)
        if opcode in (_FORGET, _BATCH_FORGET, _INTERRUPT):
            return
        try:
            body, code = self._done(opcode, node, message[40:]), 0
        except OSError as error:
            body, code = b"", error.errno or errno.EIO
        with contextlib.suppress(OSError):
            os.write(self._device, struct.pack("<IiQ", 16 + len(body), -code, unique) + body)

    def _done(self, opcode: int, node: int, rest: bytes) -> bytes:
        if opcode in (_RELEASE, _FLUSH, _RELEASEDIR):
            return b""
        answer = {
            _INIT: self._init, _LOOKUP: self._lookup, _GETATTR: self._getattr, _READ: self._read,
            _OPEN: self._open, _OPENDIR: self._open, _READDIR: self._entries, _STATFS: self._statfs,
        }.get(opcode)  # fmt: skip
        if answer is None:
            raise OSError(errno.ENOSYS, "not here")
        return answer(node, rest)

    def _init(self, _node: int, _rest: bytes) -> bytes:
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, 1 << 17, 0, 12, 9, 1 << 17, 1, 32, 0, 0, *[0] * 7)

    def _lookup(self, node: int, rest: bytes) -> bytes:
        wanted = "/".join(filter(None, (self._name(node), os.fsdecode(rest.rstrip(b"\0")))))
        found = next((n for n, (name, _) in enumerate(self._nodes, 1) if n > 1 and name == wanted), None)
        if found is None:
            raise OSError(errno.ENOENT, wanted)
        return struct.pack("<QQQQII", found, 0, 0, 0, 0, 0) + self._attributes(found)

    def _getattr(self, node: int, _rest: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0) + self._attributes(node)

    def _open(self, _node: int, _rest: bytes) -> bytes:
        return struct.pack("<QII", 0, _DIRECT_IO, 0)  # every byte is asked for each time

    def _read(self, node: int, rest: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", rest)
        return (self._nodes[node - 1][1] or b"")[offset : offset + size]

    def _statfs(self, _node: int, _rest: bytes) -> bytes:
        return struct.pack("<QQQQQIIII6I", 1, 0, 0, 1, 0, 4096, 255, 4096, 0, *[0] * 6)

    def _name(self, node: int) -> str:
        return self._nodes[node - 1][0]

    def _attributes(self, node: int) -> bytes:
        content = self._nodes[node - 1][1]
        mode = stat.S_IFDIR | 0o755 if content is None else stat.S_IFREG | 0o644
        size, at = len(content or b""), int(self._began)
        return struct.pack(
            "<QQQQQQIIIIIIIIII", node, size, -(-size // 512), at, at, at, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0
        )

    def _entries(self, node: int, rest: bytes) -> bytes:
        _, offset, most = struct.unpack_from("<QQI", rest)
        top = self._name(node)
        inside = [
            (number, name.rpartition("/")[2], content)
            for number, (name, content) in enumerate(self._nodes, 1)
            if number > 1 and name.rpartition("/")[0] == top
        ]
        told = b""
        for place, (number, name, content) in enumerate(inside[offset:], offset + 1):
            coded = name.encode()
            kind = 4 if content is None else 8
            entry = struct.pack("<QQII", number, place, len(coded), kind) + coded
            entry += bytes(-len(entry) % 8)
            if len(told) + len(entry) > most:
                break
            told += entry
        return told


class Disk:
    """An ext4 file system in a file, which can be made to stand still for whoever writes (fsfreeze(8))."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self._top = os.open(at, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._is_frozen = False

    def freeze(self) -> None:
        """Every writing from now on waits in the kernel."""
        self._ask(_FREEZE)
        self._is_frozen = True

    def thaw(self) -> None:
        """What waits goes on."""
        if self._is_frozen:
            self._ask(_THAW)
            self._is_frozen = False

    def close(self) -> None:
        """Lets go of it."""
        with contextlib.suppress(OSError):
            self.thaw()
        os.close(self._top)

    def _ask(self, what: int) -> None:
        import fcntl

        fcntl.ioctl(self._top, what, 0)


@contextlib.contextmanager
def disk(at: Path, megabytes: int = 32) -> Iterator[Disk]:
    """A disk of its own at a folder; skips where none can be had."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root of a Linux machine can mount a disk to freeze")
    image = at.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    at.mkdir(parents=True, exist_ok=True)
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("not installed: mkfs.ext4")
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", str(image), str(at)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no loop device to be had: {mounted.stderr.strip()}")
    one = Disk(at)
    watchdog = threading.Timer(LONGEST_S, one.thaw)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield one
    finally:
        watchdog.cancel()
        one.close()
        subprocess.run(["umount", "-l", str(at)], check=False)
