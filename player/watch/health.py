"""`health.json` in the state folder: what the supervisor has seen, for `doctor` and whoever looks later."""

import datetime as dt
import logging
from pathlib import Path
from typing import Literal

import msgspec

from player.durable import write_whole

NAME = "health.json"
log = logging.getLogger(__name__)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the file."""

    v: int = 1
    at: dt.datetime
    restarts: int = 0
    """Since the supervisor began."""
    last_end: str = ""
    """How the screen process ended before the newest start."""
    present: str = ""
    """How pictures reach the display: `direct`, `vsync` or `headless`."""
    screen: Literal["fine", "black", "frozen", "foreign", "unseen"] = "unseen"
    """The last verdict on what people see; `unseen` where nothing can be read back."""


def write_health(state: Path, health: Health) -> None:
    """Writes the file whole; a folder that cannot be written is said in the log and stops nothing."""
    try:
        write_whole(state / NAME, msgspec.json.encode(health))
    except OSError as fault:
        log.warning("%s not written: %s", NAME, fault)


def read_health(state: Path) -> Health | None:
    """Gives what the supervisor wrote last; None when there is nothing that can be read."""
    try:
        return msgspec.json.decode((state / NAME).read_bytes(), type=Health)
    except (OSError, msgspec.DecodeError):
        return None
