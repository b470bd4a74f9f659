"""What a command says on the terminal: lines for people, JSON for programs, never with control characters of others."""

import sys

from signage.printable import printable, printable_json


def tell(*lines: str) -> None:
    """Prints lines; a line feed inside one is escaped, for it is a stranger's."""
    for line in lines:
        print(printable(line))


def tell_trouble(*lines: str) -> None:
    """Prints lines to standard error."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def tell_json(value: object) -> None:
    """Prints one value as a line of JSON."""
    print(printable_json(value))
