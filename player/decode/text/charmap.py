"""Tells which characters a font file has, from its `cmap` table (OpenType 1.9, sections cmap and name).

Pillow draws a box for a character that a font lacks and offers no way to ask beforehand.
"""

import bisect
import struct
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from signage.errors import WuzhaError

MAX_TABLE_BYTES = 16 * 1024 * 1024
_UNICODE_TABLES = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))


class FontError(WuzhaError):
    """A font file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Charmap:
    """The characters of one face, as ascending ranges of code points."""

    firsts: "array[int]"
    lasts: "array[int]"

    def has(self, char: str) -> bool:
        """Whether the face draws this character."""
        point = ord(char)
        place = bisect.bisect_right(self.firsts, point) - 1
        return place >= 0 and point <= self.lasts[place]


def read_charmap(path: Path, index: int = 0) -> Charmap:
    """Gives the characters of face `index` of a font file; `FontError` if the file is none or is damaged."""
    try:
        with path.open("rb") as file:
            table = _table(file, _face_offset(file, index), b"cmap")
            return _charmap(table)
    except (OSError, struct.error, IndexError) as error:
        raise FontError(f"{path}, face {index}: {error}") from error


def read_families(path: Path) -> tuple[str, ...]:
    """Gives the English family name of every face in a font file or collection; `FontError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            count = struct.unpack(">4sII", file.read(12))[2] if file.read(4) == b"ttcf" and not file.seek(0) else 1
            return tuple(_family(_table(file, _face_offset(file, index), b"name")) for index in range(min(count, 64)))
    except (OSError, struct.error, IndexError) as error:
        raise FontError(f"{path}: {error}") from error


def _face_offset(file: BinaryIO, index: int) -> int:
    file.seek(0)
    if file.read(4) != b"ttcf":
        return 0
    file.seek(12 + 4 * index)
    return int(struct.unpack(">I", file.read(4))[0])


def _table(file: BinaryIO, face_offset: int, wanted: bytes) -> bytes:
    file.seek(face_offset)
    count = struct.unpack(">IHHHH", file.read(12))[1]
    for tag, _, offset, length in struct.iter_unpack(">4sIII", file.read(16 * count)):
        if tag == wanted:
            file.seek(offset)
            return file.read(min(length, MAX_TABLE_BYTES))
    raise IndexError(f"no {wanted.decode()} table")


def _charmap(table: bytes) -> Charmap:
    count = struct.unpack_from(">HH", table)[1]
    offsets = {
        (platform, encoding): offset
        for platform, encoding, offset in struct.iter_unpack(">HHI", table[4 : 4 + 8 * count])
    }
    for key in _UNICODE_TABLES:
        if key in offsets:
            part = table[offsets[key] :]
            match struct.unpack_from(">H", part)[0]:
                case 12:
                    return _from_format_12(part)
                case 4:
                    return _from_format_4(part)
    raise IndexError("no Unicode cmap")


def _from_format_12(part: bytes) -> Charmap:
    groups = struct.unpack_from(">I", part, 12)[0]
    found = [(first, last) for first, last, glyph in struct.iter_unpack(">III", part[16 : 16 + 12 * groups]) if glyph]
    return _ranges(found)


def _from_format_4(part: bytes) -> Charmap:
    segments = struct.unpack_from(">H", part, 6)[0] // 2
    row = f">{segments}H"
    lasts = struct.unpack_from(row, part, 14)
    firsts = struct.unpack_from(row, part, 16 + 2 * segments)
    range_offsets = struct.unpack_from(row, part, 16 + 6 * segments)
    found: list[tuple[int, int]] = []
    for place in range(segments):
        first, last, offset = firsts[place], lasts[place], range_offsets[place]
        if first == 0xFFFF:
            continue
        if offset == 0:
            found.append((first, last))
            continue
        where = 16 + 6 * segments + 2 * place + offset
        glyphs = struct.unpack_from(f">{last - first + 1}H", part, where)
        found += [(first + step, first + step) for step, glyph in enumerate(glyphs) if glyph]
    return _ranges(found)


def _ranges(found: list[tuple[int, int]]) -> Charmap:
    found.sort()
    return Charmap(array("L", (first for first, _ in found)), array("L", (last for _, last in found)))


def _family(table: bytes) -> str:
    _, count, strings = struct.unpack_from(">HHH", table)
    names: dict[int, str] = {}
    for platform, _, language, name, length, offset in struct.iter_unpack(">6H", table[6 : 6 + 12 * count]):
        if platform == 3 and language == 0x0409 and name in (1, 16):
            names[name] = table[strings + offset : strings + offset + length].decode("utf-16-be", errors="replace")
    return names.get(16) or names.get(1) or ""
