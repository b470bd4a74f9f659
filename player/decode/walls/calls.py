"""The system calls that a worker is left with, each with what it is needed for.

Rule: what does not stand here is refused. The list was taken from what workers were seen to call – every kind of
picture, film, sound, card and ticker, under `tools/sandbox/record_calls.py` – and from what glibc 2.36 to 2.41 and
Python 3.11 to 3.13 call in place of them. `docs/sandbox.md` has it as a table.
"""

import errno
from dataclasses import dataclass

WHOLE = (1 << 64) - 1
_INT = (1 << 32) - 1
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND
_TEMPORARY = 0o20000000  # O_TMPFILE without O_DIRECTORY
_PROT_EXEC = 4
_OWN_PID = -1
"""Stands for the worker's own process number, which is known when the filter is made."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when an argument, masked, is one of `values`."""

    argument: int
    values: tuple[int, ...]
    mask: int = WHOLE


@dataclass(frozen=True, slots=True)
class SystemCall:
    """A call that is allowed where its condition holds, if it has one; else it fails with `error`."""

    name: str
    x86_64: int | None
    aarch64: int | None
    """Its numbers; None where the architecture has no such call."""
    why: str
    when: Condition | None = None
    error: int = errno.EPERM


def of_own_process(condition: Condition, pid: int) -> Condition:
    """Returns a condition with the worker's own process number put in."""
    values = tuple(pid if value == _OWN_PID else value for value in condition.values)
    return Condition(condition.argument, values, condition.mask)


# Those with a condition come first: the kernel remembers which calls are always allowed, and runs no filter for them.
ALLOWED: tuple[SystemCall, ...] = (
    SystemCall("futex", 202, 98, "locks of Python, glibc and libav; no priority inheritance",
        # WAIT WAKE REQUEUE CMP_REQUEUE WAKE_OP WAIT_BITSET WAKE_BITSET, private or not, by either clock
        Condition(1, (0, 1, 3, 4, 5, 9, 10), _INT & ~0x180)),
    SystemCall("mmap", 9, 222, "memory for pictures; nothing that can be run",
        Condition(2, (0,), _PROT_EXEC)),
    SystemCall("mprotect", 10, 226, "glibc's heap grows; nothing becomes code",
        Condition(2, (0,), _PROT_EXEC)),
    SystemCall("madvise", 28, 233, "malloc_trim gives memory back",
        Condition(2, (4, 8, 14, 15), _INT)),  # DONTNEED FREE HUGEPAGE NOHUGEPAGE
    SystemCall("openat", 257, 56, "fonts and Python's own files, to be read",
        Condition(2, (0,), _WRITING | _TEMPORARY)),
    SystemCall("fcntl", 72, 25, "libav and Python look at a descriptor, or copy it; no locks, no owners, no seals",
        Condition(1, (0, 1, 2, 3, 1030), _INT)),  # DUPFD GETFD SETFD GETFL DUPFD_CLOEXEC
    SystemCall("sched_getaffinity", 204, 123, "libav counts processors; of this process only",
        Condition(0, (0,), _INT)),
    SystemCall("tgkill", 234, 131, "abort ends a worker whose heap is broken; itself only",
        Condition(0, (_OWN_PID,), _INT)),
    SystemCall("read", 0, 63, "requests and media"),
    SystemCall("write", 1, 64, "replies; files are open for reading only"),
    SystemCall("lseek", 8, 62, "seeking in media"),
    SystemCall("fstat", 5, 80, "the size of media, by libav"),
    SystemCall("newfstatat", 262, 79, "the size of media, by Python; whether a module or font is there"),
    SystemCall("close", 3, 57, "media and fonts are closed"),
    SystemCall("brk", 12, 214, "glibc's heap"),
    SystemCall("munmap", 11, 215, "memory is given back"),
    SystemCall("mremap", 25, 216, "realloc of a large block"),
    SystemCall("pread64", 17, 67, "media at a place, by Python"),
    SystemCall("readv", 19, 65, "as read, in parts"),
    SystemCall("writev", 20, 66, "as write, in parts; glibc's last words"),
    SystemCall("recvmsg", 47, 212, "requests with descriptors, from the socket that the worker was given"),
    SystemCall("recvfrom", 45, 207, "as recvmsg, without descriptors"),
    SystemCall("dup", 32, 23, "libav copies the descriptor that it reads"),
    SystemCall("getdents64", 217, 61, "Python lists its own folders and those of fonts"),
    SystemCall("readlink", 89, None, "Python follows the links of its own folders"),
    SystemCall("readlinkat", 267, 78, "as readlink"),
    SystemCall("getcwd", 79, 17, "Python's import of a module by a relative path"),
    SystemCall("poll", 7, None, "waiting for a request"),
    SystemCall("ppoll", 271, 73, "as poll"),
    SystemCall("clock_gettime", 228, 113, "time, where the kernel's page for it cannot be used"),
    SystemCall("clock_getres", 229, 114, "as clock_gettime"),
    SystemCall("gettimeofday", 96, 169, "as clock_gettime"),
    SystemCall("time", 201, None, "as clock_gettime"),
    SystemCall("clock_nanosleep", 230, 115, "pauses while the ring is full"),
    SystemCall("nanosleep", 35, 101, "as clock_nanosleep"),
    SystemCall("sched_yield", 24, 124, "spinning locks"),
    SystemCall("restart_syscall", 219, 128, "the kernel goes on with an interrupted wait"),
    SystemCall("getrandom", 318, 278, "Python's hashes, glibc's heap"),
    SystemCall("getpid", 39, 172, "abort; Python"),
    SystemCall("gettid", 186, 178, "abort; Python's locks"),
    SystemCall("getuid", 102, 174, "the home folder, for its fonts"),
    SystemCall("uname", 63, 160, "Python asks for the machine's kind"),
    SystemCall("sysinfo", 99, 179, "glibc's qsort asks how much memory there is"),
    SystemCall("rt_sigaction", 13, 134, "abort takes its handler away"),
    SystemCall("rt_sigprocmask", 14, 135, "abort lets its signal through"),
    SystemCall("rt_sigreturn", 15, 139, "returning from a signal"),
    SystemCall("exit", 60, 93, "a thread ends"),
    SystemCall("exit_group", 231, 94, "the worker ends"),
    # Refused, with the error that the caller understands.
    SystemCall("ioctl", 16, 29, "never: isatty is told that nothing is a terminal",
        Condition(1, ()), errno.ENOTTY),
    SystemCall("clone", 56, 220, "never: libav's filters do without threads when none is to be had",
        Condition(0, ()), errno.EAGAIN),
)  # fmt: skip

NEWEST_KNOWN = 462
"""The highest number that Linux 6.12 gives a call. What comes later does not exist here: glibc then does as before."""
ABSENT = {
    "x86_64": (332, 334, 435, 436, 437, 439, 441, 449),
    "aarch64": (291, 293, 435, 436, 437, 439, 441, 449),
}
"""Known calls that glibc tries before an older one, and does without: statx, rseq, clone3, close_range, openat2,
faccessat2, epoll_pwait2, futex_waitv."""
