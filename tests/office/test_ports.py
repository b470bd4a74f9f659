"""A busy port moves to the next free one."""

import socket

import pytest

from office import ports
from office.ports import free_port


def test_a_free_port_is_taken_as_it_is() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    assert free_port(port) == port


def test_a_busy_port_gives_the_next_one() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        assert free_port(port) > port


def test_an_end_of_ports_is_said() -> None:
    with pytest.raises(OSError, match="no free port"):
        free_port(65536)
    assert ports.MOST_TRIED > 1
