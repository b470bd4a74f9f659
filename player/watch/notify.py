"""Tells the service manager how the player is: ready with its first picture, alive while its loop turns (sd_notify(3)).

Rule: only pulses of the screen process feed the watchdog; a supervisor that goes on by itself proves nothing.
"""

import contextlib
import os
import socket
from collections.abc import Mapping

ADDRESS = "NOTIFY_SOCKET"


class Notify:
    """The way to systemd; without it, nothing happens."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._socket = _connected(environment.get(ADDRESS, ""))
        self._ready = False

    def pulse(self) -> None:
        """The loop has turned."""
        if not self._ready:
            self._ready = True
            self._say("READY=1\nSTATUS=playing")
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """It ends in order."""
        self._say("STOPPING=1")

    def close(self) -> None:
        """Lets go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _say(self, text: str) -> None:
        if self._socket is not None:
            # A full or lost socket costs one word; the picture matters more.
            with contextlib.suppress(OSError):
                self._socket.send(text.encode(), socket.MSG_DONTWAIT)


def _connected(address: str) -> socket.socket | None:
    """Gives a socket to the address; `@` begins an abstract one. None when there is none, or no such sockets."""
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return None
    found = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        os.set_inheritable(found.fileno(), False)
        found.connect("\0" + address[1:] if address.startswith("@") else address)
    except OSError:
        found.close()
        return None
    return found
