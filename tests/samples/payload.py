"""What somebody who has taken a decoder over tries, by bare system calls; runs inside a worker behind its walls.

The numbers are the kernel's, for x86-64 and aarch64. Each try returns its result as the kernel gives it.
"""

import ctypes
import errno
import fcntl
import json
import mmap
import os
import struct
import threading
from collections.abc import Callable, Mapping

_X86 = os.uname().machine == "x86_64"
_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
NUMBERS: Mapping[str, tuple[int, int]] = {
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "semop": (65, 193), "msgget": (68, 186), "msgsnd": (69, 189), "mq_open": (240, 180), "flock": (73, 32),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "bpf": (321, 280),
    "perf_event_open": (298, 241), "add_key": (248, 217), "keyctl": (250, 219), "socket": (41, 198),
    "socketpair": (53, 199), "execve": (59, 221), "clone": (56, 220), "clone3": (435, 435), "unshare": (272, 97),
    "setns": (308, 268), "mount": (165, 40), "chroot": (161, 51), "prctl": (157, 167), "seccomp": (317, 277),
    "inotify_init1": (294, 26), "fanotify_init": (300, 262), "truncate": (76, 45), "ftruncate": (77, 46),
    "fallocate": (285, 47), "linkat": (265, 37), "timer_create": (222, 107), "signalfd4": (289, 74),
    "setrlimit": (160, 164), "migrate_pages": (256, 238), "move_pages": (279, 239), "set_mempolicy": (238, 237),
    "mlock": (149, 228), "setsid": (112, 157), "setpgid": (109, 154), "vmsplice": (278, 75), "splice": (275, 76),
    "sendmsg": (46, 211), "pipe2": (293, 59), "personality": (135, 92), "statx": (332, 291), "openat2": (437, 437),
    "quotactl": (179, 60), "syslog": (103, 116), "open_by_handle_at": (304, 265), "landlock_create_ruleset": (444, 444),
    "unused": (1000, 1000),
}  # fmt: skip


def call(name: str, *arguments: object) -> str:
    """Returns "done" or the name of the error."""
    ctypes.set_errno(0)
    number = NUMBERS[name][0 if _X86 else 1]
    padded = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = _LIBC.syscall(ctypes.c_long(number), *padded, *[ctypes.c_long(0)] * (6 - len(padded)))
    return "done" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")


def outcome(try_it: Callable[[], object]) -> str:
    """Returns "done" or the error's name."""
    try:
        try_it()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except (RuntimeError, ValueError) as error:
        return type(error).__name__
    return "done"


def signals(victim: int) -> dict[str, str]:
    """Tries to stop and to kill another process."""
    info = struct.pack("=iii", 9, 0, -1).ljust(128, b"\0")
    return {
        "kill": call("kill", victim, 9),
        "kill all": call("kill", -1, 19),
        "kill own group": call("kill", 0, 19),
        "tkill": call("tkill", victim, 19),
        "tgkill": call("tgkill", victim, victim, 19),
        "tgkill of the own group by a foreign thread": call("tgkill", victim, os.getpid(), 19),
        "rt_sigqueueinfo": call("rt_sigqueueinfo", victim, 9, info),
        "rt_tgsigqueueinfo": call("rt_tgsigqueueinfo", victim, victim, 19, info),
        "pidfd_open": call("pidfd_open", victim, 0),
        "pidfd_send_signal": call("pidfd_send_signal", 0, 9, None, 0),
        "pidfd_getfd": call("pidfd_getfd", 0, 0, 0),
        "timer at a thread": call("timer_create", 1, struct.pack("=qiii", 0, 9, 4, victim).ljust(64, b"\0"), b"\0" * 8),
    }


