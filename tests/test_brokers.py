"""The brokers that tests use leave nothing behind that would fail another test."""

import gc
import socket

import pytest

from tests.brokers import Embedded

pytestmark = pytest.mark.slow

CONNECT = bytes([0x10, 16, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 4]) + b"mute"


def test_the_embedded_one_closes_what_is_connected_when_it_ends() -> None:
    with Embedded() as broker:
        where = ("127.0.0.1", broker.port)
        mute, halfway, inside = (socket.create_connection(where, 10) for _ in range(3))
        halfway.sendall(CONNECT[:7])
        inside.sendall(CONNECT)
        assert inside.recv(4)[0] == 0x20
        late = socket.create_connection(where, 10)
    for each in (mute, halfway, inside, late):
        each.close()
    gc.collect()
