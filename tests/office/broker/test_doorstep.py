"""Who does not say in time and in few bytes who he is goes, and holds up nobody who does."""

import asyncio
import itertools
import socket
from contextlib import ExitStack

import pytest

from office.broker.doorstep import MOST_CONNECT_BYTES, greeted
from tests.brokers import Embedded

CONNECT = bytes([0x10, 16, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 4]) + b"mute"
LET_IN = bytes([0x20, 2, 0, 0])


def refused(answer: bytes) -> None:
    raise AssertionError(f"nothing is to be said to it: {answer!r}")


async def trickled(reader: asyncio.StreamReader, one_byte_each_s: float) -> None:
    """Sends the beginning of a large CONNECT, and then a byte now and then, without an end."""
    reader.feed_data(bytes([0x10, 0x80 | MOST_CONNECT_BYTES & 0x7F, MOST_CONNECT_BYTES >> 7]))
    for _ in itertools.count():
        await asyncio.sleep(one_byte_each_s)
        reader.feed_data(b"x")


def test_a_connect_that_trickles_in_ends_in_its_time_however_often_a_byte_comes() -> None:
    async def tried() -> object:
        reader = asyncio.StreamReader()
        trickle = asyncio.create_task(trickled(reader, 0.01))
        try:
            async with asyncio.timeout(10):
                return await greeted(reader, refused, wait_s=0.2)
        finally:
            trickle.cancel()

    assert asyncio.run(tried()) is None


def test_a_connect_that_comes_byte_by_byte_in_time_is_read_as_it_came() -> None:
    async def tried() -> bytes:
        reader = asyncio.StreamReader()
        greeting = asyncio.create_task(greeted(reader, refused))
        for byte in CONNECT:
            reader.feed_data(bytes([byte]))
            await asyncio.sleep(0)
        reader.feed_data(b"and more")
        reader.feed_eof()
        found = await greeting
        assert found is not None
        return await found.read(len(CONNECT)) + await found.read()

    assert asyncio.run(tried()) == CONNECT + b"and more"


@pytest.mark.slow
def test_connections_that_say_half_of_it_hold_up_nobody_who_says_all() -> None:
    with ExitStack() as stack, Embedded() as broker:
        where = ("127.0.0.1", broker.port)
        for number in range(200):
            half = stack.enter_context(socket.create_connection(where, 10))
            half.sendall(CONNECT[: number % len(CONNECT)])
        whole = stack.enter_context(socket.create_connection(where, 10))
        whole.sendall(CONNECT)
        assert whole.recv(4) == LET_IN
