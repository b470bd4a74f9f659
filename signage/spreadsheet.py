"""Text for the cells of a spreadsheet.

Rule: pure; what people and files wrote is never taken for a formula.
"""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")
"""Characters that XML 1.0 does not know: one of them in a play, and there would be no Excel file at all."""


def cell(value: object) -> object:
    """Gives a value as it may stand in a cell."""
    if not isinstance(value, str):
        return value
    text = value.translate(_UNWRITABLE)
    return f"'{text}" if text.startswith(FORMULA) else text
