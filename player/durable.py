"""Writes files that a power cut leaves whole."""

import contextlib
import os
from pathlib import Path


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
