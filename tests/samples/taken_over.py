"""Runs a payload inside a worker, behind the walls that the worker raised itself: spawned, and forked."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from player.decode.order import Order, order_bytes
from player.decode.protocol import Crashed, Hello, parse_reply, read_body

ROOT = Path(__file__).resolve().parents[2]
_BEFORE = """
import json, sys
from player.decode import worker
from tests.samples import payload
{prepare}
def take_over(desk, frames, sound):
    desk.say(worker.Crashed(report=payload.run(json.loads(sys.argv[1]))))
    worker.os._exit(0)
worker._serve = take_over
"""
_SPAWNED = _BEFORE + "worker.load(); worker.serve(None, None, low=False)"
_FORKED = _BEFORE + "from player.decode import forkserver; sys.argv[2:] = []; forkserver.main()"


def spawned(order: dict[str, object], prepare: str = "", **started: object) -> tuple[Hello, dict[str, str]]:
    """Runs the payload in a worker that was started afresh; returns what it said of its walls, and the outcomes."""
    command = [sys.executable, "-c", _SPAWNED.format(prepare=prepare), json.dumps(order)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, **started
    ) as process:  # type: ignore[call-overload]
        try:
            return _heard(process.stdout)
        finally:
            process.kill()


def exit_code_of(prepare: str) -> int:
    """Returns how a worker ended that was made to run `prepare` instead of the payload."""
    command = [sys.executable, "-c", _SPAWNED.format(prepare=prepare), "{}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        return process.wait(60)


def forked(order: dict[str, object], prepare: str = "", **started: object) -> tuple[Hello, dict[str, str]]:
    """The same in a worker that a fork server made."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-c", _FORKED.format(prepare=prepare), json.dumps(order)]
    with ours, subprocess.Popen(command, cwd=ROOT, stdin=theirs.fileno(), start_new_session=True, **started) as server:  # type: ignore[call-overload]
        theirs.close()
        requests, said = os.pipe(), os.pipe()
        socket.send_fds(ours, [order_bytes(Order())], [requests[0], said[1]])
        for fd in (requests[0], said[1]):
            os.close(fd)
        try:
            with os.fdopen(said[0], "rb", buffering=0) as replies:
                return _heard(replies)
        finally:
            os.close(requests[1])
            server.kill()


def _heard(replies: IO[bytes]) -> tuple[Hello, dict[str, str]]:
    hello, end = (parse_reply(read_body(replies) or b"") for _ in range(2))
    assert isinstance(hello, Hello)
    assert isinstance(end, Crashed)
    return hello, json.loads(end.report)


WAYS: tuple[Callable[..., tuple[Hello, dict[str, str]]], ...] = (spawned, forked)
