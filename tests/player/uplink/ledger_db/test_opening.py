"""A file that only looks like a ledger is not opened."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from player.uplink.ledger_db import LedgerDamaged, open_beside, open_copy, open_ledger
from tests.player.uplink.test_writer import play, write

AS_IT_WAS = "CREATE TABLE b AS SELECT * FROM {0}; DROP TABLE {0}; ALTER TABLE b RENAME TO {0};"


@pytest.mark.parametrize(
    "words",
    [
        AS_IT_WAS.format("record") + "UPDATE record SET text = 7",
        AS_IT_WAS.format("epoch") + "UPDATE epoch SET first_hash = 'x'",
        AS_IT_WAS.format("showing"),
        "CREATE TABLE b AS SELECT * FROM record; DROP TABLE record; CREATE VIEW record AS SELECT b.* FROM b, b AS c",
        "ALTER TABLE showing ADD COLUMN more TEXT",
        "DROP TABLE showing; CREATE TABLE showing (zone TEXT, text BLOB AS (zeroblob(1000000000))) STRICT",
        "DROP TABLE showing",
    ],
)
def test_tables_that_are_not_a_ledgers_are_not_read(tmp_path: Path, words: str) -> None:
    path = tmp_path / "ledger.db"
    write(path, play(1))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(words)
    for opened in (open_copy, open_beside, open_ledger):
        with pytest.raises(LedgerDamaged) as found:
            opened(path)
        assert found.value.reason == "damaged"
