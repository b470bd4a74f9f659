"""A busy port moves to the next free one."""

import socket

import pytest

from office import ports
from office.ports import bound, free_port


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


def test_a_port_that_was_given_is_nobody_elses_from_then_on() -> None:
    with socket.socket() as other, bound("127.0.0.1", 20000, or_next=True) as door:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(door.getsockname())


def test_a_port_of_one_who_is_bound_to_it_and_does_not_listen_yet_may_be_taken() -> None:
    with socket.socket() as late:
        late.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        late.bind(("127.0.0.1", 0))
        with bound(*late.getsockname()), pytest.raises(OSError, match="in use"):
            late.listen()


def test_an_end_of_ports_is_said() -> None:
    with pytest.raises(OSError, match="no free port"):
        free_port(65536)
    assert ports.MOST_TRIED > 1
