"""A person's word that the machine's clock is right, left in the state folder for the player that runs there.

Rule: it is good for this run of the operating system and for an hour: a clock may be wrong again after that.
"""

import logging
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.state_files import read_state

NAME = "clock-is-right.json"
GOOD_S = 3600.0
log = logging.getLogger(__name__)


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of the file."""

    boot: str
    """Names the run of the operating system; where it has no name, nobody compares it."""
    up_s: float
    """Since switching on."""


def leave_confirmation(state: Path, boot: str, up_s: float) -> None:
    """Leaves the word. Raises OSError."""
    write_whole(state / NAME, msgspec.json.encode(Confirmation(boot=boot, up_s=up_s)))


def take_confirmation(state: Path, boot: str, up_s: float) -> bool:
    """Returns whether the word was left and is good, once."""
    path = state / NAME
    found = read_state(path, Confirmation)
    if found is None:
        return False
    try:
        path.unlink()
    except OSError as fault:
        log.warning("%s is passed over: %s", NAME, fault)
        return False
    is_this_run = found.boot == boot or boot.startswith("process-")
    return is_this_run and 0 <= up_s - found.up_s <= GOOD_S
