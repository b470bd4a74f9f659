"""Workers that run a script of the test's instead of decoding, in a fork server's place."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self, cast

from player.decode.order import Order
from player.decode.process import Forked, ForkServer
from player.decode.wire import request_socket

_ROOT = Path(__file__).resolve().parents[2]
_BEFORE = """
import itertools, math, os, struct, sys, time
import msgspec
from player.decode.protocol import *
from player.decode.refusal import too_much_memory
from player.decode.rings.shared import attach
from player.decode.wire import RequestReceiver
from signage.errors import Words
from signage.media import MediaFacts
said = os.dup(1)
rings = [int(fd) for fd in sys.argv[1:]]
requests = RequestReceiver(0)
def send(data):
    while data:
        data = data[os.write(said, data):]
def say(reply):
    send(frame_message(reply))
def asked():
    return parse_request(read_body(requests))
"""
_HELLO = """
say(Hello(pid=os.getpid(), sandbox=()))
"""


class LyingWorkers:
    """Makes workers that run `script`; in it `say`, `send` and `asked` talk, and `rings` are open descriptors."""

    def __init__(self, script: str, *, greets: bool = True) -> None:
        self._script = (_HELLO if greets else "") + script
        self.made: list[subprocess.Popen[bytes]] = []

    def fork(self, _order: Order, rings: tuple[int, ...]) -> Forked:
        """Returns a new worker, as a fork server does."""
        requests, theirs = request_socket()
        replies, said = os.pipe()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", _BEFORE + self._script, *map(str, rings)],
                cwd=_ROOT, stdin=theirs.fileno(), stdout=said, pass_fds=rings,
            )  # fmt: skip
        os.close(said)
        self.made.append(process)
        return Forked(process.pid, os.pidfd_open(process.pid), requests, replies)

    @property
    def server(self) -> ForkServer:
        """Itself, where a fork server is wanted."""
        return cast(ForkServer, self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.made:
            process.kill()
            process.wait()
