"""Walls around a worker: what it cannot do to this machine when a file takes it over.

Rule: every wall is best effort and says whether it stands; none of them is needed for decoding. `enter` comes before
the worker's second thread begins, because the kernel gives most walls to the calling thread and those that it starts;
`give_up_calls` comes after, and before the first request: from then on there is no third thread and no new code.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

from player.decode.walls import capabilities, landlock, seccomp

MEMORY_BYTES = 2 * 1024**3
"""Of address space. A picture of 64 million pixels with alpha, its copy and its scaled version take about 1 GiB."""
OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def enter(readable: Iterable[str], *, low: bool, landlock_at_most: int | None = None) -> tuple[str, ...]:
    """Raises every wall this system has and names those that stand; with `low` the process yields to all others.

    `readable` are the folders and files that can still be read by name; `landlock_at_most` as of an older kernel.
    """
    if low and hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(10)
    if sys.platform != "linux":
        return ()
    _die_first()
    libc = ctypes.CDLL(None, use_errno=True)
    walls = ["rlimits"] if _limits() else []
    if _leave_terminal():
        walls.append("no-terminal")
    with suppress(OSError):
        _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
        walls.append("dies-with-parent")
    walls += capabilities.enter(libc)
    with suppress(OSError):
        _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
        walls.append("no-new-privs")
        walls += landlock.enter(libc, readable, abi_at_most=landlock_at_most)
    return tuple(walls)


def give_up_calls() -> tuple[str, ...]:
    """Takes from all threads of this process the system calls that no worker needs; names the wall if it stands."""
    if sys.platform != "linux":
        return ()
    return tuple(seccomp.enter(ctypes.CDLL(None, use_errno=True)))


def _leave_terminal() -> bool:
    """Leaves the session of a terminal, into which a process could type, and says whether none is left to reach."""
    for leave in (os.setsid, None):
        try:
            os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
        except OSError:
            return True
        if leave is not None:
            with suppress(OSError):  # the leader of its session stays in it
                leave()
    return False


def _die_first() -> None:
    # When memory runs out the kernel should take a worker, never the screen.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("600")


def _limits() -> bool:
    import resource  # noqa: PLC0415  # not on Windows

    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    try:
        for limit, most in limits.items():
            hard = resource.getrlimit(limit)[1]
            value = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
