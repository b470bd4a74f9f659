"""The C library's heap, which keeps what was freed until it is told not to."""

import ctypes
import sys
from contextlib import suppress


def trim() -> None:
    """Gives memory that is no longer used back to the system, on glibc; takes a millisecond or two.

    Loading leaves holes of several megabytes between what stays.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
