"""`health.json` in the state folder: what the supervisor has seen, for `doctor` and whoever looks later.

Rule: the supervisor touches no disk. A process of its own writes the file (`health_file`) and
may hang with the disk for as long as it likes.
"""

import contextlib
import datetime as dt
import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from typing import Literal, NamedTuple

from player.watch.verdict import Verdict
from signage.presented import Presented

Seen = Literal[Verdict, "unseen"]
"""The last verdict on what people see, if there is any."""
NAME = "health.json"
MOST_WHY_BYTES = 500
log = logging.getLogger(__name__)


class Health(NamedTuple):
    """The contents of the file."""

    at: dt.datetime
    v: int = 1
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
    return json.dumps({**health._asdict(), "at": health.at.isoformat()}).encode()


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
                [sys.executable, "-P", "-m", "player.watch.health_file", state],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment,
            )  # fmt: skip
        except (OSError, ValueError) as fault:  # the second is a name that no file can have
            log.warning("%s not written: %s", NAME, fault)
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as way:
            way.write(health_bytes(health))  # far less than a pipe holds
