"""The bad wire is bad in the ways it says, and otherwise passes on every byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.link import Arrived, Broker, Connected, Link, Sent
from tests.brokers import Mosquitto, wait_until
from tests.proxy import NONE, Fault, Proxy, packet_end


def publish(number: int, size: int = 4) -> bytes:
    """A PUBLISH of QoS 1 whose payload tells its number."""
    body = b"\x00\x01t" + number.to_bytes(2, "big") + str(number).encode().rjust(size, b"0")
    length = len(body)
    return bytes([0x32, length]) + body if length < 128 else bytes([0x32, length & 127 | 128, length >> 7]) + body


def numbers(stream: bytes) -> list[int]:
    found = []
    while (end := packet_end(stream)) is not None:
        found.append(int.from_bytes(stream[5:7] if stream[1] < 128 else stream[6:8], "big"))
        stream = stream[end:]
    return found


class Upstream:
    """A broker of bytes: keeps what came, and can answer."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])
        self.came = bytearray()
        self.ended = threading.Event()
        self.connection: socket.socket | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.connection, _ = self.server.accept()
            while more := self.connection.recv(65536):
                self.came += more
        except OSError:
            pass
        self.ended.set()

    def close(self) -> None:
        for each in (self.connection, self.server):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
        self.thread.join(10)


@contextmanager
def wire(fault: Fault = NONE, seed: int = 1) -> Iterator[tuple[Proxy, Upstream]]:
    upstream = Upstream()
    try:
        with Proxy(upstream.port, seed=seed, fault=fault) as proxy:
            yield proxy, upstream
    finally:
        upstream.close()


@contextmanager
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.settimeout(20)
        yield connection


@given(st.lists(st.binary(max_size=300), max_size=5), st.data())
def test_a_packet_ends_where_its_length_says(bodies: list[bytes], data: st.DataObject) -> None:
    packets = []
    for body in bodies:
        head, rest = bytearray([0x30]), len(body)
        while True:
            head.append(rest & 127 | (128 if rest > 127 else 0))
            rest >>= 7
            if not rest:
                break
        packets.append(bytes(head) + body)
    stream, found = b"".join(packets), []
    while (end := packet_end(stream)) is not None:
        found.append(stream[:end])
        stream = stream[end:]
    assert found == packets
    if packets:
        assert packet_end(packets[0][: data.draw(st.integers(0, len(packets[0]) - 1))]) is None


def test_without_a_fault_every_byte_is_passed_on_both_ways() -> None:
    stream = b"".join(publish(number, size=number % 200 + 4) for number in range(500))
    with wire() as (proxy, upstream), client(proxy) as connection:
        for place in range(0, len(stream), 37):
            connection.sendall(stream[place : place + 37])
        wait_until(lambda: len(upstream.came) == len(stream), "all there")
        assert bytes(upstream.came) == stream
        assert upstream.connection is not None
        upstream.connection.sendall(stream)
        back = bytearray()
        while len(back) < len(stream):
            back += connection.recv(65536)
        assert bytes(back) == stream


@pytest.mark.parametrize("byte", [1, 2, 5, 9, 10, 100])
def test_a_connection_is_cut_at_just_that_byte(byte: int) -> None:
    stream = b"".join(publish(number) for number in range(50))
    with wire() as (proxy, upstream):
        proxy.cut_at(byte)
        with client(proxy) as connection:
            connection.sendall(stream)
            assert upstream.ended.wait(20)
            assert bytes(upstream.came) == stream[:byte]


def test_what_is_held_is_overtaken_and_not_lost() -> None:
    with wire(Fault(hold=0.4)) as (proxy, upstream), client(proxy) as connection:
        for number in range(200):
            connection.sendall(publish(number))
        wait_until(lambda: len(numbers(bytes(upstream.came))) == 200, "all there")
        found = numbers(bytes(upstream.came))
        assert found != sorted(found)
        assert sorted(found) == list(range(200))
        assert proxy.counts["hold"] > 0


def test_the_last_one_held_goes_on_by_itself() -> None:
    with wire(Fault(hold=1.0)) as (proxy, upstream), client(proxy) as connection:
        connection.sendall(publish(1))
        wait_until(lambda: numbers(bytes(upstream.came)) == [1], "it goes on")


def test_what_is_doubled_comes_twice_and_says_so() -> None:
    with wire(Fault(double=1.0)) as (proxy, upstream), client(proxy) as connection:
        connection.sendall(publish(7))
        wait_until(lambda: numbers(bytes(upstream.came)) == [7, 7], "twice")
        assert upstream.came[0] & 0x08 == 0
        assert upstream.came[len(publish(7))] & 0x08


def test_what_is_swallowed_comes_when_it_flows_again() -> None:
    with wire() as (proxy, upstream), client(proxy) as connection:
        connection.sendall(publish(1))
        wait_until(lambda: numbers(bytes(upstream.came)) == [1], "the first")
        proxy.swallow()
        connection.sendall(publish(2))
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert numbers(bytes(upstream.came)) == [1]
        proxy.flow()
        wait_until(lambda: numbers(bytes(upstream.came)) == [1, 2], "the second")


def test_who_is_refused_is_told_at_once() -> None:
    with wire() as (proxy, _):
        proxy.refuse()
        with client(proxy) as connection:
            assert connection.recv(1) == b""


def test_the_same_seed_does_the_same() -> None:
    def run(seed: int) -> list[int]:
        with wire(Fault(double=0.3), seed) as (proxy, upstream), client(proxy) as connection:
            connection.sendall(b"".join(publish(number) for number in range(100)) + b"\xe0\x00")
            wait_until(lambda: upstream.came.endswith(b"\xe0\x00"), "all there")
            return numbers(bytes(upstream.came))[:-1]

    assert run(3) == run(3) != run(4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [Fault(lose_pubacks=0.2), Fault(lose_publishes=0.2), Fault(cut=0.1), Fault(double=0.3, hold=0.3)]
)
def test_whoever_publishes_until_it_is_taken_loses_nothing(
    fault: Fault, tmp_path: Path, needs: Callable[..., None]
) -> None:
    needs("mosquitto")
    with Mosquitto(tmp_path) as broker, Proxy(broker.port, fault=fault) as proxy:
        hearing = Link(Broker(url=broker.url), "hears", filters=("t",))
        telling = Link(Broker(url=proxy.url), "tells", first_delay_s=0.01, longest_delay_s=0.05)
        hearing.start()
        came: list[int] = []
        wait_until(lambda: any(isinstance(event, Connected) for event in hearing.take(0.1)), "connected")
        telling.start()
        open_: dict[int, int] = {}
        left = list(range(150))

        def all_taken() -> bool:
            while left and (token := telling.publish("t", b"%d" % left[0])) is not None:
                open_[token] = left.pop(0)
            for event in telling.take(0.02):
                if isinstance(event, Sent) and event.why:
                    left.append(open_.pop(event.token))
                elif isinstance(event, Sent):
                    del open_[event.token]
            return not left and not open_

        wait_until(all_taken, "all taken", 40)
        telling.stop()

        def all_heard() -> bool:
            came.extend(int(event.payload) for event in hearing.take(0.02) if isinstance(event, Arrived))
            return set(came) == set(range(150))

        wait_until(all_heard, "all heard")
        hearing.stop()
    assert sum(proxy.counts.values()) > 0
    if fault.lose_pubacks or fault.double:
        assert len(came) > 150
