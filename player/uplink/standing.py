"""`orders.json` in the state folder: what the office ordered for good, and the highest number of a command ever taken.

Rule: flushed before anything is acted on; so no command is obeyed twice, and a blackout holds over restarts. A disk
that hangs refuses, like one that is full.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from player.bounded_file import BoundedFile
from player.state_files import Number, read_state

NAME = "orders.json"
_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the file."""

    v: int = 1
    number: Number = 0
    """The highest of all commands that were taken."""
    key: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2})*\\Z")] = ""
    """What signed that one, in hexadecimal digits; empty: not known. See `last_number`."""
    blackout: bool = False
    filler: bool = False
    volume: _Percent | None = None
    """Percent; None: as configured."""
    brightness: _Percent | None = None


def last_number(kept: Kept, keys: tuple[bytes, ...]) -> int:
    """Gives the number that a command has to be above, while these are the keys of the office.

    Whoever stole a key may have used up all numbers. New keys begin anew: what the old one signed holds no more.
    """
    return kept.number if not kept.key or bytes.fromhex(kept.key) in keys else 0


class Standing:
    """What holds now. `kept` is for any thread; only the agent's thread changes it."""

    def __init__(self, state: Path) -> None:
        """Reads what holds; a file that cannot be read orders nothing and is put aside."""
        self.kept = _read(state / NAME)
        self._file = BoundedFile(state / NAME, lambda: msgspec.json.encode(self.kept))

    def keep(self, kept: Kept) -> None:
        """Writes it, flushed, and then it holds. Raises OSError: then what was before holds."""
        if kept != self.kept:
            self._file.write(msgspec.json.encode(kept))
            self.kept = kept


def _read(path: Path) -> Kept:
    return read_state(path, Kept) or Kept()
