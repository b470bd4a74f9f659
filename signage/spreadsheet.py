"""Text for the cells of a spreadsheet.

Rule: pure; what people and files wrote is never taken for a formula, and nothing in it is hidden or turns the writing.
"""

import re

from signage.printable import printable

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")
"""Characters that XML 1.0 does not know: one of them in a play, and there would be no Excel file at all."""

_LINE = re.compile(r"[^\t\r\n]+")


def cell(value: object) -> object:
    """Returns a value as it may stand in a cell."""
    if not isinstance(value, str):
        return value
    text = _LINE.sub(lambda line: printable(line[0]), value.translate(_UNWRITABLE))
    return f"'{text}" if text.startswith(FORMULA) else text


def text_cell(value: object) -> object:
    """Returns a value as it may stand in a table of text, which people also print: without carriage returns."""
    found = cell(value)
    return found.replace("\r\n", "\n").replace("\r", "\n") if isinstance(found, str) else found
