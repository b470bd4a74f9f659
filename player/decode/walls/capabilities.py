"""Capabilities: a worker of a player that runs as root is left with none of root's rights (capabilities(7)).

It stays root by number, so what root owns it can read as any owner can; what it must not read by name is landlock's.
"""

import ctypes
import struct

_VERSION_3 = 0x2008_0522
_SETS = 6
"""Effective, permitted and inheritable, each in two words; ambient ones go with the permitted."""


def enter(libc: ctypes.CDLL) -> list[str]:
    """Clears all sets of this thread and of those that it starts, and names the wall; nothing where it cannot."""
    header = struct.pack("=Ii", _VERSION_3, 0)
    return ["no-capabilities"] if libc.capset(header, struct.pack(f"={_SETS}I", *[0] * _SETS)) == 0 else []
