"""`uplink.json` in the state folder: how often this screen connected, and how it stands with the broker now.

The number goes into every birth, status and will: a will with an older number is out of date, and a number that goes
back tells the office that an old copy of this machine, or a second one, speaks for the screen.
"""

import datetime as dt
import logging
import threading
from pathlib import Path

import msgspec

from player.bounded_file import BoundedFile
from player.state_files import NotOursError, Number, load_state

NAME = "uplink.json"
log = logging.getLogger(__name__)


class Uplink(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the file."""

    v: int = 1
    conn: Number = 0
    connected: bool = False
    level: Number = 0
    """5, or 4 for MQTT 3.1.1."""
    office: bool = False
    """Whether the office takes ledgers."""
    why: str = ""
    """Why there is no connection."""
    at: dt.datetime | None = None
    """Since when."""


class Connections:
    """The file; any thread."""

    def __init__(self, state: Path) -> None:
        self._file = BoundedFile(state / NAME, lambda: msgspec.json.encode(self._told))
        self._changing = threading.Lock()
        self._told = msgspec.structs.replace(read_uplink(state) or Uplink(), connected=False, office=False, why="")
        self._failing = False

    @property
    def number(self) -> int:
        """Gives the number of the newest attempt to connect."""
        return self._told.conn

    def begin(self) -> int:
        """Gives the next number, after it was written down; a disk that refuses costs a warning."""
        with self._changing:
            self._write(msgspec.structs.replace(self._told, conn=self._told.conn + 1))
            return self._told.conn

    def note(self, *, connected: bool, level: int = 0, office: bool = False, why: str = "") -> None:
        """Writes down how it stands, for `doctor`."""
        with self._changing:
            told = msgspec.structs.replace(
                self._told, connected=connected, level=level, office=office, why=why[:300], at=self._told.at
            )
            if told != self._told:
                self._write(msgspec.structs.replace(told, at=dt.datetime.now(dt.UTC)))

    def _write(self, told: Uplink) -> None:
        self._told = told
        try:
            self._file.write(msgspec.json.encode(told))
        except OSError as fault:
            if not self._failing:
                log.warning("%s not written: %s", NAME, fault)
            self._failing = True
        else:
            self._failing = False


def read_uplink(state: Path) -> Uplink | None:
    """Gives what was written last; None when there is nothing that can be read."""
    try:
        return load_state(state / NAME, Uplink)
    except (OSError, NotOursError):
        return None
