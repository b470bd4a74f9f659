"""How requests reach a worker: over a Unix socket, which carries descriptors beside the bytes, else over a pipe.

Rule: a worker is given bytes to read and no path; only where a system cannot pass descriptors (Windows) it gets one.
"""

import contextlib
import os
import select
import socket
import stat
import sys
from typing import IO, BinaryIO

PATIENCE_S = 5.0
"""A worker that has read nothing for so long, with its queue full, is given up."""
QUEUE_BYTES = 512 * 1024
"""Asked for; the system gives what one process may have. More than one request and its stop in any case."""
_MOST_FILES = 4


class RequestSender:
    """The screen process's end. Messages go whole or the worker is no use any more."""

    def __init__(self, end: socket.socket | IO[bytes], patience_s: float = PATIENCE_S) -> None:
        self._end, self._patience_s = end, patience_s
        self.carries_files = isinstance(end, socket.socket)
        """Whether a descriptor can go along."""

    def send(self, message: bytes, file: int | None = None) -> None:
        """Sends a message, with a descriptor of which the worker gets its own. Raises OSError or ValueError."""
        left = memoryview(message)
        while left:
            if not isinstance(self._end, socket.socket):
                left = left[self._end.write(left) or 0 :]
                continue
            try:
                sent = self._end.send(left) if file is None else socket.send_fds(self._end, [left], [file])
            except BlockingIOError:
                self._wait(self._end)
                continue
            left, file = left[sent:], None

    def _wait(self, end: socket.socket) -> None:
        """Waits for room. Only then, for a socket with much room left already counts as one to be waited for."""
        room = select.poll()
        room.register(end, select.POLLOUT)
        if not room.poll(self._patience_s * 1000):
            raise TimeoutError("the worker does not read")

    def close(self) -> None:
        """Lets go of it: the worker reads the end."""
        self._end.close()


class RequestReceiver:
    """The worker's end, on the descriptor it was started with: reads like a stream and keeps what comes beside."""

    def __init__(self, fd: int) -> None:
        self._socket: socket.socket | None = None
        if sys.platform != "win32" and stat.S_ISSOCK(os.fstat(fd).st_mode):
            self._socket = socket.socket(fileno=fd)
        else:
            self._pipe: BinaryIO = os.fdopen(fd, "rb", buffering=0, closefd=False)
        self._files: list[int] = []

    def read(self, count: int) -> bytes:
        """Returns up to `count` bytes, none at the end."""
        if self._socket is None:
            return self._pipe.read(count)
        data, files, _, _ = socket.recv_fds(self._socket, count, _MOST_FILES, _CLOEXEC)
        self._files += files
        return data

    def close(self) -> None:
        """Lets go of it and of what came and was not taken."""
        close_file(self.take_file())
        if self._socket is not None:
            self._socket.close()
        else:
            self._pipe.close()

    def take_file(self) -> int | None:
        """Returns the descriptor that came with the message just read; it is the caller's to close."""
        files, self._files = self._files, []
        for other in files[1:]:
            close_file(other)
        return files[0] if files else None


_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


def close_file(file: int | None) -> None:
    """Closes a descriptor, where there is one."""
    if file is not None:
        with contextlib.suppress(OSError):
            os.close(file)


def request_socket() -> tuple[socket.socket, socket.socket]:
    """Returns the screen process's end and the worker's, of a socket that carries requests one way. Raises OSError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, QUEUE_BYTES)
    ours.setblocking(False)
    ours.shutdown(socket.SHUT_RD)  # what a worker that was taken over writes back is held nowhere
    return ours, theirs
