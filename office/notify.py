"""Tells systemd that a process of the office is ready and that its loop still turns (sd_notify(3)).

Rule: whoever does the work says `turned`; a thread that does nothing but feed the watchdog proves only itself alive.
"""

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping

FEEDS = 3
"""How often the watchdog is fed within its time: one lost turn is no death."""
MOST_STATUS = 200


class Notify:
    """One process's word to what started it; without systemd every call does nothing. One thread uses it."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, read_clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`read_clock` gives monotonic seconds."""
        told = os.environ if environ is None else environ
        self._clock = read_clock
        self._socket = _connected(told.get("NOTIFY_SOCKET", ""))
        self.watchdog_s = _watchdog_s(told) if self._socket else None
        """Within how many seconds it must be fed; None when nobody watches."""
        self._due = 0.0

    def ready(self, status: str = "") -> None:
        """Says that the work has begun; what waits for this unit may start now."""
        self._say(f"READY=1\nSTATUS={_line(status)}" if status else "READY=1")

    def turned(self, status: str = "") -> None:
        """Says that the loop has turned; costs nothing until the watchdog is hungry, so call it on every turn."""
        if self.watchdog_s is None or self._clock() < self._due:
            return
        self._due = self._clock() + self.watchdog_s / FEEDS
        self._say(f"WATCHDOG=1\nSTATUS={_line(status)}" if status else "WATCHDOG=1")

    def stopping(self) -> None:
        """Says that it ends in order and takes its time."""
        self._say("STOPPING=1")

    def close(self) -> None:
        """Lets go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _say(self, text: str) -> None:
        # Never waits and never fails: a full or lost socket costs one word, and the work matters more.
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.send(text.encode(), socket.MSG_DONTWAIT)


def _connected(address: str) -> socket.socket | None:
    """Gives a socket to the service manager; None when there is none. `@` begins an abstract address."""
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return None
    link = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        link.connect("\0" + address[1:] if address.startswith("@") else address)
    except OSError:
        link.close()
        return None
    return link


def _watchdog_s(told: Mapping[str, str]) -> float | None:
    """Gives the watchdog's time; None without one, or when it watches another process."""
    if told.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        microseconds = int(told.get("WATCHDOG_USEC", "0"))
    except ValueError:
        return None
    return microseconds / 1e6 if microseconds > 0 else None


def _line(status: str) -> str:
    return " ".join(status.split())[:MOST_STATUS]
