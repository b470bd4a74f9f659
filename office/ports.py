"""Finds a port of this machine that nobody uses."""

import socket

MOST_TRIED = 200


def free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """Gives the wanted port, or the next one that is free. Raises OSError when all of the next 200 are busy."""
    with bound(host, wanted, or_next=True) as door:
        return int(door.getsockname()[1])


def bound(host: str, wanted: int, *, or_next: bool = False) -> socket.socket:
    """Returns a socket that listens at the wanted port, or at the next one that is free. Raises OSError."""
    last = OSError(f"no free port from {wanted} on")
    for port in range(wanted, min(65536, wanted + MOST_TRIED) if or_next else wanted + 1):
        try:
            return _bound(host, port)
        except PermissionError:
            raise
        except OSError as error:
            last = error
    raise last


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    door = socket.socket(family, kind, protocol)
    try:
        # What an ended server left behind (TIME_WAIT) does not count.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen()  # two may be bound to one port at once, and only one of them may listen
    except OSError:
        door.close()
        raise
    return door