def limits(victim: int) -> dict[str, str]:
    """Tries to take the means of living from another process and from this one."""
    nothing = struct.pack("=QQ", 0, 0)
    ours = os.getpid()
    return {
        **{f"prlimit {name}": call("prlimit64", victim, number, nothing, None)
           for name, number in (("nofile", 7), ("fsize", 1), ("nproc", 6), ("as", 9), ("cpu", 0))},
        "prlimit that only asks": call("prlimit64", victim, 7, None, b"\0" * 16),
        "prlimit of itself": call("prlimit64", ours, 7, nothing, None),
        "prlimit of 0": call("prlimit64", 0, 7, struct.pack("=QQ", 1 << 20, 1 << 20), None),
        "setrlimit": call("setrlimit", 9, struct.pack("=QQ", 1 << 40, 1 << 40)),
        "sched_setaffinity": call("sched_setaffinity", victim, 8, struct.pack("=Q", 1)),
        "sched_setscheduler": call("sched_setscheduler", victim, 5, struct.pack("=i", 0)),
        "sched_setscheduler of 0": call("sched_setscheduler", 0, 1, struct.pack("=i", 99)),
        "sched_setparam": call("sched_setparam", victim, struct.pack("=i", 0)),
        "sched_setattr": call("sched_setattr", victim, struct.pack("=IIQiIQQQ", 48, 5, 0, 19, 0, 0, 0, 0), 0),
        "setpriority of a process": call("setpriority", 0, victim, 19),
        "setpriority of a group": call("setpriority", 1, victim, 19),
        "setpriority of a user": call("setpriority", 2, os.getuid(), 19),
        "setpriority of itself": call("setpriority", 0, 0, -20),
        "ioprio of a process": call("ioprio_set", 1, victim, 3 << 13),
        "ioprio of a user": call("ioprio_set", 3, os.getuid(), 3 << 13),
        "migrate_pages": call("migrate_pages", victim, 64, b"\1" * 8, b"\1" * 8),
        "move_pages": call("move_pages", victim, 0, None, None, None, 0),
        "process_madvise": call("process_madvise", 0, None, 0, 4, 0),
        "process_mrelease": call("process_mrelease", 0, 0),
    }  # fmt: skip


def memory_of_others(victim: int) -> dict[str, str]:
    """Tries to look into another process, and into memory that several share."""
    return {
        "ptrace": call("ptrace", 16, victim, 0, 0),
        "process_vm_readv": call("process_vm_readv", victim, None, 0, None, 0, 0),
        "process_vm_writev": call("process_vm_writev", victim, None, 0, None, 0, 0),
        "kcmp": call("kcmp", victim, victim, 0, 0, 0),
        "mem": outcome(lambda: os.close(os.open(f"/proc/{victim}/mem", os.O_RDWR))),
        "shmget": call("shmget", 0x77757A68, 4096, 0o1666),
        "shmat": call("shmat", 0, None, 0),
        "shmctl": call("shmctl", 0, 0, None),
        "semget": call("semget", 0, 1, 0o1666),
        "semop": call("semop", 0, None, 0),
        "msgget": call("msgget", 0, 0o1666),
        "msgsnd": call("msgsnd", 0, None, 0, 0),
        "mq_open": call("mq_open", b"wuzha\0", 0o102, 0o666, None),
    }


def locks(fd: int) -> dict[str, str]:
    """Tries to lock a file that another process needs, by a descriptor that came along."""
    span = struct.pack("=hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0)
    found = {
        "flock shared": call("flock", fd, 1),
        "flock exclusive": call("flock", fd, 2 | 4),
        "lockf": outcome(lambda: fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)),
    }
    for name, command, value in (
        ("F_SETLK", 6, span), ("F_SETLKW", 7, span), ("F_OFD_SETLK", 37, span), ("F_SETLEASE", 1024, 0),
        ("F_NOTIFY", 1026, 2), ("F_SETOWN", 8, os.getppid()), ("F_SETOWN_EX", 15, struct.pack("=ii", 1, os.getppid())),
        ("F_SETSIG", 10, 9), ("F_SETFL", 4, os.O_ASYNC), ("F_ADD_SEALS", 1033, 0xF), ("F_SETPIPE_SZ", 1031, 1 << 20),
    ):  # fmt: skip
        found[name] = outcome(lambda command=command, value=value: fcntl.fcntl(fd, command, value))
    return found


def terminal(fd: int) -> dict[str, str]:
    """Tries to type into a terminal, even one whose descriptor came along."""
    return {
        "the controlling terminal": outcome(lambda: os.close(os.open("/dev/tty", os.O_RDONLY))),
        "TIOCSTI": outcome(lambda: fcntl.ioctl(fd, 0x5412, b"x")),
        "TIOCSTI with high bits": outcome(lambda: _raw_ioctl(fd, 0x5412 | 1 << 32)),
        "TIOCLINUX": outcome(lambda: fcntl.ioctl(fd, 0x541C, b"\3")),
        "TIOCSCTTY": outcome(lambda: fcntl.ioctl(fd, 0x540E, 1)),
        "TIOCSPGRP": outcome(lambda: fcntl.ioctl(fd, 0x5410, struct.pack("=i", os.getpid()))),
        "FIOASYNC": outcome(lambda: fcntl.ioctl(fd, 0x5452, struct.pack("=i", 1))),
        "setsid": call("setsid"),
        "setpgid": call("setpgid", 0, 0),
    }


