"""Landlock: from now on this process only reads files, and opens no TCP connection (landlock(7))."""

import ctypes
import os
import struct
from contextlib import suppress

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_ACCESS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many kinds of access to files each version of the interface knows."""
_TCP = 0b11
_SCOPES = 0b11


def enter(libc: ctypes.CDLL) -> list[str]:
    """Raises the wall and names its parts; nothing where the kernel has none."""
    syscall = libc.syscall
    syscall.restype = ctypes.c_long
    version = syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if version < 1:
        return []
    with suppress(OSError):
        _restrict(libc, version)
        return ["landlock", "no-network"] if version >= 4 else ["landlock"]
    return []


def _restrict(libc: ctypes.CDLL, version: int) -> None:
    bits = _ACCESS_BITS[min(version, max(_ACCESS_BITS))]
    attributes = struct.pack("=Q", (1 << bits) - 1)
    if version >= 4:
        attributes += struct.pack("=Q", _TCP)
    if version >= 6:
        attributes += struct.pack("=Q", _SCOPES)
    ruleset = _call(libc, _CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        root = os.open("/", os.O_PATH | os.O_CLOEXEC | os.O_DIRECTORY)
        try:
            rule = struct.pack("=Qi", _READ_FILE | _READ_DIR, root)
            _call(libc, _ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
        finally:
            os.close(root)
        _call(libc, _RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _call(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
