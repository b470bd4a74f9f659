"""Tables on a terminal, and progress that is one line there and a few lines in a log."""

import datetime as dt
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from django.utils import timezone

from office.plain_output import PlainOutput
from office.stored import UNREADABLE, sound
from signage.printable import printable

BAR = 24
LOG_EVERY_S = 10.0


def width(text: str) -> int:
    """Gives how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def plain(text: object) -> str:
    """Returns a text that a screen sent as it may stand on a terminal: without control characters."""
    return printable(str(text))


def clock(at: dt.datetime | None, form: str) -> str:
    """Returns a stored time as the office's clock has it; a word for one that cannot be read."""
    try:
        sound(at)
        return "" if at is None else f"{timezone.localtime(at):{form}}"
    except ValueError:
        return UNREADABLE.zh


def show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table; numbers stand to the right."""
    lines = [[plain(cell) for cell in row] for row in rows]
    numeric = [all(line[n].replace(".", "", 1).isdecimal() for line in lines) for n in range(len(head))]
    widths = [max([width(head[n])] + [width(line[n]) for line in lines]) for n in range(len(head))]
    for line in [list(head), *lines]:
        cells = [_cell(cell, widths[n], right=numeric[n]) for n, cell in enumerate(line)]
        print("  ".join(cells).rstrip())


def _cell(text: str, columns: int, *, right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then, and the last one."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._lives = self._out.isatty()
        self._line = ""
        self._told = 0.0

    def tell(self, done: int, total: int, words: str) -> None:
        """Shows how far it is."""
        filled = BAR * done // total if total else 0
        line = f"[{'█' * filled}{'·' * (BAR - filled)}] {printable(words)}"
        if line == self._line:
            return
        self._line = line
        if self._lives:
            self._over()
            print(line, end="", file=self._out, flush=True)
        elif time.monotonic() - self._told >= LOG_EVERY_S:
            self._told = time.monotonic()
            print(line, file=self._out, flush=True)

    def _over(self) -> None:
        """Goes to the beginning of the line and clears it, past whatever keeps such marks from the terminal."""
        bare = self._out.bare if isinstance(self._out, PlainOutput) else self._out
        bare.write("\r\x1b[2K")

    def end(self) -> None:
        """Leaves the last line standing."""
        if self._line:
            print("" if self._lives else self._line, file=self._out, flush=True)
        self._line = ""
