"""A ring of pictures in memory that the screen process and one worker share.

One side writes, the other reads, without locks: the writer raises `head` after what it wrote is complete, the reader
raises `tail` when it is done with it. Rule: a reader believes nothing that stands in shared memory – the worker decodes
files of strangers – and checks each number on each read; its own `tail` it keeps outside.
"""

import mmap
from dataclasses import dataclass, replace

from player.decode.rings.shared import HEAD, HEADER_BYTES, TAIL, RingBroken, fence

SLOT_WORDS = 8
_SLOTS = 64
_PAGE = 4096
_LONGEST = 65_535
_LAST_INDEX, _LATEST_S = 10**9, 30 * 86_400.0
"""Of a frame in its request: more than any slot lasts."""


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


def frames_size(slots: int, slot_bytes: int) -> int:
    """Gives the bytes of a frame ring with `slots` places of `slot_bytes`."""
    return HEADER_BYTES + slots * _padded(slot_bytes)


def _padded(slot_bytes: int) -> int:
    return -(-slot_bytes // _PAGE) * _PAGE


class FrameWriter:
    """The worker's end of a frame ring."""

    def __init__(self, memory: mmap.mmap, slots: int, slot_bytes: int) -> None:
        self.slots, self.slot_bytes = slots, slot_bytes
        self._bytes = memoryview(memory)
        self._words = self._bytes[:HEADER_BYTES].cast("Q")
        self._signed = self._bytes[:HEADER_BYTES].cast("q")
        self._head = self._words[HEAD]

    def has_room(self) -> bool:
        """Says whether the next slot is free."""
        return self._head - self._words[TAIL] < self.slots

    @property
    def place(self) -> int:
        """Which slot is written next, 0..slots-1."""
        return self._head % self.slots

    def slot(self) -> memoryview:
        """Gives the bytes of the next slot; valid only while `has_room`."""
        start = HEADER_BYTES + self.place * _padded(self.slot_bytes)
        return self._bytes[start : start + self.slot_bytes]

    def publish(
        self, *, request: int, index: int, pts_us: int, size: tuple[int, int], used_px: int, last: bool
    ) -> None:
        """Hands the next slot, now complete, to the reader."""
        at = _SLOTS + self.place * SLOT_WORDS
        for offset, value in enumerate((request, index, pts_us, size[0], size[1], used_px, int(last))):
            self._signed[at + offset] = value
        self._head += 1
        fence()
        self._words[HEAD] = self._head


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
        count = self._words[HEAD] - self._tail
        if not 0 <= count <= self.slots:
            raise RingBroken(f"{count} frames in a ring of {self.slots}")
        return count

    @property
    def head(self) -> int:
        """The writer's counter, unchecked: only to see whether it moves."""
        return self._words[HEAD]

    def oldest(self, request: int) -> Frame | None:
        """Returns the oldest waiting frame of `request`, giving back older requests' slots; raises RingBroken.

        Gives back as many as the ring has slots at most: a writer that goes on writing holds up nobody.
        """
        for _ in range(self.slots):
            if not self.waiting():
                break
            fence()
            at = _SLOTS + self._tail % self.slots * SLOT_WORDS
            owner, index, pts_us, width, height, used_px, last = self._signed[at : at + 7]
            if owner != request:
                self.release()
                continue
            return self._checked(Frame(index, pts_us / 1e6, width, height, used_px, last == 1, self._bytes))
        return None

    def _checked(self, said: Frame) -> Frame:
        width, height = said.width, said.height
        if not (0 < width <= _LONGEST and 0 < height <= _LONGEST and width * height * 4 <= self.slot_bytes):
            raise RingBroken(f"a frame of {width} x {height}")
        if not (0 <= said.index <= _LAST_INDEX and 0 <= said.pts_s <= _LATEST_S and 0 <= said.used_px <= _LONGEST):
            raise RingBroken(f"frame {said.index} at {said.pts_s} s, {said.used_px} px used")
        start = HEADER_BYTES + self._tail % self.slots * _padded(self.slot_bytes)
        return replace(said, pixels=self._bytes[start : start + width * height * 4].toreadonly())

    def release(self) -> None:
        """Gives the oldest slot back to the writer."""
        self._tail += 1
        fence()
        self._words[TAIL] = self._tail
