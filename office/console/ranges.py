"""Which part of a file a `Range` header asks for (RFC 9110, section 14).

Rule: pure; headers and sizes come as values.
"""

import re

import msgspec

_ONE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Span(msgspec.Struct, frozen=True):
    """Bytes of a file, `first` up to and with `last`."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


class Unsatisfiable(msgspec.Struct, frozen=True):
    """A range that begins behind the file's end."""


def asked(header: str | None, if_range: str | None, etag: str, size: int) -> Span | Unsatisfiable | None:
    """Gives the part that is asked for; None stands for the whole file.

    Several ranges at once and what is no range are answered with the whole, as the RFC allows; so is a resumption
    (`If-Range`) of a file that is another one by now.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    found = _ONE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        return Span(size - length, size - 1) if length else Unsatisfiable()
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    return Span(first, last) if first < size else Unsatisfiable()
