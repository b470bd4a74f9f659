r"""Standard output and error of a command: nothing that others wrote moves a cursor or hides on a terminal or in a log.

Rule: one way out. A command prints what it likes; what does not show as itself goes out as `\x1b`, `\u202e`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from signage.printable import ascii_json, printable_json, printable_lines
from signage.utf8_mode import writes_utf8


class PlainOutput:
    """A text stream in front of another one."""

    def __init__(self, out: TextIO) -> None:
        self.bare = out
        """What is written here goes out as it is: for marks of our own, such as the beginning of a line again."""

    def write(self, text: str) -> int:
        """Writes a text, with whatever does not show as itself escaped; line feeds and tabs stay."""
        self.bare.write("\t".join(map(printable_lines, text.split("\t"))))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Writes texts."""
        for each in lines:
            self.write(each)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bare, name)


def tell_json(value: object) -> None:
    """Prints one value as a line of JSON, which is UTF-8 whatever the terminal's encoding is."""
    line = printable_json(value)
    sys.stdout.write(f"{line if writes_utf8(sys.stdout) else ascii_json(line)}\n")


@contextmanager
def plain_output() -> Iterator[None]:
    """Has all that is printed go out plain."""
    out: Any = PlainOutput(sys.stdout)
    err: Any = PlainOutput(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):
        yield
