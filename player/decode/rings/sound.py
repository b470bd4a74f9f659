"""A ring of sound in memory that the screen process and one worker share; works as `frames.py` does, in bytes."""

import mmap
from dataclasses import dataclass, field

from player.decode.rings.shared import HEAD, HEADER_BYTES, TAIL, RingBroken, fence

SOUND_RATE_HZ = 48_000
SOUND_FRAME_BYTES = 4
SOUND_BYTES_PER_S = SOUND_RATE_HZ * SOUND_FRAME_BYTES
SOUND_RING_BYTES = 2 * SOUND_BYTES_PER_S
_REQUEST, _START = 24, 25


def sound_size() -> int:
    """Gives the bytes of a sound ring."""
    return HEADER_BYTES + SOUND_RING_BYTES


class SoundWriter:
    """The worker's end of a sound ring."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._bytes = memoryview(memory)
        self._words = self._bytes[:HEADER_BYTES].cast("Q")
        self._data = self._bytes[HEADER_BYTES : HEADER_BYTES + SOUND_RING_BYTES]
        self._head = self._words[HEAD]

    def begin(self, request: int) -> None:
        """What is written from now on belongs to `request`."""
        self._words[_REQUEST] = 0
        fence()
        self._words[_START] = self._head
        fence()
        self._words[_REQUEST] = request

    def room(self) -> int:
        """Gives how many bytes can be written now."""
        return max(0, SOUND_RING_BYTES - (self._head - self._words[TAIL]))

    def write(self, block: memoryview) -> int:
        """Writes as much of `block` as there is room for and gives how many bytes that was."""
        count = min(len(block), self.room())
        at = self._head % SOUND_RING_BYTES
        first = min(count, SOUND_RING_BYTES - at)
        self._data[at : at + first] = block[:first]
        self._data[: count - first] = block[first:count]
        self._head += count
        fence()
        self._words[HEAD] = self._head
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
        return self._words[HEAD]

    def waiting(self, request: int) -> int:
        """Gives how many bytes of `request` wait, giving back those of older ones; raises RingBroken."""
        head = self._words[HEAD]
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
        fence()
        at = self._tail % SOUND_RING_BYTES
        first = min(count, SOUND_RING_BYTES - at)
        block = bytes(self._data[at : at + first]) + bytes(self._data[: count - first])
        self._give_back(self._tail + count)
        return block

    def is_full(self) -> bool:
        """Says whether the writer has to wait; it may leave a sample's worth unused."""
        return self._words[HEAD] - self._tail > SOUND_RING_BYTES - SOUND_FRAME_BYTES

    def _give_back(self, tail: int) -> None:
        self._tail = tail
        fence()
        self._words[TAIL] = tail
