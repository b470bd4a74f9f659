"""Writes a small file of the state folder whose disk may hang, and waits for it no longer than it is worth.

Rule: a write that was given up may still reach the disk; then what holds by that time is written over it.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from player.answer import Answer, NoAnswer
from player.durable import write_whole

WRITE_S = 2.0
"""A disk that is well writes a small file, flushed, in milliseconds; a slow card or stick in a second."""


class BoundedFile:
    """One file, written whole; for any thread."""

    def __init__(
        self,
        path: Path,
        holds: Callable[[], bytes],
        *,
        seconds: float = WRITE_S,
        write: Callable[[Path, bytes], None] = write_whole,
    ) -> None:
        """`holds` returns what is to stand in the file when nothing is on its way."""
        self._path, self._holds, self._seconds, self._write = path, holds, seconds, write
        self._guard = threading.Lock()
        self._asked: Answer[None] | None = None
        """The last write; there is no other until it is over."""
        self._is_given_up = self._is_written = False

    def write(self, content: bytes) -> None:
        """Writes it, flushed. Raises OSError: NoAnswer after so long, and at once while a former write hangs."""
        with self._guard:
            if self._asked is not None and not self._asked.is_there:
                raise NoAnswer
            self._is_given_up = self._is_written = False
            try:
                asked = self._asked = Answer(lambda: self._work(content), self._path.name)
            except RuntimeError as error:  # no thread to be had
                self._asked = None
                raise OSError(str(error)) from error
        try:
            asked.within(self._seconds)
        except NoAnswer:
            with self._guard:
                if self._is_written:
                    return
                self._is_given_up = True
            raise

    def _work(self, content: bytes) -> None:
        self._write(self._path, content)
        with self._guard:
            self._is_written = not self._is_given_up
            if self._is_written:
                return
        self._write(self._path, self._holds())
