"""Rings of pictures and of sound in memory that the screen process and one worker share.

One side writes, the other reads, without locks: the writer raises `head` after what it wrote is complete, the reader raises
`tail` when it is done with it. Rule: a reader believes nothing that stands in shared memory – the worker decodes files of
strangers – and checks each number on each read; its own `tail` it keeps outside.
"""

import mmap
import os
import secrets
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

HEADER_BYTES = 4096
SLOT_WORDS = 8
MAX_SLOTS = 32
_HEAD, _TAIL, _REQUEST, _START, _SLOTS = 8, 16, 24, 25, 64  # positions in 8-byte words; head and tail on their own cache lines
_PAGE = 4096
_order = threading.Lock()

SOUND_RATE_HZ = 48_000
SOUND_FRAME_BYTES = 4
SOUND_BYTES_PER_S = SOUND_RATE_HZ * SOUND_FRAME_BYTES
SOUND_RING_BYTES = 2 * SOUND_BYTES_PER_S


class RingBroken(Exception):
    """What stands in a ring cannot be: the worker that writes it must go."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture that waits in a ring; `pixels` is valid until it is released."""

    index: int
    pts_s: float
    width: int
    height: int
    used_px: int
    last: bool
    pixels: memoryview
    """B, G, R, unused; rows tight, top to bottom; read-only."""


@dataclass(slots=True)
class Shared:
    """Memory that a worker can be given: by an inherited descriptor on Linux, by a file's path elsewhere."""

    memory: mmap.mmap
    address: str
    fds: tuple[int, ...] = ()
    path: Path | None = None

    def handed_over(self) -> None:
        """Lets go of what was only needed to start the worker; the memory stays."""
        for fd in self.fds:
            os.close(fd)
        self.fds = ()

    def forget(self) -> None:
        """Removes the file behind the memory, where there is one."""
        self.handed_over()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            self.path = None


