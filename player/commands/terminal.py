"""What a command says on the terminal: lines for people, JSON for programs, never with control characters of others."""

import sys

from signage.printable import ascii_json, printable, printable_json
from signage.utf8_mode import writes_utf8


def tell(*lines: str) -> None:
    """Prints lines; a line feed inside one is escaped, for it is a stranger's."""
    for line in lines:
        print(printable(line))


def tell_trouble(*lines: str) -> None:
    """Prints lines to standard error."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def tell_json(value: object) -> None:
    """Prints one value as a line of JSON, which is UTF-8 whatever the terminal's encoding is."""
    line = printable_json(value)
    print(line if writes_utf8(sys.stdout) else ascii_json(line))
