"""Ports for the servers of tests: two workers, or two runs on one machine, are not given the same one."""

import itertools
import os
import socket

LOWEST, BLOCKS, PER_BLOCK = 10_000, 220, 100
"""Below what the kernel gives to outgoing connections (from 32768), so that a crowd of clients takes none of them."""
BEGIN = os.getpid() % BLOCKS * PER_BLOCK
"""Neighbouring process ids begin a block apart; a test wants a few ports, a worker a few hundred."""

_given = itertools.count(BEGIN)


def free_port() -> int:
    """Returns a port of the loopback that nobody listens on, and that this process has not given before."""
    for number in _given:
        port = LOWEST + number % (BLOCKS * PER_BLOCK)
        if not _is_busy(port):
            return port
    raise AssertionError


def _is_busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
