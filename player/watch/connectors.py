"""What the kernel says of the sockets of its graphics cards: what is plugged in, and what is switched on.

Reading asks nothing of the hardware: a probe is made only when somebody writes to `status`.
"""

import os
import re
from typing import NamedTuple

SYSTEM = "/sys"
MOST_CONNECTORS = 64
_MOST_BYTES = 32
_CONNECTOR = re.compile(r"card\d+-(?!Writeback).+")
_CARD = re.compile(r"card\d+")


class Connector(NamedTuple):
    """One socket, in the kernel's words; empty where it says nothing."""

    name: str
    """Such as `card0-HDMI-A-1`."""
    status: str
    """connected, disconnected or unknown."""
    enabled: str
    """enabled or disabled."""
    dpms: str
    """On, Off, Standby or Suspend."""


class Cards(NamedTuple):
    """The sockets of all graphics cards."""

    connectors: tuple[Connector, ...] = ()
    has_others: bool = False
    """There is a card whose sockets nobody can see."""
    console: str = ""
    """The virtual terminal in front, such as `tty7`."""


def read_cards(system: str | os.PathLike[str] = SYSTEM) -> Cards:
    """Returns what stands below `system`, where the kernel shows its devices; nothing where there is nothing."""
    root = os.fspath(system)
    try:
        names = sorted(os.listdir(f"{root}/class/drm"))
    except OSError:
        names = []
    own = [name for name in names if _CONNECTOR.fullmatch(name)][:MOST_CONNECTORS]
    cards = {name for name in names if _CARD.fullmatch(name)}
    return Cards(
        connectors=tuple(
            Connector(name, *(_read(f"{root}/class/drm/{name}/{each}") for each in ("status", "enabled", "dpms")))
            for name in own
        ),
        has_others=bool(cards - {name.split("-")[0] for name in own}),
        console=_read(f"{root}/class/tty/tty0/active"),
    )


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(_MOST_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return ""
