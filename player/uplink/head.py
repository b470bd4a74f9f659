"""The newest number and hash of the ledger, in a small file beside it.

When an old copy of the ledger is put back, this file tells: numbers that were given once are not given again.
"""

from pathlib import Path

import msgspec

from player.durable import write_whole
from player.state_files import Number, read_state


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `ledger.head`; never ahead of the ledger itself."""

    v: int = 1
    epoch: str
    seq: Number
    hash: bytes


def read_head(path: Path) -> Head | None:
    """Returns what was written last; None when there is nothing, or nothing that can be read."""
    return read_state(path, Head, aside=path.with_name(f"{path.name}.broken"))


def write_head(path: Path, head: Head) -> None:
    """Writes it, flushed. Raises OSError."""
    write_whole(path, msgspec.json.encode(head))
