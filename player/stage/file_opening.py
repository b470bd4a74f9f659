"""How a file comes to a decoder: opened on the decoder's thread, with what its bytes must be."""

from collections.abc import Callable

from player.decode.digests import Digests
from player.decode.files.plainfile import open_plain
from player.decode.protocol import ShowFile

OpenFile = Callable[[ShowFile, Callable[[], bool]], tuple[int, Digests | None]]
"""Opens what a request is about: a descriptor for the worker, and what its bytes must be.

May take long; asks now and then whether it was given up. Raises Refused.
"""


Stalled = Callable[[str], Callable[[], None]]
"""Takes that a file's disk does not answer; what it returns is called when that is over."""


def nothing_stalled(_path: str) -> Callable[[], None]:
    """Does nothing with it."""
    return lambda: None


def open_unchecked(request: ShowFile, _given_up: Callable[[], bool]) -> tuple[int, Digests | None]:
    """Opens the file at a request's path, whatever it holds now."""
    return open_plain(request.path), request.digests
