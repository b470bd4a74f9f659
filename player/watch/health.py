"""`health.json` in the state folder: what the supervisor has seen, for `doctor` and whoever looks later.

Rule: the supervisor touches no disk. A process of its own writes the file (`python -m player.watch.health FOLDER`) and
may hang with the disk for as long as it likes.
"""

import contextlib
import datetime as dt
import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from player.durable import NotOursError, load_bytes, write_whole
from player.watch.verdict import Verdict
from signage.presented import PRESENTED, Presented

Seen = Literal[Verdict, "unseen"]
"""The last verdict on what people see, if there is any."""
NAME = "health.json"
MOST_BYTES, MOST_WHY_BYTES = 16_384, 500
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


def health_bytes(health: Health) -> bytes:
    """Returns what the file says."""
    return json.dumps({**asdict(health), "at": health.at.isoformat()}).encode()


class HealthWriter:
    """Has the file written, the newest contents last. For one thread; every call returns at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is one in which a process finds the player's modules."""
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._next: tuple[str, Health] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is being written or waits."""
        return self._process is not None or self._next is not None

    def write(self, state: str, health: Health) -> None:
        """Takes what is to be written into a state folder."""
        self._next = state, health
        self.turn()

    def turn(self) -> None:
        """Begins what waits, as soon as what was begun is over; to be called now and then."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            assert self._process.stdout is not None
            with self._process.stdout as out:
                if why := out.read(MOST_WHY_BYTES):
                    log.warning("%s not written: %s", NAME, why.decode(errors="replace"))
            self._process = None
        if self._next is None:
            return
        (state, health), self._next = self._next, None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "player.watch.health", state],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment,
            )  # fmt: skip
        except (OSError, ValueError) as fault:  # the second is a name that no file can have
            log.warning("%s not written: %s", NAME, fault)
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as way:
            way.write(health_bytes(health))  # far less than a pipe holds


def read_health(state: Path) -> Health | None:
    """Gives what the supervisor wrote last; None when there is nothing that can be read."""
    try:
        told = json.loads(load_bytes(state / NAME))
        screen, at = told["screen"], dt.datetime.fromisoformat(told["at"])
        at.astimezone(dt.timezone(dt.timedelta(hours=14)))  # of the year 9999: there is none in other zones
        return Health(
            v=int(told["v"]),
            at=at,
            restarts=int(told["restarts"]),
            last_end=str(told["last_end"]),
            present=str(told["present"]),
            screen=screen if screen in get_args(Seen) else "unseen",
            against=next((each for each in PRESENTED if each == told.get("against")), ""),
        )
    except (OSError, NotOursError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None


def main() -> None:
    """Writes what comes on standard input into the folder that is named, or says why not."""
    try:
        write_whole(Path(sys.argv[1]) / NAME, sys.stdin.buffer.read(MOST_BYTES))
    except (OSError, ValueError) as fault:
        sys.stdout.write(str(fault))


if __name__ == "__main__":
    main()
