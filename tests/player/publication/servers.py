"""A server of the publishing layout that can be made to misbehave in every way that a test asks for."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Misdeed = Callable[["Handler", str], bool]
"""Answers a request itself and gives True, or leaves it to the server."""


class Handler(BaseHTTPRequestHandler):
    """Serves files with ranges and strong tags."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range", "")))
        with contextlib.suppress(OSError):
            for misdeed in self.server.misdeeds:
                if misdeed(self, self.path):
                    return
            self.serve()

    def serve(self, *, ranges: bool = True, tag: str | None = None) -> None:
        path = self.server.folder / self.path.lstrip("/")
        if ".." in self.path or not path.is_file():
            self.answer(404)
            return
        whole = path.read_bytes()
        tag = tag if tag is not None else f'"{len(whole)}-{path.stat().st_mtime_ns}"'
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if ranges and wanted and self.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            if start >= len(whole):
                self.answer(416)
                return
            span = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            self.answer(206, whole[start:], {"ETag": tag, "Content-Range": span})
        else:
            self.answer(200, whole, {"ETag": tag})

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """On a port that the system chose."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.misdeeds: list[Misdeed] = []
        self.asked: list[tuple[str, str]] = []
        self.over = threading.Event()
        """Set at the end, so that answers which never end do."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
