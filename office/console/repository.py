"""Gives the published files to the screens: signed metadata, and content by its hash.

Rule: nobody logs in for it, nothing but GET and HEAD, and a name is either exactly one of ours or not found.
"""

import hashlib
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from office.console.home import place
from office.console.ranges import Span, Unsatisfiable, asked

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

METADATA = re.compile(r"(?:[1-9][0-9]{0,8}\.(?:root|snapshot|targets|assign)|timestamp)\.json")
HASH = re.compile(r"[0-9a-f]{64}")
FOR_EVER = "public, max-age=31536000, immutable"
"""A number or a hash never comes to mean other bytes."""
MOST_METADATA_BYTES = 16 << 20


class Window(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        super().__init__()
        self._file, self._span = file, span
        self._file.seek(span.first)

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def seekable(self) -> bool:
        """Says that one can move in it."""
        return True

    def tell(self) -> int:
        """Gives the place, counted from the part's beginning."""
        return self._file.tell() - self._span.first

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Moves, counted from the part's beginning, the present place or the part's end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._span.length}[whence]
        self._file.seek(self._span.first + max(0, start + offset))
        return self.tell()

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Reads what fits, up to the part's end."""
        view = memoryview(buffer).cast("B")
        found = self._file.read(max(0, min(len(view), self._span.length - self.tell())))
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()


@require_safe
def metadata(request: HttpRequest, name: str) -> HttpResponseBase:
    """Gives signed metadata: `12.targets.json`, or `timestamp.json`, the one name whose bytes change."""
    if not METADATA.fullmatch(name):
        return _missing()
    try:
        file = (place().metadata / name).open("rb")
    except OSError:
        return _missing()
    size = os.fstat(file.fileno()).st_size
    if size > MOST_METADATA_BYTES:
        file.close()
        return _missing()
    cache = "no-cache" if name == "timestamp.json" else FOR_EVER
    # Sent from the file: whoever takes it slowly holds a descriptor, and no copy in memory.
    etag = f'"{hashlib.file_digest(file, "sha256").hexdigest()}"'
    kind = "application/json"
    return _answer(request, file, size, {"ETag": etag, "Cache-Control": cache, "Content-Type": kind})


@require_safe
def content(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Gives published bytes, whole or in part; their hash is their name and their ETag."""
    if not HASH.fullmatch(sha256):
        return _missing()
    path: Path = place().content / sha256
    try:
        file = path.open("rb")
    except OSError:
        return _missing()
    size = os.fstat(file.fileno()).st_size
    kind = "application/octet-stream"
    return _answer(request, file, size, {"ETag": f'"{sha256}"', "Cache-Control": FOR_EVER, "Content-Type": kind})


def _answer(request: HttpRequest, file: BinaryIO, size: int, headers: dict[str, str]) -> HttpResponseBase:
    headers, etag = {**headers, "Accept-Ranges": "bytes"}, headers["ETag"]
    if etag in (each.strip() for each in request.headers.get("If-None-Match", "").split(",")):
        file.close()
        return HttpResponse(status=304, headers=headers)
    wanted = request.headers.get("Range") if request.method == "GET" else None
    span = asked(wanted, request.headers.get("If-Range"), etag, size)
    match span:
        case Unsatisfiable():
            file.close()
            return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        case Span(first, last):
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
            status = 206
        case None:
            span, status = Span(0, size - 1), 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers={**headers, "Content-Length": str(size)})
    response = FileResponse(cast("BinaryIO", Window(file, span)), status=status, headers=headers)
    # What Django makes of a file by itself is a guess.
    response["Content-Type"], response["Content-Length"] = headers["Content-Type"], str(span.length)
    return response


def _missing() -> HttpResponse:
    return HttpResponse(status=404, headers={"Cache-Control": "no-store"})
