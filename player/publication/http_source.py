"""Published files over HTTP.

Rule: a server gets no name from us but those of the layout, and whatever it answers is only bytes to be verified.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from player.publication.sources import CannotResumeError, NotThereError, Opened, SourceError, gathered
from signage import __version__
from signage.errors import Words

if TYPE_CHECKING:
    from player.publication.http_pool import Answer, Pool

LOOK_EVERY_S = 900.0
PATIENCE_S = 20.0
LEAST_BYTES = 20 * 1024
"""In `PATIENCE_S`, unless the file ends before."""

_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")


class HttpSource:
    """The publishing layout below an http:// or https:// address."""

    def __init__(
        self,
        base: str,
        *,
        ca: str = "",
        look_every_s: float = LOOK_EVERY_S,
        patience_s: float = PATIENCE_S,
        least_bytes: int = LEAST_BYTES,
    ) -> None:
        """`ca` is the path of a file with the certificates that may vouch for the server; empty: the system's."""
        self.look_every_s = look_every_s
        self._at, self._ca = urlsplit(base), ca
        self._prefix = self._at.path.rstrip("/")
        self._patience_s, self._least_bytes = patience_s, least_bytes
        self._lock = threading.Lock()
        self._made: Pool | None = None

    is_stand_in = False

    def metadata(self, name: str, most_bytes: int) -> bytes:
        """Gives a metadata file. Raises SourceError."""
        with self._open(f"metadata/{name}", {}) as answer:
            return gathered(answer.chunks, most_bytes)

    @contextmanager
    def content(self, sha256: str, start: int, validator: str) -> Iterator[Opened]:
        """Opens a file at `start` if the server can do that and it has not changed since. Raises SourceError."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        if start and validator:
            headers["If-Range"] = validator
        with self._open(f"content/{sha256}", headers) as answer:
            begins, total = _span(answer, start)
            tag = answer.headers.get("ETag", "")
            # A weak tag names what looks alike, not what is equal byte by byte (RFC 9110, 8.8.1).
            yield Opened(begins, total, tag if tag.startswith('"') and len(tag) < 200 else "", answer.chunks)

    def is_unchanged(self) -> bool:
        """Never certain: only a look tells."""
        return False

    def has_come(self) -> bool:
        """Never known: only a look tells."""
        return False

    def interrupt(self) -> None:
        """Ends what is being read just now, from any thread."""
        with self._lock:
            if self._made is not None:
                self._made.interrupt()

    def close(self) -> None:
        """Closes every connection."""
        with self._lock:
            if self._made is not None:
                self._made.close()

    @contextmanager
    def _open(self, path: str, headers: dict[str, str]) -> Iterator["Answer"]:
        wanted = {"User-Agent": f"wuzha/{__version__}", **headers}
        with self._pool().get(f"{self._prefix}/{path}", wanted) as answer:
            _check(answer.status, path.rpartition("/")[2][:40])
            yield answer

    def _pool(self) -> "Pool":
        """The connection, made when first needed: its library would hold up the first picture."""
        from player.publication.http_pool import Pool  # noqa: PLC0415

        with self._lock:
            if self._made is None:
                self._made = Pool(self._at, ca=self._ca, patience_s=self._patience_s, least_bytes=self._least_bytes)
            return self._made


def _check(status: int, name: str) -> None:
    match status:
        case 200 | 206:
            return
        case 404 | 403 | 410:
            raise NotThereError(Words(zh=f"服务器上没有 {name}（{status}）", en=f"the server has no {name} ({status})"))
        case _ if 300 <= status < 400:
            words = Words(zh=f"服务器要转到别处（{status}），已拒绝", en=f"the server redirects ({status}), refused")
        case 416:
            raise CannotResumeError(
                Words(zh="服务器上的文件比已下载的还短", en="the server's file is shorter than what is here (416)")
            )
        case _:
            words = Words(zh=f"下载服务器出错（{status}）", en=f"the server answers {status}")
    raise SourceError(words)


def _span(answer: "Answer", start: int) -> tuple[int, int | None]:
    """Where the bytes of an answer begin, and how many the whole file has."""
    if answer.status == 200:
        return 0, answer.length
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != start:
        raise CannotResumeError(Words(zh="服务器给了另一段内容", en="the server gave another part than was asked for"))
    return start, None if found[2] == "*" else int(found[2])
