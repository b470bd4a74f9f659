"""What a trial's player says: all of it in a file, warnings and worse on the terminal too."""

import re
from collections.abc import Callable
from pathlib import Path

MOST_BYTES = 4 << 20
"""Then the file begins anew; the one before is kept."""

_ORDINARY = re.compile(r"\S+ (INFO|DEBUG) ")


class PlayerLog:
    """Takes the player's lines, one after the other."""

    def __init__(self, path: Path, say: Callable[[str], None], *, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._say, self._most_bytes = path, say, most_bytes
        self._size = path.stat().st_size if path.exists() else 0

    def hear(self, line: str) -> None:
        """Takes one line."""
        if self._size > self._most_bytes:
            self._path.replace(self._path.with_suffix(".log.1"))
            self._size = 0
        text = f"{line}\n".encode()
        with self._path.open("ab") as file:
            file.write(text)
        self._size += len(text)
        if not _ORDINARY.match(line):
            self._say(f"播放端 player | {line}")
