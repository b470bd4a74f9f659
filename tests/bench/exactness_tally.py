"""A few numbers in a file that two processes share, and that outlast the kill of either."""

import mmap
import struct
from pathlib import Path

GOAL, WRITTEN = 0, 1
"""Of a player: the play to go on to, and the newest one that is on its disk."""
OFFERED = 0
"""Of a collector: the records in all batches that it stored or found stored."""
_SLOTS, _SIZE = 2, 8


class Tally:
    """The numbers by their place; each has one writer."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(_SLOTS * _SIZE)
            self._map = mmap.mmap(file.fileno(), _SLOTS * _SIZE)

    def __getitem__(self, place: int) -> int:
        return int(struct.unpack_from("<Q", self._map, place * _SIZE)[0])

    def __setitem__(self, place: int, number: int) -> None:
        struct.pack_into("<Q", self._map, place * _SIZE, number)

    def close(self) -> None:
        """Lets go of the file."""
        self._map.close()