def _raw_ioctl(fd: int, request: int) -> None:
    if _LIBC.syscall(ctypes.c_long(16 if _X86 else 29), ctypes.c_long(fd), ctypes.c_long(request), b"x") < 0:
        raise OSError(ctypes.get_errno(), "ioctl")


def new_code_and_tasks() -> dict[str, str]:
    """Tries to get more threads, processes and code."""
    page = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    _LIBC.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    thread_flags = 0x3D0F00

    def make_executable() -> None:
        if _LIBC.mprotect(address, 4096, mmap.PROT_READ | mmap.PROT_EXEC) != 0:
            raise OSError(ctypes.get_errno(), "mprotect")

    def fork() -> None:
        if os.fork() == 0:
            os._exit(0)

    return {
        "thread": outcome(lambda: threading.Thread(target=str).start()),
        "clone as a thread": call("clone", thread_flags, 0, None, None, 0),
        "clone beside the thread": call("clone", thread_flags & ~0x10000 | 17, 0, None, None, 0),
        "fork": outcome(fork),
        "clone3": call("clone3", None, 0),
        "unshare": call("unshare", 0x10000000),
        "setns": call("setns", 0, 0),
        "execve": call("execve", b"/bin/true\0", None, None),
        "mmap of code": outcome(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()),
        "mprotect of code": outcome(make_executable),
        "memfd_create": call("memfd_create", b"x\0", 0),
        "memfd_secret": call("memfd_secret", 0),
        "userfaultfd": call("userfaultfd", 0),
        "io_uring_setup": call("io_uring_setup", 8, b"\0" * 120),
        "bpf": call("bpf", 0, None, 0),
        "perf_event_open": call("perf_event_open", None, 0, -1, -1, 0),
        "add_key": call("add_key", b"user\0", b"x\0", b"x", 1, -2),
        "keyctl": call("keyctl", 0, -2, 0),
        "prctl": call("prctl", 4, 0),
        "seccomp": call("seccomp", 1, 0, None),
        "personality": call("personality", 0x0400000),
        "landlock": call("landlock_create_ruleset", None, 0, 1),
        "a call of the future": call("unused"),
    }


def world() -> dict[str, str]:
    """Tries to reach the network, the file system and the kernel."""
    return {
        **{f"socket {family}": call("socket", family, 1, 0) for family in (1, 2, 10, 16, 17, 40)},
        "socketpair": call("socketpair", 1, 1, 0, b"\0" * 8),
        "sendmsg": call("sendmsg", 0, None, 0),
        "mount": call("mount", None, None, None, 0, None),
        "chroot": call("chroot", b"/\0"),
        "truncate": call("truncate", b"/nothing\0", 0),
        "ftruncate": call("ftruncate", 0, 0),
        "fallocate": call("fallocate", 0, 0, 0, 0),
        "linkat": call("linkat", 0, b"", -100, b"/tmp/x\0", 0x1000),
        "inotify": call("inotify_init1", 0),
        "fanotify": call("fanotify_init", 0, 0),
        "signalfd": call("signalfd4", -1, b"\0" * 8, 8, 0),
        "mlock": call("mlock", 0, 4096),
        "pipe": call("pipe2", b"\0" * 8, 0),
        "splice": call("splice", 0, None, 1, None, 1, 0),
        "vmsplice": call("vmsplice", 1, None, 0, 0),
        "openat2": call("openat2", -100, b"/etc/hostname\0", b"\0" * 24, 24),
        "open by handle": call("open_by_handle_at", -100, b"\0" * 24, 0),
        "quotactl": call("quotactl", 0, None, 0, None),
        "syslog": call("syslog", 10, None, 0),
    }


def run(order: Mapping[str, object]) -> str:
    """Tries what `order` names and returns all outcomes as JSON."""
    victim, held, fd = order.get("victim"), order.get("held"), order.get("terminal")
    found: dict[str, str] = {}
    if isinstance(victim, int):
        found |= signals(victim) | limits(victim) | memory_of_others(victim)
    if isinstance(held, int):
        found |= locks(held)
    if isinstance(fd, int):
        found |= terminal(fd)
    if order.get("more"):
        found |= new_code_and_tasks() | world()
    paths = order.get("paths")
    for path in paths if isinstance(paths, list) else ():
        found[path] = outcome(lambda path=path: os.close(os.open(path, os.O_RDONLY)))
        found["list " + path] = outcome(lambda path=path: os.listdir(path))
    return json.dumps(found)
