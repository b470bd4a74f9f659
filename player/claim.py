"""One player to a state folder: two would write over each other's rotation and records.

```
<state>/player.lock      held by the player that uses the folder, as long as it lives
<state>/player.lock.1 …  the same, while one that was killed hangs in the kernel and the lock before cannot be had
```
Rule: only a player that lives counts. One that is over but waits for a disk or a share keeps its lock until that
answers, perhaps for ever; whoever comes takes the next name, and looks at all of them.
"""

import contextlib
import errno
import logging
import os
import sys
import time
from pathlib import Path

from player.processes import ending_of
from signage.errors import WuzhaError

NAME = "player.lock"
MOST_LOCKS = 20
"""Players that hang in the kernel, one after another, before a new one goes on without a lock."""
TRIES, TRY_AGAIN_S = 3, 0.05
LOCKS = Path("/proc/locks")
log = logging.getLogger(__name__)


class AlreadyRunningError(WuzhaError):
    """Another player holds the state folder."""

    def __init__(self, state: Path) -> None:
        super().__init__(
            f"已有一个播放程序在使用 {state}；先结束它，或在配置里换一个 state 文件夹\n"
            f"another player uses {state}: end it first, or name another state folder"
        )


def is_claimed(state: Path) -> bool:
    """Says whether a living player holds the state folder now. May hang with the folder's disk."""
    return any(_is_held(path) for path in _lock_paths(state) if path.exists())


def claim(state: Path) -> int | None:
    """Holds the state folder until this process ends, however it ends; gives the open lock.

    None where nothing can be held: a folder that cannot be written, or Windows. May hang with the folder's disk. Raises
    AlreadyRunningError.
    """
    if sys.platform == "win32":
        return None
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock, taken = _first_free(state)
    except OSError as fault:
        log.warning("state folder not held: %s", fault)
        return None
    # Whoever came meanwhile took another name, because this one was not free or because one before it became free.
    others = (path for path in _lock_paths(state) if path != taken and path.exists())
    if any(_is_held(path) for path in others):
        os.close(lock)
        raise AlreadyRunningError(state)
    return lock


def _lock_paths(state: Path) -> list[Path]:
    return [state / NAME, *(state / f"{NAME}.{number}" for number in range(1, MOST_LOCKS))]


def _first_free(state: Path) -> tuple[int, Path]:
    """Returns the first lock that no living player holds, held. Raises AlreadyRunningError, and OSError."""
    for path in _lock_paths(state):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        for _ in range(TRIES):
            if _taken(lock):
                return lock, path
            if not (is_living := _has_living_holder(lock)):
                break
            time.sleep(TRY_AGAIN_S)  # it may only be looked at, by somebody's `doctor`
        os.close(lock)
        if is_living:
            raise AlreadyRunningError(state)
        log.warning("%s is held by a player that is over but hangs in the kernel; taking another name", path.name)
    raise OSError(errno.EAGAIN, "every lock is held by a player that hangs in the kernel")


def _is_held(path: Path) -> bool:
    """Says whether a living process holds this lock."""
    if sys.platform == "win32":
        return False
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _taken(lock) and _has_living_holder(lock)
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    import fcntl  # noqa: PLC0415 - there is none on Windows

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _has_living_holder(lock: int) -> bool:
    """Says whether whoever holds this lock lives; of one that the system does not name, that is supposed."""
    status = os.fstat(lock)
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    holders = []
    with contextlib.suppress(OSError, ValueError):
        for line in LOCKS.read_text(encoding="ascii").splitlines():
            fields = line.split()
            if "FLOCK" in fields and wanted in fields:
                holders.append(int(fields[fields.index(wanted) - 1]))
    return not holders or any(ending_of(pid) is None for pid in holders)
