"""A client of MQTT 5 that costs little, for a thousand screens in one process: QoS 1, a will, and no more.

It is not our link on purpose: what is measured is the office and the broker, and a link has a thread of its own.
"""

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from tests.proxy import packet_end

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 2, 3, 4, 9, 14
PING = b"\xc0\x00"


class Hello(NamedTuple):
    """What a client begins with."""

    client_id: str
    filters: tuple[str, ...]
    will_topic: str
    will: bytes
    user: str = ""
    password: str = ""
    keepalive_s: int = 60


class Wire(asyncio.Protocol):
    """One connection; `up` is done when every filter is subscribed to, `gone` when it has ended."""

    def __init__(self, hello: Hello, heard: Callable[[str, bytes], None], news: Callable[[], None]) -> None:
        """`heard` is called for what arrives, `news` for whatever else happens."""
        loop = asyncio.get_running_loop()
        self.up: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[str] = loop.create_future()
        self.in_flight: dict[int, Callable[[bool], None]] = {}
        """What to call with whether the broker took it, by packet number."""
        self._hello, self._heard, self._news = hello, heard, news
        self._mid = 0
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Says who we are."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_connect(self._hello))

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends everything that waits."""
        if not self.gone.done():
            self.gone.set_result(str(exc or "closed"))
        if not self.up.done():
            self.up.set_exception(ConnectionError("closed before it was up"))
            self.up.exception()
        self._news()

    def data_received(self, data: bytes) -> None:
        """Takes packets."""
        self._buffer += data
        while (end := packet_end(self._buffer)) is not None:
            packet = bytes(self._buffer[:end])
            del self._buffer[:end]
            self._take(packet)

    @property
    def is_busy(self) -> bool:
        """Whether the network takes less than we give."""
        return self._transport is None or self._transport.get_write_buffer_size() > 256 * 1024

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, told: Callable[[bool], None] | None = None
    ) -> None:
        """Publishes with QoS 1; `told` hears whether the broker took it, or nothing when the connection ends."""
        self._mid = self._mid % 65535 + 1
        self.in_flight[self._mid] = told or _nothing
        body = _text(topic) + struct.pack("!H", self._mid) + b"\x00" + payload
        self._write(_packet(0x32 | retain, body))

    def ping(self) -> None:
        """Says that we are still there."""
        self._write(PING)

    def close(self, farewell: bool = False) -> None:
        """Ends the connection; without a farewell the will is published."""
        if self._transport is not None:
            if farewell:
                self._transport.write(b"\xe0\x00")
                self._transport.close()
            else:
                self._transport.abort()

    def _write(self, packet: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packet)

    def _take(self, packet: bytes) -> None:
        kind, body = packet[0] >> 4, packet[_body(packet) :]
        if kind == PUBLISH:
            length = struct.unpack_from("!H", body)[0]
            topic, place = body[2 : 2 + length].decode(), 2 + length
            if packet[0] & 0x06:
                self._write(b"\x40\x02" + body[place : place + 2])
                place += 2
            place += 1 + body[place]  # a PUBLISH that comes has less than 128 bytes of properties here
            self._heard(topic, body[place:])
        elif kind == PUBACK:
            told = self.in_flight.pop(struct.unpack_from("!H", body)[0], _nothing)
            told(len(body) < 3 or body[2] < 0x80)
            self._news()
        elif kind == CONNACK and body[1]:
            self._refuse(f"refused: {body[1]:#x}")
        elif kind == CONNACK:
            wanted = b"".join(_text(each) + b"\x01" for each in self._hello.filters)
            self._write(_packet(0x82, b"\x00\x01\x00" + wanted))
        elif kind == SUBACK and max(body[3:]) >= 0x80:
            self._refuse("a filter was refused")
        elif kind == SUBACK and not self.up.done():
            self.up.set_result(None)
        elif kind == DISCONNECT:
            self._refuse("the broker ended it")

    def _refuse(self, why: str) -> None:
        if not self.gone.done():
            self.gone.set_result(why)
        self.close()


async def connected(
    where: tuple[str, int], hello: Hello, heard: Callable[[str, bytes], None], news: Callable[[], None], within_s: float
) -> Wire:
    """Connects to host and port, and subscribes. Raises OSError or TimeoutError."""
    wire: Wire | None = None
    try:
        async with asyncio.timeout(within_s):
            _, wire = await asyncio.get_running_loop().create_connection(lambda: Wire(hello, heard, news), *where)
            await wire.up
        return wire
    except BaseException:
        if wire is not None:
            wire.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await wire.gone
        raise


def _nothing(_: bool) -> None:
    pass


def _connect(hello: Hello) -> bytes:
    flags = 0x02 | (0x04 | 0x08 | 0x20) | (0xC0 if hello.user else 0)  # clean, a will of QoS 1 that is retained
    body = _text("MQTT") + struct.pack("!BBH", 5, flags, hello.keepalive_s) + b"\x00" + _text(hello.client_id)
    body += b"\x00" + _text(hello.will_topic) + struct.pack("!H", len(hello.will)) + hello.will
    if hello.user:
        body += _text(hello.user) + _text(hello.password)
    return _packet(0x10, body)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


def _packet(first: int, body: bytes) -> bytes:
    head, rest = bytearray([first]), len(body)
    while True:
        head.append(rest & 127 | (128 if rest > 127 else 0))
        rest >>= 7
        if not rest:
            return bytes(head) + body


def _body(packet: bytes) -> int:
    place = 1
    while packet[place] & 0x80:
        place += 1
    return place + 1