def share(size: int) -> Shared:
    """Gives new zeroed memory of `size` bytes that can be shared with a child process; raises OSError when there is none."""
    if hasattr(os, "memfd_create"):
        import fcntl  # noqa: PLC0415  # not on Windows

        fd = os.memfd_create("wuzha-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, size)
        # A worker that could shrink it would kill the screen process with SIGBUS.
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        return Shared(mmap.mmap(fd, size), f"fd:{fd}", (fd,))
    path = Path(tempfile.mkdtemp(prefix="wuzha-")) / secrets.token_hex(8)
    with path.open("w+b") as file:
        file.truncate(size)
        return Shared(mmap.mmap(file.fileno(), size), f"file:{path}", (), path)


def attach(address: str, size: int) -> mmap.mmap:
    """Gives the memory behind an address made by `share`, in the worker."""
    kind, _, where = address.partition(":")
    if kind == "fd":
        memory = mmap.mmap(int(where), size)
        os.close(int(where))
        return memory
    with Path(where).open("r+b") as file:
        return mmap.mmap(file.fileno(), size)


def frames_size(slots: int, slot_bytes: int) -> int:
    """Gives the bytes of a frame ring with `slots` places of `slot_bytes`."""
    return HEADER_BYTES + slots * _padded(slot_bytes)


def sound_size() -> int:
    """Gives the bytes of a sound ring."""
    return HEADER_BYTES + SOUND_RING_BYTES


def _padded(slot_bytes: int) -> int:
    return -(-slot_bytes // _PAGE) * _PAGE


def _fence() -> None:
    # Releasing a lock and taking it again orders all memory before against all memory after, on ARM too.
    with _order:
        pass
    with _order:
        pass


class FrameWriter:
    """The worker's end of a frame ring."""

    def __init__(self, memory: mmap.mmap, slots: int, slot_bytes: int) -> None:
        self.slots, self.slot_bytes = slots, slot_bytes
        self._bytes = memoryview(memory)
        self._words = self._bytes[:HEADER_BYTES].cast("Q")
        self._signed = self._bytes[:HEADER_BYTES].cast("q")
        self._head = self._words[_HEAD]

    def has_room(self) -> bool:
        """Says whether the next slot is free."""
        return self._head - self._words[_TAIL] < self.slots

    @property
    def place(self) -> int:
        """Which slot is written next, 0..slots-1."""
        return self._head % self.slots

    def slot(self) -> memoryview:
        """Gives the bytes of the next slot; valid only while `has_room`."""
        start = HEADER_BYTES + self.place * _padded(self.slot_bytes)
        return self._bytes[start : start + self.slot_bytes]

    def publish(self, *, request: int, index: int, pts_us: int, size: tuple[int, int], used_px: int, last: bool) -> None:
        """Hands the next slot, now complete, to the reader."""
        at = _SLOTS + self.place * SLOT_WORDS
        for offset, value in enumerate((request, index, pts_us, size[0], size[1], used_px, int(last))):
            self._signed[at + offset] = value
        self._head += 1
        _fence()
        self._words[_HEAD] = self._head


class FrameReader:
    """The screen's end of a frame ring; every method returns at once."""

    def __init__(self, memory: mmap.mmap, slots: int, slot_bytes: int) -> None:
        self.slots, self.slot_bytes = slots, slot_bytes
        self._bytes = memoryview(memory)
        self._words = self._bytes[:HEADER_BYTES].cast("Q")
        self._signed = self._bytes[:HEADER_BYTES].cast("q")
        self._tail = 0

    def waiting(self) -> int:
        """Gives how many slots wait, of any request; raises RingBroken on an impossible count."""
        count = self._words[_HEAD] - self._tail
        if not 0 <= count <= self.slots:
            raise RingBroken(f"{count} frames in a ring of {self.slots}")
        return count

    @property
    def head(self) -> int:
        """The writer's counter, unchecked: only to see whether it moves."""
        return self._words[_HEAD]

    def oldest(self, request: int) -> Frame | None:
        """Gives the oldest waiting frame of `request`, giving back older requests' slots; raises RingBroken."""
        while self.waiting():
            _fence()
            at = _SLOTS + self._tail % self.slots * SLOT_WORDS
            owner, index, pts_us, width, height, used_px, last = self._signed[at : at + 7]
            if owner != request:
                self.release()
                continue
            return self._checked(index, pts_us, width, height, used_px, last)
        return None

    def _checked(self, index: int, pts_us: int, width: int, height: int, used_px: int, last: int) -> Frame:
        if width <= 0 or height <= 0 or width > 65_535 or height > 65_535 or width * height * 4 > self.slot_bytes:
            raise RingBroken(f"a frame of {width} x {height}")
        if index < 0 or pts_us < 0 or not 0 <= used_px <= 65_535:
            raise RingBroken(f"a frame numbered {index} at {pts_us} us, {used_px} px used")
        start = HEADER_BYTES + self._tail % self.slots * _padded(self.slot_bytes)
        pixels = self._bytes[start : start + width * height * 4].toreadonly()
        return Frame(index, pts_us / 1e6, width, height, used_px, last == 1, pixels)

    def release(self) -> None:
        """Gives the oldest slot back to the writer."""
        self._tail += 1
        _fence()
        self._words[_TAIL] = self._tail


class SoundWriter:
    """The worker's end of a sound ring."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._bytes = memoryview(memory)
        self._words = self._bytes[:HEADER_BYTES].cast("Q")
        self._data = self._bytes[HEADER_BYTES : HEADER_BYTES + SOUND_RING_BYTES]
        self._head = self._words[_HEAD]

    def begin(self, request: int) -> None:
        """What is written from now on belongs to `request`."""
        self._words[_REQUEST] = 0
        _fence()
        self._words[_START] = self._head
        _fence()
        self._words[_REQUEST] = request

    def room(self) -> int:
        """Gives how many bytes can be written now."""
        return max(0, SOUND_RING_BYTES - (self._head - self._words[_TAIL]))

    def write(self, block: memoryview) -> int:
        """Writes as much of `block` as there is room for and gives how many bytes that was."""
        count = min(len(block), self.room())
        at = self._head % SOUND_RING_BYTES
        first = min(count, SOUND_RING_BYTES - at)
        self._data[at : at + first] = block[:first]
        self._data[: count - first] = block[first:count]
        self._head += count
        _fence()
        self._words[_HEAD] = self._head
        return count


@dataclass(slots=True)
class SoundReader:
    """The screen's end of a sound ring; every method returns at once."""

    memory: mmap.mmap
    _tail: int = 0
    _words: memoryview = field(init=False)
    _data: memoryview = field(init=False)

    def __post_init__(self) -> None:
        whole = memoryview(self.memory)
        self._words = whole[:HEADER_BYTES].cast("Q")
        self._data = whole[HEADER_BYTES : HEADER_BYTES + SOUND_RING_BYTES]

    @property
    def head(self) -> int:
        """The writer's counter, unchecked: only to see whether it moves."""
        return self._words[_HEAD]

    def waiting(self, request: int) -> int:
        """Gives how many bytes of `request` wait, giving back those of older ones; raises RingBroken."""
        head = self._words[_HEAD]
        if not 0 <= head - self._tail <= SOUND_RING_BYTES:
            raise RingBroken(f"{head - self._tail} bytes in a sound ring of {SOUND_RING_BYTES}")
        if self._words[_REQUEST] != request:
            self._give_back(head)
            return 0
        start = min(self._words[_START], head)
        if self._tail < start:
            self._give_back(start)
        return head - self._tail

    def read(self, request: int, most: int) -> bytes:
        """Gives up to `most` bytes of `request`, whole samples only, and their place back; raises RingBroken."""
        count = min(max(0, most), self.waiting(request)) // SOUND_FRAME_BYTES * SOUND_FRAME_BYTES
        if not count:
            return b""
        _fence()
        at = self._tail % SOUND_RING_BYTES
        first = min(count, SOUND_RING_BYTES - at)
        block = bytes(self._data[at : at + first]) + bytes(self._data[: count - first])
        self._give_back(self._tail + count)
        return block

    def is_full(self) -> bool:
        """Says whether the writer has to wait; it may leave a sample's worth unused."""
        return self._words[_HEAD] - self._tail > SOUND_RING_BYTES - SOUND_FRAME_BYTES

    def _give_back(self, tail: int) -> None:
        self._tail = tail
        _fence()
        self._words[_TAIL] = tail
