"""Serves the console and the published files over HTTP."""

import logging
import threading
import time
from typing import Any

from waitress.server import create_server
from waitress.wasyncore import close_all, loop

from office.ports import bound
from signage.errors import WuzhaError

THREADS = 8
MOST_BODY_BYTES = 1 << 20
"""Nobody uploads anything here."""
MOST_CONNECTIONS = 2000
"""A fleet that downloads a publication; each keeps one connection."""
STOP_S = 5.0
HANG_S = 60.0
"""A loop that has not turned for so long hangs; it turns at least once a second."""
PROXY: dict[str, Any] = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}


class ServerFailed(WuzhaError):
    """The address cannot be listened on."""


class Server:
    """Waitress on a thread of its own."""

    def __init__(self, host: str, port: int, *, or_next: bool = False, behind_proxy: bool = False) -> None:
        """Listens at once; `or_next`: a busy port moves to the next free one. Raises ServerFailed.

        `behind_proxy`: one on this machine speaks HTTPS for us, and its word on who asks, and how, is taken.
        """
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - Django is set up by whoever calls this

        self._sockets: dict[int, object] = {}
        self._ending = threading.Event()
        try:
            door = bound(host, port, or_next=or_next)
        except (OSError, OverflowError) as error:
            raise ServerFailed(
                f"不能在 {host}:{port} 上监听（可能已被占用，或地址不是本机的）：{error}\n"
                f"{host}:{port} cannot be listened on (in use, or not this machine's): {error}"
            ) from error
        self._server = create_server(
            get_wsgi_application(),
            map=self._sockets,
            sockets=[door],
            threads=THREADS,
            ident=None,
            max_request_body_size=MOST_BODY_BYTES,
            max_request_header_size=16 * 1024,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=60,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
            expose_tracebacks=False,
            **(PROXY if behind_proxy else {}),
        )
        # A moment's queue is no news, nor is a name that is not there: every screen asks for the root after the newest.
        for name in ("waitress.queue", "django.request"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._turned = 0.0
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.effective_port)

    @property
    def alive(self) -> bool:
        """Whether its loop turns still."""
        return self._thread.is_alive() and time.monotonic() - self._turned < HANG_S

    def start(self) -> None:
        """Begins to answer."""
        self._turned = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Ends; answers under way are cut off after a few seconds."""
        self._server.task_dispatcher.shutdown(timeout=STOP_S)
        self._ending.set()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(STOP_S)
        else:
            close_all(self._sockets)

    def _run(self) -> None:
        # Waitress's own loop ends only by an exception thrown into it.
        while not self._ending.is_set():
            self._turned = time.monotonic()
            loop(timeout=1.0, use_poll=True, map=self._sockets, count=1)
        close_all(self._sockets)
