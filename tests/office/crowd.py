"""People who keep a server's doors busy: `python -m tests.office.crowd KIND PORT HOW_MANY ADDRESS…`.

It runs in a process of its own, so that it takes no time away from whoever measures beside it, and ends with its input.
"""

import asyncio
import itertools
import os
import re
import resource
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable

AGAIN_S = 0.3
"""Who is sent away comes back after so long."""
STEP_S = 1.0
"""Between two bytes of somebody who trickles."""
CONTENT = "0" * 64
"""The name of the large file; the server does not care that it is no hash of it."""

Visit = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends a request's head, a byte at a time, without end."""
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(STEP_S)


async def body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends a form, a byte at a time."""
    writer.write(b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(STEP_S)


async def idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Asks for something small, and then for nothing more."""
    writer.write(b"GET /static/mark.svg HTTP/1.1\r\nHost: x\r\n\r\n")
    while await reader.read(65536):
        pass


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Says nothing at all."""
    await reader.read(1)


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Asks for the large file and takes a few bytes of it now and then."""
    writer.write(f"GET /content/{CONTENT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    while await reader.read(100):
        await asyncio.sleep(STEP_S)


async def pipelined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Asks for the large file many times at once and takes next to nothing."""
    writer.write(f"GET /content/{CONTENT} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 40)
    while await reader.read(100):
        await asyncio.sleep(STEP_S)


async def guess(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Tries passwords under ever new names, as fast as they are answered."""
    writer.write(b"GET /login/ HTTP/1.1\r\nHost: x\r\n\r\n")
    page = await _answer(reader)
    token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)"', page)
    cookie = re.search(rb"csrftoken=([^;]+)", page)
    assert token
    assert cookie
    while True:
        form = b"csrfmiddlewaretoken=%s&name=%s&password=%s" % (token[1], _word(), _word())
        writer.write(
            b"POST /login/ HTTP/1.1\r\nHost: x\r\nCookie: csrftoken=%s\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
            % (cookie[1], len(form), form)
        )
        await _answer(reader)


def _word() -> bytes:
    return secrets.token_hex(8).encode()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.I)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


KINDS: dict[str, tuple[Visit, ...]] = {
    "guess": (guess,),
    "trickle": (headers, body, idle, silent, slow),
    "headers": (headers,),
    "slow": (slow,),
    "pipelined": (pipelined,),
}


async def come(visit: Visit, port: int, source: str, came: Callable[[], None]) -> None:
    """Connects and does that, again and again."""
    while True:
        try:
            door = socket.socket()
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            door.setblocking(False)
            try:
                door.bind((source, 0))
                await asyncio.get_running_loop().sock_connect(door, ("127.0.0.1", port))
            except BaseException:
                door.close()
                raise
            reader, writer = await asyncio.open_connection(sock=door, limit=1 << 16)
            came()
            try:
                await visit(reader, writer)
            finally:
                writer.close()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        await asyncio.sleep(AGAIN_S)


async def main(kind: str, port: int, many: int, sources: list[str]) -> None:
    """Sends `many` of a kind from those addresses, says "there" when as many connected, stays until its input ends."""
    there, tried = asyncio.Event(), itertools.count(1)

    def came() -> None:
        if next(tried) == many:
            there.set()

    visits, addresses = itertools.cycle(KINDS[kind]), itertools.cycle(sources)
    crowd = [asyncio.ensure_future(come(next(visits), port, next(addresses), came)) for _ in range(many)]
    await there.wait()
    sys.stdout.write("there\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for each in crowd:
        each.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] or ["127.0.0.1"]))
    os._exit(0)
