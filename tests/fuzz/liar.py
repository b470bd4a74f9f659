"""Workers that lie: a process in the fork server's place whose children do what a script says.

Run as `python -m tests.fuzz.liar` with a socket as standard input; `WUZHA_FUZZ_SCRIPT` names the script.
"""

import contextlib
import mmap
import os
import select
import signal
import socket
import time

import msgspec

from player.decode.order import MAX_ORDER_BYTES, parse_order, tell_born
from player.decode.rings.shared import HEADER_BYTES
from tests.fuzz.case import Case, Step

SCRIPT = "WUZHA_FUZZ_SCRIPT"
NUMBER = 0x7A7A7A
"""Stands in a script for the number of the request that was heard last."""
_WRITTEN = b"\xce" + NUMBER.to_bytes(4, "big")
FLOOD_S, FLOOD_BYTES = 1.5, 64 << 20
LIFE_S = 6.0
"""What was not killed by then ends by itself."""


class Scribble(msgspec.Struct, frozen=True):
    """Words that are written into the header of a ring."""

    ring: int
    words: list[tuple[int, int]]
    """Place in words of eight bytes, and what is put there."""
    times: int = 1


def main() -> None:
    """Forks a liar whenever a worker is ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    orders = socket.socket(fileno=0)
    while True:
        message, fds, _, _ = socket.recv_fds(orders, MAX_ORDER_BYTES, 4)
        if not message:
            os._exit(0)
        parse_order(message)
        child = os.fork()
        if child == 0:
            orders.detach()
            with contextlib.suppress(Exception):
                Liar(fds[0], fds[1], fds[2:]).live()
            os._exit(0)
        tell_born(orders, child)
        for fd in fds:
            os.close(fd)


class Liar:
    """One child."""

    def __init__(self, requests: int, replies: int, rings: list[int]) -> None:
        self._requests, self._replies = requests, replies
        self._rings = [mmap.mmap(fd, os.fstat(fd).st_size) for fd in rings]
        self._number = 1

    def live(self) -> None:
        """Does what the script says, and waits for its end."""
        signal.alarm(int(LIFE_S))
        with open(os.environ[SCRIPT], "rb") as file:
            script = msgspec.json.decode(file.read(), type=Case)
        for step in script:
            self._do(step)
        while b"quit" not in os.read(self._requests, 1 << 18):
            pass

    def _do(self, step: Step) -> None:
        match step.about:
            case "hear":
                self._hear()
            case "say":
                self._say(step.data)
            case "flood":
                self._flood(step.data)
            case "scribble":
                self._scribble(msgspec.json.decode(step.data, type=Scribble))
            case "wait":
                time.sleep(0.1)
            case "shut":
                os.close(self._replies)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)

    def _hear(self) -> None:
        """Reads what is there, and believes the last number in it."""
        if select.select([self._requests], [], [], 0.3)[0]:
            told = os.read(self._requests, 1 << 18)
            with contextlib.suppress(Exception):
                while len(told) > 4:
                    length = int.from_bytes(told[:4], "little")
                    body, told = msgspec.msgpack.decode(told[4 : 4 + length]), told[4 + length :]
                    self._number = int(body.get("request", self._number))

    def _filled(self, data: bytes) -> bytes:
        return data.replace(_WRITTEN, b"\xce" + (self._number % 2**32).to_bytes(4, "big"))

    def _say(self, data: bytes) -> None:
        data = self._filled(data)
        while data:
            data = data[os.write(self._replies, data) :]

    def _flood(self, data: bytes) -> None:
        block = self._filled(data) * max(1, 65_536 // max(1, len(data)))
        until, left = time.monotonic() + FLOOD_S, FLOOD_BYTES
        while left > 0 and time.monotonic() < until:
            left -= os.write(self._replies, block)

    def _scribble(self, told: Scribble) -> None:
        if told.ring >= len(self._rings):
            return
        words = memoryview(self._rings[told.ring])[:HEADER_BYTES].cast("Q")
        for n in range(told.times):
            for place, value in told.words:
                words[place] = (value + n) % 2**64


if __name__ == "__main__":
    main()
