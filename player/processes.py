"""Whether another process lives, or only waits in the kernel to be gone: what is killed while a disk hangs cannot end.

Rule: asks nothing but /proc; elsewhere every process counts as living.
"""

import os
import signal
import time

_KILLED = 1 << (signal.SIGKILL - 1) if hasattr(signal, "SIGKILL") else 0
_PROC = "/proc"


def ending_of(pid: int) -> int | None:
    """Returns the exit code of a process that is over, though a thread of it may hang in the kernel; None: it lives.

    A negative code is a signal. Where the kernel does not tell the code of one that is over, it is SIGKILL's.
    """
    if _KILLED == 0 or pid <= 0:
        return None
    try:
        status = _read(f"{_PROC}/{pid}/status")
    except FileNotFoundError:  # or hidden: /proc may be mounted so that it shows nothing of other users
        return -int(signal.SIGKILL) if _is_unknown(pid) else None
    except OSError:
        return None
    told = dict(line.split(b":", 1) for line in status.splitlines() if b":" in line)
    is_over = told.get(b"State", b"").split()[:1] in ([b"Z"], [b"X"])
    is_killed = any(int(told.get(name, b"0"), 16) & _KILLED for name in (b"SigPnd", b"ShdPnd"))
    if not is_over and not is_killed:
        return None
    return _code(pid)


def is_kept(pid: int) -> bool:
    """Returns whether the kernel keeps a process: a thread of it waits where no signal reaches. False if it is gone."""
    try:
        threads = os.listdir(f"{_PROC}/{pid}/task")
    except OSError:
        return False
    return any(_state(f"{_PROC}/{pid}/task/{thread}/stat") == b"D" for thread in threads)


def children_of(pid: int) -> list[int]:
    """Returns the processes that a process began and that have not ended, as far as the kernel tells."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"{_PROC}/{pid}/task"):
            found += map(int, _read(f"{_PROC}/{pid}/task/{thread}/children").split())
    except OSError:
        pass  # it is gone, or this kernel tells nothing
    return found


def _is_unknown(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _code(pid: int) -> int:
    """The last field of its stat (proc(5)): a status as wait(2) gives it."""
    try:
        status = int(_read(f"{_PROC}/{pid}/stat").split()[-1])
    except (OSError, ValueError, IndexError):
        return -int(signal.SIGKILL)
    return -(status & 0x7F) if status & 0x7F else status >> 8 & 0xFF


def _state(path: str) -> bytes:
    """The letter for what a thread does, of its stat (proc(5)); empty where it is gone."""
    try:
        return _read(path).rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return b""


def own_age_s() -> float:
    """Returns for how long this process has run; 0 where the system does not tell."""
    try:
        ticks = int(_read(f"{_PROC}/self/stat").rpartition(b")")[2].split()[19])  # starttime of proc(5)
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
