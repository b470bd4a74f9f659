"""One player to a state folder: two would write over each other's rotation and records."""

import logging
import os
import sys
from pathlib import Path

from signage.errors import WuzhaError

NAME = "player.lock"
log = logging.getLogger(__name__)


class AlreadyRunningError(WuzhaError):
    """Another player holds the state folder."""


def is_claimed(state: Path) -> bool:
    """Says whether a player holds the state folder now."""
    if sys.platform == "win32":
        return False
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        lock = os.open(state / NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def claim(state: Path) -> int | None:
    """Holds the state folder until this process ends, however it ends; gives the open lock.

    None where nothing can be held: a folder that cannot be written, or Windows. Raises AlreadyRunningError.
    """
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        log.warning("state folder not held: %s", fault)
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(lock)
        raise AlreadyRunningError(
            f"已有一个播放程序在使用 {state}；先结束它，或在配置里换一个 state 文件夹\n"
            f"another player uses {state}: end it first, or name another state folder"
        ) from fault
    return lock
