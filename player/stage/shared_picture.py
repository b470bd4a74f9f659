"""Makes the memory that this process shares with the X server its owner's alone.

SDL and Mesa share the picture with the X server in System V segments that every account of the machine may attach, and
so paint over the picture (SDL 2, X11_CreateWindowFramebuffer: mode 0777). The server attaches before the window is
there; from then on nobody else need. Only system calls, no file: this may run where frames are drawn.
"""

import ctypes
import functools
import os
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

OWNER_ONLY = 0o600
OURS_AND_THE_SERVERS = 2
"""Attachments of a segment: this process, and the X server."""
_IPC_SET, _IPC_STAT, _SHM_STAT, _SHM_INFO = 1, 2, 13, 14
_MODE, _CREATOR, _ATTACHED = 20, 80, 88
"""Where they stand in struct shmid_ds, 64 bits (glibc, x86-64 and aarch64)."""
_MODE_BITS = 0o777


@dataclass(frozen=True, slots=True)
class ClosedSegment:
    """A segment that was open to others until now."""

    shmid: int
    attached: int
    """How many times it is attached."""

    @property
    def is_shared_with_strangers(self) -> bool:
        """Whether somebody attached it before it was closed, and holds it still."""
        return self.attached > OURS_AND_THE_SERVERS


def close_to_others() -> tuple[ClosedSegment, ...]:
    """Closes this process's segments to all other accounts; returns those that were open."""
    if not sys.platform.startswith("linux") or struct.calcsize("P") != 8:
        return ()
    control = _control()
    text = ctypes.create_string_buffer(256)
    found = []
    for place in range(control(0, _SHM_INFO, text) + 1):  # -1 where there is no such memory
        shmid = control(place, _SHM_STAT, text)
        if shmid < 0 or struct.unpack_from("=i", text, _CREATOR)[0] != os.getpid():
            continue
        (mode,) = struct.unpack_from("=H", text, _MODE)
        if not mode & _MODE_BITS & ~OWNER_ONLY:
            continue
        struct.pack_into("=H", text, _MODE, OWNER_ONLY)
        if control(shmid, _IPC_SET, text) == 0 and control(shmid, _IPC_STAT, text) == 0:
            found.append(ClosedSegment(shmid, struct.unpack_from("=Q", text, _ATTACHED)[0]))
    return tuple(found)


@functools.cache
def _control() -> Callable[..., int]:
    found: Callable[..., int] = ctypes.CDLL(None, use_errno=True).shmctl
    return found
