"""One connection of the server: its requests are read strictly, and an answer is sent in bounded parts."""

import fcntl
import socket
import struct
import termios
import time
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

if TYPE_CHECKING:
    from office.http_channels import LimitedServer

MOST_A_TURN = 512 * 1024
"""Bytes that one connection is sent before the others have their turn."""


class StrictParser(HTTPRequestParser):
    """Reads requests; what cannot be read is answered with 400, also where waitress raises something else."""

    def parse_header(self, header_plus: bytes) -> None:
        """Reads first line and headers. Raises ParsingError."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # an address in brackets that is none, a length of thousands of digits
            raise ParsingError("the request cannot be read") from error


class LimitedChannel(HTTPChannel):
    """A connection. All but `service`, and what that calls, happens on the loop's thread."""

    parser_class = StrictParser

    def __init__(self, server: "LimitedServer", sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:
        self.network = server.network_of(addr[0])
        self.waits_since: float | None = time.monotonic()
        self.deferred = False
        """Its next request waits until the last answer is on its way: one that nobody takes holds no thread."""
        self.watched = 0
        """What the kernel watches it for; 0: the loop asks it itself."""
        self.pace: tuple[float, int] | None = None
        """Since when it is sent something, and how much it had taken then."""
        self._sent, self._allowance = 0, MOST_A_TURN
        super().__init__(server, sock, addr, adj, map=map)

    @property
    def sending(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self.total_outbufs_len or self.will_close or self.close_when_flushed)

    @property
    def answering(self) -> bool:
        """Whether a thread has it."""
        return bool(self.requests) and not self.deferred

    @property
    def path(self) -> str:
        """The path of the request that is to be answered; "" where it could not be read."""
        return str(getattr(self.requests[0], "path", ""))

    def taken(self) -> int:
        """Returns how many bytes the other side has confirmed so far."""
        unconfirmed = struct.unpack("i", fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4)))[0]
        return self._sent - int(unconfirmed)

    def received(self, data: bytes) -> bool:
        """Takes what came; a request's time begins with its first byte."""
        if self.request is None:
            self.waits_since = time.monotonic()
        return bool(super().received(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Sends what fits, up to this turn's allowance."""
        if self._allowance <= 0:
            return 0
        sent = int(super().send(data, do_close=do_close))
        self._allowance -= sent
        self._sent += sent
        return sent

    def handle_write(self) -> None:
        """Sends a turn's worth."""
        self._allowance = MOST_A_TURN
        super().handle_write()

    def service(self) -> None:
        """Answers one request; on a worker's thread."""
        self._allowance = MOST_A_TURN
        super().service()

    def del_channel(self, map: Any = None) -> None:
        """Leaves the server."""
        self.server.left(self)
        super().del_channel(map)
