"""Writes files that a power cut leaves whole, and reads them whatever lies there now."""

import contextlib
import os
import stat
from pathlib import Path

from signage.errors import WuzhaError

MOST_BYTES = 64 << 20


class NotOursError(WuzhaError):
    """What lies there is not what was written there."""


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file, making its folder if need be; a power cut leaves the old one or the new, never half of one.

    Two processes may write the same file: one of them wins. Raises OSError, and then the old file stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not secrets: it loads libcrypto.
    partial = path.with_name(f".{os.urandom(8).hex()}.tmp")  # a name may already be as long as the system takes
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes what was renamed in a folder outlast a power cut. Raises OSError."""
    if os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_bytes(path: Path) -> bytes:
    """Returns what is in a file. Raises NotOursError for what is no ordinary file or too large, and OSError."""
    # A pipe in the file's place must not stop us (O_NONBLOCK).
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise NotOursError("no ordinary file")
        if found.st_size > MOST_BYTES:
            raise NotOursError(f"{found.st_size} bytes")
        parts = []
        while part := os.read(file, MOST_BYTES):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(file)
