"""Reads records out of a ledger's file that anybody may have written, such as a copy on a stick.

Rule: pure; what cannot be read, or cannot be, is passed over here – `audit` is who says that a ledger does not hold.
"""

import msgspec

from signage.ledger import KnownRecord, UnknownRecord, read, utc_ms

MOST_NUMBER = 2**53


def readable(text: bytes) -> KnownRecord | None:
    """Returns a record whose time and numbers can be counted with; None for any other, and for a later version's."""
    try:
        record = read(text)
        if isinstance(record, UnknownRecord):
            return None
        utc_ms(record.at)
    except (msgspec.DecodeError, ValueError):
        return None
    values = msgspec.structs.astuple(record)
    return record if all(abs(each) <= MOST_NUMBER for each in values if isinstance(each, int)) else None
