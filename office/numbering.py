"""The key of a record in the database: its epoch's row and its number in one whole number.

Rule: pure; so a record cannot be stored twice, and what belongs together lies together.
"""

SEQ_BITS = 40
"""Of a record's key; the epoch is above them."""
MOST_SEQ = 2**SEQ_BITS - 1
"""A record every second for thirty thousand years."""


def key_of(epoch: int, seq: int) -> int:
    """Gives the key of a record, from the epoch's id and the record's number."""
    return epoch << SEQ_BITS | seq
