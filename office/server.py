"""Serves the console and the published files over HTTP."""

import contextlib
import logging
import resource
import threading
import time
from typing import Any

import msgspec
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from office.addresses import network
from office.connection_limits import USUAL, Limits
from office.fair_queue import Pace
from office.http_channels import LimitedServer
from office.http_connection import LimitedChannel
from office.ports import bound
from office.workers import Workers
from signage.errors import WuzhaError

THREADS = 8
"""For pages; six at most of them wait for their turn at hashing a password."""
DOWNLOAD_THREADS = 4
"""They open a file and give it to the loop, which sends it."""
PAGES_PACE = Pace(at_once=4, per_second=50.0, burst=150.0)
"""Of one address, behind which may be a whole office that looks at the page of screens."""
DOWNLOADS_PACE = Pace(at_once=3, per_second=400.0, burst=2000.0)
"""Of one address, behind which may be all screens of a village."""
DOWNLOADS = ("/content/", "/metadata/")
MOST_BODY_BYTES = 64 * 1024
"""Nobody uploads anything here: the largest form has a name and a password."""
MOST_HEADER_BYTES = 16 * 1024
FILES_BESIDE = 200
"""Open files that are no connections: database, logs, metadata."""
STOP_S = 5.0
HANG_S = 60.0
"""A loop that has not turned for so long hangs; it turns at least once a second."""
PROXY = "127.0.0.1"
PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-proto"}


class ServerFailed(WuzhaError):
    """The address cannot be listened on."""


class Server:
    """Waitress on a thread of its own."""

    def __init__(
        self, host: str, port: int, *, or_next: bool = False, behind_proxy: bool = False, limits: Limits = USUAL
    ) -> None:
        """Listens at once; `or_next`: a busy port moves to the next free one. Raises ServerFailed.

        `behind_proxy`: one on this machine speaks HTTPS for us, and its word on who asks, and how, is taken.
        """
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - Django is set up by whoever calls this

        from office.console.wellformed import guarded  # noqa: PLC0415

        self._ending = threading.Event()
        try:
            door = bound(host, port, or_next=or_next)
        except (OSError, OverflowError) as error:
            raise ServerFailed(
                f"不能在 {host}:{port} 上监听：可能已被占用，或地址不是本机的\n"
                + f"{host}:{port} cannot be listened on (in use, or not this machine's): {error}"
            ) from error
        self._proxy = PROXY if behind_proxy else ""
        self._pages = Workers("pages", THREADS, self._asks, PAGES_PACE)
        self._downloads = Workers("downloads", DOWNLOAD_THREADS, self._asks, DOWNLOADS_PACE)
        self._server = LimitedServer(
            proxy_headers_middleware(
                guarded(get_wsgi_application()),
                trusted_proxy=self._proxy or None,
                trusted_proxy_headers=PROXY_HEADERS if behind_proxy else None,
                trusted_proxy_count=1,
                clear_untrusted=True,
            ),
            door,
            Adjustments(
                ident=None,
                max_request_body_size=MOST_BODY_BYTES,
                max_request_header_size=MOST_HEADER_BYTES,
                outbuf_high_watermark=1 << 60,  # beyond it waitress has a thread wait for who does not read
                clear_untrusted_proxy_headers=False,  # it is done above, where the proxy is known
                log_socket_errors=False,
                expose_tracebacks=False,
            ),
            msgspec.structs.replace(limits, most=_most_connections(limits.most)),
            lambda channel: self._downloads if channel.path.startswith(DOWNLOADS) else self._pages,
            trusted=self._proxy,
        )
        # A name that is not there is no news: every screen asks for the root after the newest.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        # Nor is what strangers write into a request; it is answered, and the log is not theirs to fill.
        logging.getLogger("django.security").setLevel(logging.CRITICAL)
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
        for each in (self._pages, self._downloads):
            each.stop(STOP_S)
        self._ending.set()
        if self._thread.is_alive():
            with contextlib.suppress(OSError):  # the loop ended by itself meanwhile
                self._server.pull_trigger()
            self._thread.join(STOP_S)
        else:
            self._server.end()

    def _run(self) -> None:
        # Waitress's own loop ends only by an exception thrown into it.
        while not self._ending.is_set():
            self._turned = time.monotonic()
            self._server.turn()
        self._server.end()

    def _asks(self, channel: Any) -> str:
        """Returns the address that a request counts for: what the proxy says, where there is one."""
        assert isinstance(channel, LimitedChannel)
        if channel.network or not self._proxy:
            return channel.network
        told = channel.requests[0].headers.get("X_FORWARDED_FOR", "")
        return network(told.rpartition(",")[2].strip())


def _most_connections(most: int) -> int:
    """Returns how many of those that are wanted may be open: each may have a file open beside its socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * most + FILES_BESIDE
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (OSError, ValueError):  # the unit forbids it; it says itself how many there may be
            soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(most, max(50, (soft - FILES_BESIDE) // 2))
