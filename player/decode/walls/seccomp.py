"""Seccomp: system calls that no decoder needs fail with EPERM from now on (seccomp(2)).

A list of what is forbidden, not of what is allowed: Python, glibc and libav call different things on every system, and
a worker that a new glibc kills at its first call would be a black screen. What matters is that it cannot reach the
network, start programs, write files or meddle with other processes.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_SET_MODE_FILTER = 1
_ERRNO, _ALLOW = 0x0005_0000, 0x7FFF_0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_CLONE_THREAD = 0x0001_0000
_X32 = 0x4000_0000
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # O_WRONLY O_RDWR O_CREAT O_TRUNC O_APPEND
_TEMPORARY = 0o20000000  # O_TMPFILE without O_DIRECTORY

# The numbers of the generic table (asm-generic/unistd.h), which aarch64 uses.
_GENERIC = {
    "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
    "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "umount2": 39,
    "mount": 40, "pivot_root": 41, "truncate": 45, "ftruncate": 46, "fallocate": 47, "chroot": 51, "fchmod": 52,
    "fchmodat": 53, "fchownat": 54, "fchown": 55, "openat": 56, "quotactl": 60, "utimensat": 88, "acct": 89,
    "personality": 92, "unshare": 97, "kexec_load": 104, "init_module": 105, "delete_module": 106, "clock_settime": 112,
    "ptrace": 117, "kill": 129, "tkill": 130, "reboot": 142, "setregid": 143, "setgid": 144, "setreuid": 145,
    "setuid": 146, "setresuid": 147, "setresgid": 149, "setgroups": 159, "sethostname": 161, "setdomainname": 162,
    "settimeofday": 170, "adjtimex": 171, "shmget": 194, "msgget": 186, "semget": 190, "socket": 198,
    "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "sendto": 206, "sendmsg": 211,
    "add_key": 217, "request_key": 218, "keyctl": 219, "clone": 220, "execve": 221, "swapon": 224, "swapoff": 225,
    "accept4": 242, "perf_event_open": 241, "fanotify_init": 262, "name_to_handle_at": 264, "open_by_handle_at": 265,
    "clock_adjtime": 266, "syncfs": 267, "setns": 268, "sendmmsg": 269, "process_vm_readv": 270,
    "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "renameat2": 276, "memfd_create": 279, "bpf": 280,
    "execveat": 281, "userfaultfd": 282, "pkey_mprotect": 288, "kexec_file_load": 294,
}  # fmt: skip
_X86_64 = {
    "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199,
    "mknodat": 259, "mkdirat": 258, "unlinkat": 263, "symlinkat": 266, "linkat": 265, "renameat": 264, "umount2": 166,
    "mount": 165, "pivot_root": 155, "truncate": 76, "ftruncate": 77, "fallocate": 285, "chroot": 161, "fchmod": 91,
    "fchmodat": 268, "fchownat": 260, "fchown": 93, "openat": 257, "quotactl": 179, "utimensat": 280, "acct": 163,
    "personality": 135, "unshare": 272, "kexec_load": 246, "init_module": 175, "delete_module": 176,
    "clock_settime": 227, "ptrace": 101, "kill": 62, "tkill": 200, "reboot": 169, "setregid": 114, "setgid": 106,
    "setreuid": 113, "setuid": 105, "setresuid": 117, "setresgid": 119, "setgroups": 116, "sethostname": 170,
    "setdomainname": 171, "settimeofday": 164, "adjtimex": 159, "shmget": 29, "msgget": 68, "semget": 64, "socket": 41,
    "socketpair": 53, "bind": 49, "listen": 50, "accept": 43, "connect": 42, "sendto": 44, "sendmsg": 46,
    "add_key": 248, "request_key": 249, "keyctl": 250, "clone": 56, "execve": 59, "swapon": 167, "swapoff": 168,
    "accept4": 288, "perf_event_open": 298, "fanotify_init": 300, "name_to_handle_at": 303, "open_by_handle_at": 304,
    "clock_adjtime": 305, "syncfs": 306, "setns": 308, "sendmmsg": 307, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "renameat2": 316, "memfd_create": 319, "bpf": 321,
    "execveat": 322, "userfaultfd": 323, "pkey_mprotect": 329, "kexec_file_load": 320,
    # The older calls that the generic table left out.
    "open": 2, "fork": 57, "vfork": 58, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87,
    "symlink": 88, "chmod": 90, "chown": 92, "lchown": 94, "utime": 132, "mknod": 133, "uselib": 134, "modify_ldt": 154,
    "create_module": 174, "iopl": 172, "ioperm": 173, "utimes": 235, "futimesat": 261,
}  # fmt: skip
# Newer calls have one number everywhere. clone3 and openat2 hide their flags behind a pointer that a filter cannot
# follow: told that they do not exist, glibc falls back to clone and openat.
_COMMON = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_open": 434,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447,
    "fchmodat2": 452,
}  # fmt: skip
_ABSENT = (435, 437)  # clone3, openat2
_TABLES = {"x86_64": (0xC000_003E, 317, _X86_64), "aarch64": (0xC000_00B7, 277, _GENERIC)}


def enter(libc: ctypes.CDLL) -> list[str]:
    """Raises the wall and names it; nothing on other architectures or where the kernel refuses. Needs no-new-privs."""
    table = _TABLES.get(os.uname().machine)
    if table is None or sys.maxsize < 2**32:
        return []
    architecture, seccomp, numbers = table
    code = program(architecture, numbers)
    memory = ctypes.create_string_buffer(code, len(code))
    heading = struct.pack("@HP", len(code) // 8, ctypes.addressof(memory))
    libc.syscall.restype = ctypes.c_long
    done = libc.syscall(ctypes.c_long(seccomp), ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(0), heading)
    return ["seccomp"] if done == 0 else []


def program(architecture: int, numbers: dict[str, int]) -> bytes:
    """Gives the filter as classic BPF."""
    flagged = {"clone", "openat", "open"}
    refused = sorted({n for name, n in numbers.items() if name not in flagged} | set(_COMMON.values()))
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_JUMP_EQUAL, architecture, 1, 0),
        _line(_RETURN, _ERRNO | _EPERM),
        _line(_LOAD, _NUMBER),
    ]
    if architecture == _TABLES["x86_64"][0]:
        lines += _returning(_JUMP_AT_LEAST, (_X32,), _EPERM)
    lines += _returning(_JUMP_EQUAL, _ABSENT, _ENOSYS)
    lines += _returning(_JUMP_EQUAL, refused, _EPERM)
    lines += _by_flags(numbers["clone"], 0, _CLONE_THREAD, refused_when_set=False)
    lines += _by_flags(numbers["openat"], 2, _WRITING | _TEMPORARY, refused_when_set=True)
    if "open" in numbers:
        lines += _by_flags(numbers["open"], 1, _WRITING | _TEMPORARY, refused_when_set=True)
    lines.append(_line(_RETURN, _ALLOW))
    return b"".join(lines)


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _returning(jump: int, values: Iterable[int], error: int) -> list[bytes]:
    lines = []
    for value in values:
        lines += [_line(jump, value, 0, 1), _line(_RETURN, _ERRNO | error)]
    return lines


def _by_flags(number: int, argument: int, flags: int, *, refused_when_set: bool) -> list[bytes]:
    """Gives the lines that refuse call `number` by the flags in its argument, and allow it otherwise."""
    when_set, when_clear = (_ERRNO | _EPERM, _ALLOW) if refused_when_set else (_ALLOW, _ERRNO | _EPERM)
    return [
        _line(_JUMP_EQUAL, number, 0, 4),
        _line(_LOAD, _ARGUMENTS + 8 * argument),
        _line(_JUMP_ANY_BIT, flags, 0, 1),
        _line(_RETURN, when_set),
        _line(_RETURN, when_clear),
    ]
