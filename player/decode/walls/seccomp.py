"""Seccomp: a worker has the system calls that `calls.py` lists, and no others (seccomp(2)).

What is not listed fails with EPERM, and what is newer than the list with ENOSYS: a new glibc that asks for more does
without, or one file is refused; the worker does not die. Only a call of another architecture ends it.
"""

import ctypes
import errno
import os
import struct
import sys
from dataclasses import dataclass

from player.decode.walls.calls import ABSENT, ALLOWED, NEWEST_KNOWN, Condition, SystemCall, of_own_process

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_KILL_PROCESS, _ERRNO, _ALLOW = 0x8000_0000, 0x0005_0000, 0x7FFF_0000
_LOAD, _AND, _JUMP_EQUAL, _JUMP_GREATER, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_LOW_WORD = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Architecture:
    """A kind of processor that there is a filter for."""

    name: str
    audit: int
    """What the kernel calls it in a filter's input (linux/audit.h)."""
    seccomp: int
    """The number of seccomp(2) itself."""

    def number(self, call: SystemCall) -> int | None:
        """Returns a call's number here, None where it does not exist."""
        return call.x86_64 if self.name == "x86_64" else call.aarch64


ARCHITECTURES = (Architecture("x86_64", 0xC000_003E, 317), Architecture("aarch64", 0xC000_00B7, 277))


def enter(libc: ctypes.CDLL) -> list[str]:
    """Raises the wall around all threads of this process and names it. Needs no-new-privs.

    Returns nothing on other architectures or where the kernel refuses.
    """
    found = next((kind for kind in ARCHITECTURES if kind.name == os.uname().machine), None)
    if found is None or sys.maxsize < 2**32:
        return []
    code = program(found, os.getpid())
    memory = ctypes.create_string_buffer(code, len(code))
    heading = struct.pack("@HP", len(code) // 8, ctypes.addressof(memory))
    libc.syscall.restype = ctypes.c_long
    number = ctypes.c_long(found.seccomp)
    done = libc.syscall(number, ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(_ALL_THREADS), heading)
    return ["seccomp"] if done == 0 else []


def program(architecture: Architecture, pid: int) -> bytes:
    """Returns the filter of the worker `pid` as classic BPF."""
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_JUMP_EQUAL, architecture.audit, 1, 0),
        _line(_RETURN, _KILL_PROCESS),
        _line(_LOAD, _NUMBER),
    ]
    for call in ALLOWED:
        number = architecture.number(call)
        if number is not None:
            block = _block(call, pid)
            lines += [_line(_JUMP_EQUAL, number, 0, len(block)), *block]
    for number in ABSENT[architecture.name]:
        lines += [_line(_JUMP_EQUAL, number, 0, 1), _refused(errno.ENOSYS)]
    # Numbers of the x32 interface are far above it, too.
    lines += [_line(_JUMP_GREATER, NEWEST_KNOWN, 0, 1), _refused(errno.ENOSYS), _refused(errno.EPERM)]
    return b"".join(lines)


def _block(call: SystemCall, pid: int) -> list[bytes]:
    """Returns the lines that decide about one call; all paths through them return."""
    if call.when is None:
        return [_line(_RETURN, _ALLOW)]
    condition = of_own_process(call.when, pid)
    if not condition.values:
        return [_refused(call.error)]
    return [*_tests(condition), _refused(call.error), _line(_RETURN, _ALLOW)]


def _tests(condition: Condition) -> list[bytes]:
    """Returns lines that jump over the line after them when the condition holds; values are below 2**32."""
    at = _ARGUMENTS + 8 * condition.argument
    count = len(condition.values)
    low = [_line(_LOAD, at), _line(_AND, condition.mask & _LOW_WORD)]
    low += [_line(_JUMP_EQUAL, value, count - place, 0) for place, value in enumerate(condition.values)]
    high = condition.mask >> 32
    if not high:
        return low
    return [_line(_LOAD, at + 4), _line(_AND, high), _line(_JUMP_EQUAL, 0, 0, len(low)), *low]


def _refused(error: int) -> bytes:
    return _line(_RETURN, _ERRNO | error)


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
