"""One connection to a server: the only file that knows urllib3.

Rule: a server may be anybody. It leads us nowhere else (redirects are not followed), and it cannot hold a thread:
whoever sends less than `least_bytes` in `patience_s` is cut off, also in the middle of a header.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from player.publication.sources import CHUNK_BYTES, SourceError
from signage.errors import Words

CONNECT_S = 10.0
READ_S = 20.0
MOST_DRAINED = 16 * 1024
"""Of what nobody wants, such as the page that comes with a 404; beyond that a new connection is cheaper."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers."""

    status: int
    headers: Mapping[str, str]
    length: int | None
    """Of the body, as far as it is said."""
    chunks: Iterator[bytes]
    """The body, as it comes; raises SourceError."""


class Pool:
    """Keeps a connection to one server from one request to the next."""

    def __init__(self, at: SplitResult, *, ca: str, patience_s: float, least_bytes: int) -> None:
        """`ca` is the path of a file with the certificates that may vouch for the server; empty: the system's."""
        self._patience_s, self._least_bytes = patience_s, least_bytes
        self._sockets = _Sockets()
        timeout = urllib3.Timeout(connect=CONNECT_S, read=READ_S)
        if at.scheme == "https":
            self._pool: urllib3.HTTPConnectionPool = urllib3.HTTPSConnectionPool(
                at.hostname or "", at.port, timeout=timeout, ca_certs=ca or None, cert_reqs="CERT_REQUIRED"
            )
        else:
            self._pool = urllib3.HTTPConnectionPool(at.hostname or "", at.port, timeout=timeout)
        self._pool.ConnectionCls = self._sockets.watched(self._pool.ConnectionCls)

    @contextmanager
    def get(self, path: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Asks for a path. Raises SourceError when no answer comes."""
        with _Pace(self._patience_s, self._least_bytes, self.interrupt) as pace:
            with _told(pace):
                response = self._pool.urlopen(
                    "GET", path, headers={"Accept-Encoding": "identity", **headers}, retries=False, redirect=False,
                    preload_content=False, decode_content=False,
                )  # fmt: skip
            try:
                yield Answer(response.status, response.headers, response.length_remaining, _chunks(response, pace))
            finally:
                # A connection is used again only when its last answer was read to the end, also an empty one.
                if response.length_remaining is not None and response.length_remaining <= MOST_DRAINED:
                    response.drain_conn()
                else:
                    response.close()
                response.release_conn()

    def interrupt(self) -> None:
        """Ends what is being read just now, from any thread."""
        self._sockets.shut()

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()


class _Sockets:
    """The sockets in use: whoever waits for one of them is woken by shutting it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def watched(self, kind: type) -> type:
        """Gives connections of a kind that leave their socket here as soon as they are connected."""
        assert issubclass(kind, HTTPConnection | HTTPSConnection)
        keep = self._keep

        class Watched(kind):  # type: ignore[misc]  # urllib3 has no other place to get at the socket before a reply
            def connect(self) -> None:
                super().connect()
                keep(self.sock)

        return Watched

    def _keep(self, opened: socket.socket) -> None:
        with self._lock:
            self._open = [each for each in self._open if each.fileno() >= 0]
            self._open.append(opened)

    def shut(self) -> None:
        with self._lock:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open = []


class _Pace:
    """Cuts off who sends less than `least_bytes` in `patience_s`."""

    def __init__(self, patience_s: float, least_bytes: int, cut: Callable[[], None]) -> None:
        self._patience_s, self._least, self._cut = patience_s, least_bytes, cut
        self._came, self._seen = 0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="pace", daemon=True)
        self.is_slow = False

    def __enter__(self) -> "_Pace":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def came(self, count: int) -> None:
        self._came += count

    def _watch(self) -> None:
        while not self._ended.wait(self._patience_s):
            if self._came - self._seen < self._least:
                self.is_slow = True
                self._cut()
            self._seen = self._came


@contextmanager
def _told(pace: _Pace) -> Iterator[None]:
    """Turns what urllib3 raises into our words."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        if pace.is_slow:
            words = Words(zh="服务器传得太慢，已断开", en="the server sends too slowly and was cut off")
        else:
            words = Words(
                zh="连不上下载服务器：请检查网线、路由器，问一下管理端是否开着",
                en=f"the server cannot be reached: {error}",
            )
        raise SourceError(words) from error


def _chunks(response: urllib3.BaseHTTPResponse, pace: _Pace) -> Iterator[bytes]:
    while True:
        with _told(pace):
            # What is there, not a full chunk: a trickle must come back here to be counted.
            chunk = response.read1(CHUNK_BYTES, decode_content=False)
        if not chunk:
            break
        pace.came(len(chunk))
        yield chunk
    if response.length_remaining or pace.is_slow:
        raise SourceError(Words(zh="下载中断", en="the connection ended before the file did"))
