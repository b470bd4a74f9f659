"""A wire between a client and a broker that does to MQTT what the worst networks do.

    with Proxy(broker.port) as wire:
        wire.fault = Fault(lose_pubacks=0.03, hold=0.03)
        Link(Broker(url=wire.url), "sq-led1")

It reads whole packets both ways, so that what it drops, holds and swaps is a whole PUBLISH or PUBACK; what it cuts may
be cut at any byte. Chances are drawn from `seed`, so a run can be had again.
"""

import random
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, each as a chance from 0 to 1 for a packet."""

    lose_publishes: float = 0.0
    """A PUBLISH never comes; then the connection is cut soon, as TCP would have it."""
    lose_pubacks: float = 0.0
    """A PUBACK never comes, and the connection is cut: whoever published cannot know that it was taken."""
    mute_pubacks: float = 0.0
    """A PUBACK never comes, and nothing else is wrong: no network does that, a bad broker might."""
    double: float = 0.0
    """A PUBLISH comes twice."""
    hold: float = 0.0
    """A PUBLISH is overtaken by the one behind it."""
    cut: float = 0.0
    """The connection ends in the middle of a packet, at a byte of chance."""
    delay_s: float = 0.0
    """Each packet comes so much later."""


NONE = Fault()
HOLD_S = 0.2
"""What is held goes on after this when nothing comes to overtake it."""
Direction = Literal["up", "down"]


@dataclass(slots=True)
class _Pair:
    """One connection through the proxy."""

    client: socket.socket
    broker: socket.socket
    cut: threading.Event = field(default_factory=threading.Event)

    def close(self) -> None:
        self.cut.set()
        for end in (self.client, self.broker):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Listens on a port of its own and passes on to `port`; `fault` may be set at any time."""

    def __init__(self, port: int, *, seed: int = 1, fault: Fault = NONE) -> None:
        self.fault = fault
        self.counts: Counter[str] = Counter()
        """What was done, by its name."""
        self._to = port
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._pairs: list[_Pair] = []
        self._threads: list[threading.Thread] = []
        self._held = threading.Event()
        self._held.set()
        self._refusing = False
        self._cut_after: dict[Direction, int] = {}
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    @property
    def url(self) -> str:
        """The address for links."""
        return f"mqtt://127.0.0.1:{self.port}"

    # What a test does to the wire

    def cut(self) -> None:
        """Ends all connections at once, as if a cable was pulled and both ends had noticed."""
        for pair in self._open():
            pair.close()
        self.counts["cut"] += 1

    def cut_at(self, byte: int, direction: Direction = "up") -> None:
        """Lets the next connection end after so many bytes from the client (`up`) or to it (`down`)."""
        self._cut_after[direction] = byte

    def swallow(self) -> None:
        """Takes everything and passes on nothing, while all connections stay open."""
        self._held.clear()

    def refuse(self, refusing: bool = True) -> None:
        """Ends new connections at once."""
        self._refusing = refusing

    def flow(self) -> None:
        """Passes on what was swallowed, and everything from now on."""
        self._held.set()

    # The wire

    def _open(self) -> list[_Pair]:
        with self._lock:
            self._pairs = [pair for pair in self._pairs if not pair.cut.is_set()]
            return list(self._pairs)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                if self._refusing:
                    raise ConnectionRefusedError
                broker = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                client.close()
                continue
            pair = _Pair(client, broker)
            for end in (client, broker):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limits, self._cut_after = self._cut_after, {}
            with self._lock:
                self._pairs.append(pair)
            up = _Way(self, pair, client, broker, limits.get("up"))
            running = [up, _Way(self, pair, broker, client, limits.get("down"))]
            closing = threading.Thread(target=self._close, args=(pair, running), daemon=True)
            self._threads = [*(thread for thread in self._threads if thread.is_alive()), closing]
            for thread in (*running, closing):
                thread.start()

    def _close(self, pair: _Pair, running: "list[_Way]") -> None:
        for thread in running:
            thread.join()
        pair.client.close()
        pair.broker.close()

    def wait(self) -> None:
        """Waits while everything is swallowed, and for the delay."""
        self._held.wait()
        if self.fault.delay_s:
            time.sleep(self.fault.delay_s)

    def happens(self, what: str) -> bool:
        """Draws whether a fault happens."""
        chance = getattr(self.fault, what)
        if not chance:
            return False
        with self._lock:
            happens: bool = self._random.random() < chance
            self.counts[what] += happens
        return happens

    def byte_of(self, packet: bytes) -> int:
        """Draws a place to cut a packet at."""
        with self._lock:
            return self._random.randrange(len(packet))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._held.set()
        self._thread.join(10)
        for pair in self._open():
            pair.close()
        for thread in self._threads:
            thread.join(10)


class _Way(threading.Thread):
    """One direction of a connection."""

    def __init__(
        self, proxy: Proxy, pair: _Pair, source: socket.socket, sink: socket.socket, limit: int | None
    ) -> None:
        super().__init__(daemon=True)
        self._proxy, self._pair, self._source, self._sink, self._left = proxy, pair, source, sink, limit
        self._holds: bytes | None = None

    def run(self) -> None:
        """Passes packets on until one end closes or a fault ends it."""
        with suppress(OSError):
            for packet in self._packets():
                self._proxy.wait()
                kind = packet[0] >> 4
                if kind == PUBLISH and self._holds is None and self._proxy.happens("hold"):
                    self._holds = packet
                elif not self._pass(packet, kind):
                    break
                else:
                    self._release()
        self._pair.close()

    def _packets(self) -> Iterator[bytes]:
        buffer = bytearray()
        while True:
            end = packet_end(buffer)
            if end is not None:
                packet = bytes(buffer[:end])
                del buffer[:end]
                yield packet
                continue
            if self._holds is not None and not select.select([self._source], [], [], HOLD_S)[0]:
                self._release()
            more = self._source.recv(65536)
            if not more:
                return
            buffer += more

    def _release(self) -> None:
        held, self._holds = self._holds, None
        if held is not None:
            self._send(held)

    def _pass(self, packet: bytes, kind: int) -> bool:
        """Sends a packet, or what is left of it; False when the connection is to end."""
        happens = self._proxy.happens
        if kind == PUBLISH and happens("lose_publishes"):
            return False
        if kind == PUBACK and happens("mute_pubacks"):
            return True
        if kind == PUBACK and happens("lose_pubacks"):
            return False
        if kind not in (CONNECT, CONNACK) and happens("cut"):
            self._send(packet[: self._proxy.byte_of(packet)])
            return False
        self._send(packet)
        if kind == PUBLISH and happens("double"):
            self._send(bytes([packet[0] | 0x08]) + packet[1:])
        return True

    def _send(self, content: bytes) -> None:
        if self._left is not None:
            content, self._left = content[: self._left], max(0, self._left - len(content))
        self._sink.sendall(content)
        if self._left == 0:
            raise ConnectionAbortedError


def packet_end(buffer: bytes | bytearray) -> int | None:
    """Gives where the first packet of a buffer ends; None when it is not all there."""
    length = 0
    for place in range(1, min(len(buffer), 5)):
        length |= (buffer[place] & 0x7F) << (7 * (place - 1))
        if not buffer[place] & 0x80:
            end = place + 1 + length
            return end if len(buffer) >= end else None
    return None
