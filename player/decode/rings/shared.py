"""Memory that the screen process and one worker share, and what both rings in it have in common."""

import mmap
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from signage.errors import WuzhaError

if sys.platform == "linux":
    import fcntl

HEADER_BYTES = 4096
HEAD, TAIL = 8, 16
"""Positions of the counters in the header, in 8-byte words; each has a cache line of its own."""
_order = threading.Lock()


class RingBroken(WuzhaError):
    """What stands in a ring cannot be: the worker that writes it must go."""


@dataclass(slots=True)
class Shared:
    """Memory that a worker can be given: by an inherited descriptor on Linux, by a file's path elsewhere."""

    memory: mmap.mmap
    address: str
    fds: tuple[int, ...] = ()
    path: Path | None = None

    def handed_over(self) -> None:
        """Lets go of what was only needed to start the worker; the memory stays."""
        for fd in self.fds:
            os.close(fd)
        self.fds = ()

    def forget(self) -> None:
        """Removes the file behind the memory, where there is one."""
        self.handed_over()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            self.path = None


def share(size: int) -> Shared:
    """Gives zeroed memory of `size` bytes to share with a child process; raises OSError when there is none."""
    if sys.platform == "linux":
        fd = os.memfd_create("wuzha-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, size)
        # A worker that could shrink it would kill the screen process with SIGBUS.
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        return Shared(mmap.mmap(fd, size), f"fd:{fd}", (fd,))
    import tempfile  # noqa: PLC0415 - half a megabyte that Linux does not need

    path = Path(tempfile.mkdtemp(prefix="wuzha-")) / os.urandom(8).hex()
    with path.open("w+b") as file:
        file.truncate(size)
        return Shared(mmap.mmap(file.fileno(), size), f"file:{path}", (), path)


def attach(address: str, size: int) -> mmap.mmap:
    """Gives the memory behind an address made by `share`, in the worker."""
    kind, _, where = address.partition(":")
    if kind == "fd":
        memory = mmap.mmap(int(where), size)
        os.close(int(where))
        return memory
    with Path(where).open("r+b") as file:
        return mmap.mmap(file.fileno(), size)


def fence() -> None:
    """Orders everything written to memory before against everything after, as the other process sees it."""
    # Releasing a lock and taking it again orders all memory before against all memory after, on ARM too.
    with _order:
        pass
    with _order:
        pass
