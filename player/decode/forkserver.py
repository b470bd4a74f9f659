"""A process that has loaded what a worker needs and forks workers on demand: they share its memory and start at once.

Run as `python -m player.decode.forkserver` with a Unix socket as standard input. Rule: it has one thread and never
touches a file of strangers; each child raises its own walls before its first request.
"""

import ctypes
import gc
import os
import signal
import socket
import sys
from importlib import import_module

from player.decode import worker
from player.decode.order import MAX_ORDER_BYTES, SOUND_OUTPUT, Order, parse_order, tell_born
from player.heap import trim

_PR_SET_NAME = 15


def main() -> None:
    """Serves until the socket's other end is gone."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    worker.load()
    import_module(SOUND_OUTPUT).load()
    gc.collect()
    trim()
    gc.freeze()  # a collection in a child would write to every shared page
    _serve(socket.socket(fileno=0))


def _serve(orders: socket.socket) -> None:
    while True:
        message, fds, _, _ = socket.recv_fds(orders, MAX_ORDER_BYTES, 4)
        if not message:
            os._exit(0)
        order = parse_order(message)
        child = os.fork()
        if child == 0:
            orders.detach()
            _become(order, fds)
        tell_born(orders, child)
        for fd in fds:
            os.close(fd)


def _become(order: Order, fds: list[int]) -> None:
    """Turns this fork into the process that was ordered: requests on 0, replies on 1, then the rings."""
    requests, replies, *rings = fds
    os.dup2(requests, 0)
    os.dup2(replies, 1)
    os.close(requests)
    os.close(replies)
    if sys.platform == "linux":
        name = b"wuzha-sound" if order.voices else b"wuzha-worker"
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name, 0, 0, 0)
    if order.voices:
        # SDL itself is loaded by this child alone: no decoder is to have it.
        import_module(SOUND_OUTPUT).serve(f"fd:{rings.pop(0)}", order.voices, order.driver)
    frames = (f"fd:{rings.pop(0)}", order.slots, order.slot_bytes) if order.slot_bytes else None
    sound = f"fd:{rings.pop(0)}" if order.sound else None
    worker.serve(frames, sound, low=order.low)


if __name__ == "__main__":
    main()
