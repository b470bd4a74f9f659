"""The messages of the fork server's socket.

Rule: loads nothing but msgspec, which workers want anyway: every worker has what the fork server has loaded.
"""

import os
import socket
import sys

import msgspec

MAX_ORDER_BYTES = 4096
SOUND_OUTPUT = "player.sound.output"
"""What the process runs that plays sound."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The worker that is wanted; its pipes and rings travel beside as descriptors, in this order."""

    slots: int = 0
    slot_bytes: int = 0
    sound: bool = False
    low: bool = False
    voices: int = 0
    """Above 0: no decoder is wanted but the process that plays so many voices, in one memory."""
    driver: str = ""
    """SDL's sound driver for that; empty: any."""


def order_bytes(order: Order) -> bytes:
    """Gives an order as it is sent."""
    return msgspec.json.encode(order)


def parse_order(message: bytes) -> Order:
    """Reads an order; raises msgspec.DecodeError, which ends the fork server."""
    return msgspec.json.decode(message, type=Order)


def tell_born(orders: socket.socket, child: int) -> None:
    """Says which process was made, with a handle on it."""
    if sys.platform != "linux":
        return
    handle = os.pidfd_open(child)
    socket.send_fds(orders, [str(child).encode()], [handle])
    os.close(handle)
