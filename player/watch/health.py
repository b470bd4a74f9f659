"""`health.json` in the state folder: what the supervisor has seen, for `doctor` and whoever looks later."""

import datetime as dt
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from player.durable import write_whole
from player.watch.verdict import Verdict
from signage.presented import PRESENTED, Presented

Seen = Literal[Verdict, "unseen"]
"""The last verdict on what people see, if there is any."""
NAME = "health.json"
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """The contents of the file."""

    v: int = 1
    at: dt.datetime
    restarts: int = 0
    """Since the supervisor began."""
    last_end: str = ""
    """How the screen process ended before the newest start."""
    present: str = ""
    """How pictures reach the display: `direct`, `vsync` or `headless`."""
    screen: Seen = "unseen"
    """The last verdict on what people see; `unseen` where nothing can be read back."""
    against: Presented | Literal[""] = ""
    """What the platform says against the picture being seen; empty: nothing."""


def write_health(state: Path, health: Health) -> None:
    """Writes the file whole; a folder that cannot be written is said in the log and stops nothing."""
    try:
        told = {**asdict(health), "at": health.at.isoformat()}
        write_whole(state / NAME, json.dumps(told).encode())
    except (OSError, ValueError) as fault:  # the second is a name that no file can have
        log.warning("%s not written: %s", NAME, fault)


def read_health(state: Path) -> Health | None:
    """Gives what the supervisor wrote last; None when there is nothing that can be read."""
    try:
        told = json.loads((state / NAME).read_bytes())
        screen = told["screen"]
        return Health(
            v=int(told["v"]),
            at=dt.datetime.fromisoformat(told["at"]),
            restarts=int(told["restarts"]),
            last_end=str(told["last_end"]),
            present=str(told["present"]),
            screen=screen if screen in get_args(Seen) else "unseen",
            against=next((each for each in PRESENTED if each == told.get("against")), ""),
        )
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None
