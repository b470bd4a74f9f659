"""Landlock: from now on this process only reads, and only what libraries need; it opens no TCP connection.

The kernel's interface has grown since Linux 5.13; each version is used as far as it goes (landlock(7)).
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ACCESS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many kinds of access to files each version of the interface knows."""
_TCP_SINCE, _TCP = 4, 0b11
_SCOPES_SINCE, _SCOPES = 6, 0b11


def enter(libc: ctypes.CDLL, readable: Iterable[str], *, abi_at_most: int | None = None) -> list[str]:
    """Raises the wall and names its parts; nothing where the kernel has none.

    `readable` are the folders and files that can still be read; those that are not there are passed over. With
    `abi_at_most` it does what it would on an older kernel; 0 is one without.
    """
    syscall = libc.syscall
    syscall.restype = ctypes.c_long
    version = syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if abi_at_most is not None:
        version = min(version, abi_at_most)
    if version < 1:
        return []
    with suppress(OSError):
        _restrict(libc, version, readable)
        parts = ["landlock"]
        parts += ["no-network"] if version >= _TCP_SINCE else []
        parts += ["no-signals"] if version >= _SCOPES_SINCE else []
        return parts
    return []


def _restrict(libc: ctypes.CDLL, version: int, readable: Iterable[str]) -> None:
    bits = _ACCESS_BITS[min(version, max(_ACCESS_BITS))]
    attributes = struct.pack("=Q", (1 << bits) - 1)
    if version >= _TCP_SINCE:
        attributes += struct.pack("=Q", _TCP)
    if version >= _SCOPES_SINCE:
        attributes += struct.pack("=Q", _SCOPES)
    ruleset = _call(libc, _CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for path in readable:
            with suppress(OSError):
                _let_read(libc, ruleset, path)
        _call(libc, _RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _let_read(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        access = _READ_FILE | (_READ_DIR if stat.S_ISDIR(os.fstat(place).st_mode) else 0)
        rule = struct.pack("=Qi", access, place)
        _call(libc, _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(place)


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
