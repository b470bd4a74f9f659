"""Does a command's work in a process of its own, which a disk or share that hangs in the kernel may keep for ever.

Rule: whoever asked gets the answer and the prompt back; what cannot be ended is left behind.
"""

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable
from types import FrameType

from player.commands.terminal import tell_trouble
from player.processes import children_of, ending_of
from signage.disk_faults import in_chinese

LOOK_S = 0.2
CHUNK_BYTES = 1 << 16


def run_apart(work: Callable[[], int]) -> int:
    """Returns what `work` returns; what it prints is passed on. To be called before there is another thread."""
    if not hasattr(os, "fork"):
        return work()
    ways = {out: os.pipe() for out in (1, 2)}
    pid = os.fork()
    if pid == 0:
        for out, (read, write) in ways.items():
            os.close(read)
            os.dup2(write, out)
            os.close(write)
        _end(work)
    for _, write in ways.values():
        os.close(write)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    # Ctrl-C reaches the whole group anyway.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, pass_on)
    try:
        _relay({read: out for out, (read, _) in ways.items()}, pid)
    except BrokenPipeError:
        os.kill(pid, signal.SIGKILL)  # whoever read us, such as `head`, has enough
        return 0
    except OSError as fault:
        os.kill(pid, signal.SIGKILL)
        tell_trouble(f"结果写不出去：{in_chinese(fault)}", f"the answer cannot be written: {fault}")
        return 1
    return _ended(pid)


def _end(work: Callable[[], int]) -> None:
    """Does the work and ends this process at once, whatever its threads wait for."""
    code = 1
    try:
        code = work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _relay(ways: dict[int, int], pid: int) -> None:
    """Passes on what comes until both ways end, or nothing but the kernel keeps the process."""
    while ways:
        ready, _, _ = select.select(list(ways), [], [], LOOK_S)
        if not ready and ending_of(pid) is not None:
            return
        for read in ready:
            told = memoryview(os.read(read, CHUNK_BYTES))
            if not told:
                del ways[read]
            while told:
                told = told[os.write(ways[read], told) :]


def _ended(pid: int) -> int:
    while True:
        over, status = os.waitpid(pid, os.WNOHANG)
        if over:
            return os.waitstatus_to_exitcode(status)
        if (code := ending_of(pid)) is not None and not _reaped_soon(pid):
            for child in children_of(pid):
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
            return code
        select.select([], [], [], LOOK_S / 10)


def _reaped_soon(pid: int) -> bool:
    """Whether a process that is over can be taken away; one that hangs in the kernel cannot."""
    select.select([], [], [], LOOK_S)
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
