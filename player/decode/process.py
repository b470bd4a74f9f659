"""How a worker process comes to be: spawned afresh, or forked by a process that has everything loaded.

A fresh one takes 15 MB, and 25 MB more with libav; a forked one shares all that with the others. Linux forks;
elsewhere, and when the fork server is in trouble, workers are spawned: on Linux with everything loaded at once (0.3 s),
because behind their walls they cannot load it later.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Protocol

from player.decode.order import MAX_ORDER_BYTES, Order, order_bytes
from player.decode.wire import RequestSender, request_socket

WORKER = "player.decode.worker"
PIPE_BYTES = 512 * 1024
"""Of replies, and of requests where there is no socket for them: a worker that does not read blocks nobody soon."""
PATIENCE_S = 10.0
"""A fork server that has not answered for so long, loading included, is given up."""
_ROOT = Path(__file__).resolve().parents[2]
_MALLOC = {
    # glibc maps and unmaps every block of 128 KiB and more; a picture's pages would be faulted in again for each frame.
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_ARENA_MAX": "1",
}

log = logging.getLogger(__name__)


class Process(Protocol):
    """A worker process, and the two ways of talking to it."""

    @property
    def pid(self) -> int: ...
    @property
    def requests(self) -> RequestSender: ...
    @property
    def replies(self) -> IO[bytes]: ...
    def kill(self) -> None: ...
    def wait(self, timeout_s: float | None) -> bool: ...
    def close(self) -> None: ...


class Spawned:
    """A worker that is a child of this process."""

    def __init__(self, arguments: list[str], fds: tuple[int, ...], module: str = WORKER) -> None:
        """Runs `module`. Raises OSError when there is no memory or no process to be had."""
        ours, theirs = request_socket() if sys.platform == "linux" else (None, None)
        try:
            self._process = subprocess.Popen(  # the package may lie in a checkout that is not installed
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE if theirs is None else theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                pipesize=PIPE_BYTES if sys.platform == "linux" else -1,
                pass_fds=fds,
                start_new_session=True,  # of no terminal
                env=_environment(),
            )
        except OSError:
            if ours is not None:
                ours.close()
            raise
        finally:
            if theirs is not None:
                theirs.close()
        end = ours if ours is not None else self._process.stdin
        assert end is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.requests = RequestSender(end)
        self.replies: IO[bytes] = self._process.stdout

    def kill(self) -> None:
        """Ends it at once, whatever it does."""
        self._process.kill()

    def wait(self, timeout_s: float | None) -> bool:
        """Waits for its end and says whether it came."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Lets go of it; it has ended."""
        self.requests.close()
        self.replies.close()


class Forked:
    """A worker that is a child of the fork server, held by a descriptor that no other process can come to own."""

    def __init__(self, pid: int, handle: int, requests: socket.socket, replies: int) -> None:
        self.pid = pid
        self._handle = handle
        self._guard = threading.Lock()
        """Whoever kills may be another thread than the one that lets go of it."""
        self.requests = RequestSender(requests)
        self.replies: IO[bytes] = os.fdopen(replies, "rb", buffering=0)

    def kill(self) -> None:
        """Ends it at once, whatever it does."""
        with self._guard, contextlib.suppress(ProcessLookupError):
            if self._handle >= 0:
                _kill(self._handle)

    def wait(self, timeout_s: float | None) -> bool:
        """Waits for its end and says whether it came."""
        handle = self._handle
        if handle < 0:
            return True
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(None if timeout_s is None else timeout_s * 1000))

    def close(self) -> None:
        """Lets go of it; it has ended."""
        self.requests.close()
        self.replies.close()
        with self._guard:
            handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)


class ForkServer:
    """Starts and keeps the process that forks workers. May be used from several threads."""

    def __init__(self) -> None:
        """Starts it and does not wait for it; what goes wrong shows at the first `fork`."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._closed = sys.platform != "linux"
        if not self._closed:
            with contextlib.suppress(OSError):
                self._start()

    @property
    def pid(self) -> int | None:
        """The server's process, while there is one."""
        return self._process.pid if self._process is not None else None

    def fork(self, order: Order, rings: tuple[int, ...]) -> Forked:
        """Gives a new worker. Raises OSError where there is none to be had this way."""
        with self._lock:
            if self._closed:
                raise OSError("no fork server")
            try:
                if self._orders is None:
                    self._start()
                return self._ordered(order, rings)
            except OSError:
                self._drop()
                raise

    def close(self) -> None:
        """Ends the server, and with it the workers that are left."""
        with self._lock:
            self._closed = True
            self._drop()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "player.decode.forkserver"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # of no terminal, and its workers do not lead it: they never get one
                env=_environment(),
            )
        ours.settimeout(PATIENCE_S)
        self._orders = ours

    def _ordered(self, order: Order, rings: tuple[int, ...]) -> Forked:
        assert self._orders is not None
        requests, theirs_in = request_socket()
        replies, theirs_out = _pipe()
        try:
            socket.send_fds(self._orders, [order_bytes(order)], [theirs_in.fileno(), theirs_out, *rings])
            message, handles, _, _ = socket.recv_fds(self._orders, MAX_ORDER_BYTES, 1)
            if not message or not handles:
                raise OSError("the fork server is gone")
        except OSError:
            requests.close()
            os.close(replies)
            raise
        finally:
            theirs_in.close()
            os.close(theirs_out)
        return Forked(int(message), handles[0], requests, replies)

    def _drop(self) -> None:
        if self._orders is not None:
            self._orders.close()
            self._orders = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def born(
    order: Order, arguments: list[str], rings: tuple[int, ...], server: ForkServer | None, module: str = WORKER
) -> Process:
    """Returns a new process, forked if that can be, else spawned to run `module`. Raises OSError."""
    if server is not None and sys.platform == "linux":
        try:
            return server.fork(order, rings)
        except OSError as error:
            log.warning("no worker from the fork server, spawning one: %s", error)
    return Spawned(arguments, rings, module)


def _kill(handle: int) -> None:
    if sys.platform == "linux":
        signal.pidfd_send_signal(handle, signal.SIGKILL)


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - there is none on Windows

        with contextlib.suppress(OSError):  # beyond the user's share of pipe memory: the usual 64 KiB do
            fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return ends


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MALLOC_"))}
    return kept | _MALLOC | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
