"""The newest number and hash of the ledger, in a small file beside it.

When an old copy of the ledger is put back, this file tells: numbers that were given once are not given again.
"""

import logging
from pathlib import Path

import msgspec

from player.durable import write_whole

log = logging.getLogger(__name__)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `ledger.head`; never ahead of the ledger itself."""

    v: int = 1
    epoch: str
    seq: int
    hash: bytes


def read_head(path: Path) -> Head | None:
    """Gives what was written last; None when there is nothing, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Head)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as fault:
        log.warning("%s: not understood: %s", path.name, fault)
        return None


def write_head(path: Path, head: Head) -> None:
    """Writes it, flushed. Raises OSError."""
    write_whole(path, msgspec.json.encode(head))
