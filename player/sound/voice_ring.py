"""The memory that the screen process and the sound process share: a ring of samples for each zone that sounds.

A voice is one sound of a zone; each has a number, from 1. Counters are samples (left and right together) since the
memory was made. Rule: each word has one writer; every method returns at once.
"""

import mmap
import struct

from player.decode.rings.shared import fence

RATE_HZ = 48_000
FRAME_BYTES = 4
"""Two samples of 16 bits, left and right."""
RING_FRAMES = 32_768
BUFFER_FRAMES = 1024
"""What a device asks for at a time."""
BUFFER_S = BUFFER_FRAMES / RATE_HZ
LOUDEST = 128
_HEADER_BYTES = 256
_HEAD, _VOICE, _START, _GAIN = 0, 1, 2, 3
"""Written by the screen process."""
_TAIL, _TOLD, _ZERO = 16, 17, 18
"""Written by the sound process, on other cache lines."""
_BEAT = 0
_ROW_BYTES = _HEADER_BYTES + RING_FRAMES * FRAME_BYTES


def memory_size(voices: int) -> int:
    """Returns the bytes for so many voices at a time."""
    return _HEADER_BYTES + voices * _ROW_BYTES


class VoiceWriter:
    """The screen process's end of one ring."""

    def __init__(self, memory: mmap.mmap, row: int) -> None:
        self._words, self._data = _row(memory, row)
        self._head = self._words[_HEAD]
        self._voice = 0

    def begin(self, voice: int) -> None:
        """What is written from now on is voice number `voice`; what was written before is not heard any more."""
        self._words[_VOICE] = 0
        fence()
        self._words[_START] = self._head
        fence()
        self._words[_VOICE] = self._voice = voice

    def stop(self) -> None:
        """Silences the voice."""
        self._words[_VOICE] = self._voice = 0

    def set_gain(self, gain: int) -> None:
        """Sets how loud it is, 0 to LOUDEST."""
        self._words[_GAIN] = gain

    def waiting(self) -> int:
        """Returns how many frames of the voice are still to be taken."""
        return self._head - max(self._words[_TAIL], self._words[_START])

    def write(self, block: bytes) -> None:
        """Appends whole frames, of which there is room for RING_FRAMES."""
        size = RING_FRAMES * FRAME_BYTES
        at = self._head * FRAME_BYTES % size
        first = min(len(block), size - at)
        self._data[at : at + first] = block[:first]
        self._data[: len(block) - first] = block[first:]
        self._head += len(block) // FRAME_BYTES
        fence()
        self._words[_HEAD] = self._head

    def heard_from(self) -> float | None:
        """Returns the monotonic moment at which the voice's first sample was heard; later, where some came late.

        None while the sound process has not taken it up.
        """
        if not self._voice or self._words[_TOLD] != self._voice:
            return None
        fence()
        return _as_float(self._words[_ZERO])


class VoiceReader:
    """The sound process's end of one ring."""

    def __init__(self, memory: mmap.mmap, row: int) -> None:
        self._words, self._data = _row(memory, row)
        self._voice = self._tail = 0
        self._zero_frame = 0
        """Of the device: with which one the voice began, later by what was missing since."""
        self._missing = 0
        """Frames that were silent because nothing was there; they count once sound flows again."""

    @property
    def gain(self) -> int:
        """How loud it is to be, 0 to LOUDEST."""
        return min(self._words[_GAIN], LOUDEST)

    def take(self, frames: int, device_frame: int, device_zero: float) -> bytes:
        """Returns up to `frames` of what sounds next, for the device's frame number `device_frame`.

        `device_zero` is the moment at which the device's first frame was heard.
        """
        voice = self._words[_VOICE]
        if not voice:
            self._give_back(self._words[_HEAD])
            return b""
        fence()
        if voice != self._voice:
            self._voice, self._zero_frame, self._missing = voice, device_frame, 0
        self._tail = max(self._tail, self._words[_START])
        count = max(0, min(frames, self._words[_HEAD] - self._tail))
        fence()
        size = RING_FRAMES * FRAME_BYTES
        at = self._tail * FRAME_BYTES % size
        first = min(count * FRAME_BYTES, size - at)
        block = bytes(self._data[at : at + first]) + bytes(self._data[: count * FRAME_BYTES - first])
        if count:
            self._zero_frame += self._missing
            self._missing = 0
        self._missing += frames - count
        self._words[_ZERO] = _as_word(device_zero + self._zero_frame / RATE_HZ)
        fence()
        self._words[_TOLD] = voice
        self._give_back(self._tail + count)
        return block

    def _give_back(self, tail: int) -> None:
        self._tail = tail
        fence()
        self._words[_TAIL] = tail


class Beat:
    """When the device last asked for sound."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._words = memoryview(memory)[:_HEADER_BYTES].cast("Q")

    def beat(self, now: float) -> None:
        """Notes that it asks now."""
        self._words[_BEAT] = _as_word(now)

    def last(self) -> float:
        """Returns when that was, in monotonic seconds; 0 when it never was."""
        return _as_float(self._words[_BEAT])


def _row(memory: mmap.mmap, row: int) -> tuple[memoryview, memoryview]:
    at = _HEADER_BYTES + row * _ROW_BYTES
    whole = memoryview(memory)[at : at + _ROW_BYTES]
    return whole[:_HEADER_BYTES].cast("Q"), whole[_HEADER_BYTES:]


def _as_word(number: float) -> int:
    word: int = struct.unpack("Q", struct.pack("d", number))[0]
    return word


def _as_float(word: int) -> float:
    number: float = struct.unpack("d", struct.pack("Q", word))[0]
    return number
