"""Where a sound card or sound server shows that it has come: cheap to look at, so that a missing one is found soon."""

import os
from collections.abc import Mapping

_CARDS = "/dev/snd"
_SOCKETS = ("pulse/native", "pipewire-0")
Signs = tuple[tuple[str, int, int], ...]
"""Path, inode and time of change of all that is there."""


def signs(environment: Mapping[str, str] = os.environ, cards: str = _CARDS) -> Signs:
    """Returns what is there now; another value when a card or server came or went."""
    runtime, server = environment.get("XDG_RUNTIME_DIR", ""), environment.get("PULSE_SERVER", "")
    paths = [cards, *(os.path.join(runtime, each) for each in _SOCKETS if runtime)]
    if (named := server.removeprefix("unix:")).startswith("/"):
        paths.append(named)
    return tuple(found for path in paths if (found := _seen(path)) is not None)


def _seen(path: str) -> tuple[str, int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return path, state.st_ino, state.st_mtime_ns
