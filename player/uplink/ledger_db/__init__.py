"""The ledger in SQLite: one file in the state folder, one writing connection, each commit flushed to the disk.

`rows` reads and writes an open file, `opening` makes one and opens it, as its writer or beside it.
"""

from player.uplink.ledger_db.not_written import why_not_read, why_not_written
from player.uplink.ledger_db.opening import (
    APPLICATION_ID,
    SQLITE,
    TROUBLE,
    LedgerDamaged,
    LedgerReplaced,
    is_passing,
    open_beside,
    open_copy,
    open_ledger,
)
from player.uplink.ledger_db.rows import Epoch, LedgerDb, Row

__all__ = [
    "APPLICATION_ID", "SQLITE", "TROUBLE", "Epoch", "LedgerDamaged", "LedgerDb", "LedgerReplaced", "Row", "is_passing",
    "open_beside", "open_copy", "open_ledger", "why_not_read", "why_not_written",
]  # fmt: skip
