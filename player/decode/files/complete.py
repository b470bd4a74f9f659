"""Whether a file's own lengths and end marks are borne out by its size: was it copied whole?

Rule: it sees a file through a function that reads a few bytes at a place. Containers that tell no length pass; what
they lack is found when they are decoded.
"""

from collections.abc import Callable

from player.decode import refusal
from player.decode.files.sniff import Format

Read = Callable[[int, int], bytes]
"""(place, count) → that many bytes of the file, fewer at its end."""

MAX_PARTS = 200_000
_TAIL_BYTES = 65_536
_UNKNOWN_SIZES = (8, 0xFFFFFFFF + 8)
"""What RIFF writers leave that cannot go back to the beginning of a stream."""


def check(form: Format, read: Read, size: int) -> None:
    """Raises Refused when bytes are missing at the file's end."""
    checks: dict[str, Callable[[Read, int], bool]] = {
        "PNG": _png,
        "GIF": _gif,
        "WEBP": _riff,
        "wav": _riff,
        "avi": _riff,
        "mov": _mov,
        "matroska": _matroska,
        "ogg": _ogg,
        "mp3": _mp3,
        "mpegts": _transport_stream,
    }
    known = checks.get(form.name)
    if known is not None and not known(read, size):
        raise refusal.incomplete()


def _png(read: Read, size: int) -> bool:
    at = 8
    for _ in range(MAX_PARTS):
        head = read(at, 8)
        if len(head) < 8:
            return False
        at += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return at <= size
    return False


def _gif(read: Read, size: int) -> bool:
    return b"\x3b" in read(max(0, size - 1024), 1024)


def _riff(read: Read, size: int) -> bool:
    promised = int.from_bytes(read(4, 4), "little") + 8
    return promised in _UNKNOWN_SIZES or promised <= size + 1  # the last pad byte is often left out


def _mov(read: Read, size: int) -> bool:
    at, has_index = 0, False
    for _ in range(MAX_PARTS):
        head = read(at, 16)
        if len(head) < 8 or min(head[4:8]) < 0x20:
            break  # some cameras leave what is no box behind the last one
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8 or at + length > size:
            return False
        has_index = has_index or head[4:8] == b"moov"
        at += length
    return has_index


def _matroska(read: Read, size: int) -> bool:
    at = 0
    for _ in range(8):
        head = read(at, 12)
        if len(head) < 2 or not head[0]:
            return False
        id_length = 9 - head[0].bit_length()
        number = head[id_length : id_length + 8]
        if not number or not number[0]:
            return False
        length_bytes = 9 - number[0].bit_length()
        value = int.from_bytes(number[:length_bytes], "big") & ((1 << 7 * length_bytes) - 1)
        at += id_length + length_bytes
        if head[:4] == b"\x18\x53\x80\x67":  # the segment: all of the film
            return value == (1 << 7 * length_bytes) - 1 or at + value <= size
        at += value
    return False


def _ogg(read: Read, size: int) -> bool:
    tail = read(max(0, size - _TAIL_BYTES), _TAIL_BYTES)
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 27 or not tail[page + 5] & 4:
        return False
    segments = tail[page + 27 : page + 27 + tail[page + 26]]
    return len(segments) == tail[page + 26] and page + 27 + len(segments) + sum(segments) <= len(tail)


def xing(read: Read) -> int | None:
    """Gives the place where an MP3's sound must reach, by its Xing or Info header; None without one."""
    at = 0
    tag = read(0, 10)
    if tag[:3] == b"ID3" and len(tag) == 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    head = read(at, 200)
    mark = max(head.find(b"Xing"), head.find(b"Info"))
    if mark < 0:
        return None
    flags = int.from_bytes(head[mark + 4 : mark + 8], "big")
    if not flags & 2:
        return at
    place = mark + 8 + (4 if flags & 1 else 0)
    return at + int.from_bytes(head[place : place + 4], "big")


def _mp3(read: Read, size: int) -> bool:
    reaches = xing(read)
    return reaches is None or reaches <= size


def _transport_stream(read: Read, size: int) -> bool:  # noqa: ARG001  # like the others
    return size % 188 == 0 or size % 192 == 0 or size % 204 == 0
