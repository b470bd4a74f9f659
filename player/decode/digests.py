"""What each part of a file must hash to, so that a decoder reads a large file in any order and only its right bytes.

The digests are made in one pass with the SHA-256 of the whole. A file that is changed afterwards, however it is done,
has a part that does not match, and that part is never decoded. Rule: pure.
"""

import hashlib

import msgspec

PART_BYTES = 64 * 1024
"""Of a usual file; read and hashed whole before its first byte is used."""
MOST_PARTS = 4096
"""Larger files have larger parts, so that the digests always fit into one message."""
DIGEST_BYTES = 32


class Digests(msgspec.Struct, frozen=True):
    """The parts of a file of `size` bytes."""

    size: int
    part_bytes: int
    sums: bytes
    """SHA-256 of each part, one after another."""

    def holds(self, number: int, part: bytes) -> bool:
        """Whether part `number`, from 0, is what it was."""
        begin = number * DIGEST_BYTES
        return hashlib.sha256(part).digest() == self.sums[begin : begin + DIGEST_BYTES]

    def is_sound(self) -> bool:
        """Whether size, parts and digests go together."""
        parts = -(-self.size // self.part_bytes) if self.part_bytes > 0 else -1
        return self.size > 0 and len(self.sums) == parts * DIGEST_BYTES and parts <= MOST_PARTS


def part_bytes_of(size: int) -> int:
    """Returns how large the parts of a file of `size` bytes are."""
    part_bytes = PART_BYTES
    while part_bytes * MOST_PARTS < size:
        part_bytes *= 2
    return part_bytes


def of_one_part(size: int, sha256: str) -> Digests | None:
    """Returns the digests of a small file, for which its SHA-256 is enough; None for a larger one."""
    return Digests(size, PART_BYTES, bytes.fromhex(sha256)) if 0 < size <= PART_BYTES else None


class Summing:
    """Hashes a file of `size` bytes that passes by in blocks of any length."""

    def __init__(self, size: int) -> None:
        self._size, self._part_bytes = size, part_bytes_of(size)
        self._whole, self._part = hashlib.sha256(), hashlib.sha256()
        self._in_part = 0
        self._sums = bytearray()

    def update(self, block: bytes) -> None:
        """Takes the next bytes."""
        self._whole.update(block)
        rest = memoryview(block)
        while rest:
            taken = rest[: self._part_bytes - self._in_part]
            self._part.update(taken)
            self._in_part += len(taken)
            rest = rest[len(taken) :]
            if self._in_part == self._part_bytes:
                self._end_part()

    def _end_part(self) -> None:
        self._sums += self._part.digest()
        self._part, self._in_part = hashlib.sha256(), 0

    def done(self) -> tuple[str, Digests]:
        """Returns the SHA-256 of the whole in hex, and the digests of its parts; all of the file has passed."""
        if self._in_part:
            self._end_part()
        return self._whole.hexdigest(), Digests(self._size, self._part_bytes, bytes(self._sums))
