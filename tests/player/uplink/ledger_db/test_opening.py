"""A file that only looks like a ledger is not opened."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from player.uplink.ledger_db import (
    LedgerDamaged,
    is_passing,
    open_beside,
    open_copy,
    open_ledger,
    why_not_read,
    why_not_written,
)
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


@pytest.mark.slow
@pytest.mark.parametrize("opened", [open_copy, open_beside, open_ledger])
def test_a_ledger_that_another_program_holds_is_not_a_damaged_one(tmp_path: Path, opened) -> None:
    path = tmp_path / "ledger.db"
    write(path, play(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as found:
            opened(path)
    for told in (why_not_read, why_not_written):
        words = told(found.value, path)
        assert "占用" in words.zh
        assert "held by another program" in words.en
    opened(path).close()


def test_a_copy_on_a_disk_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    path, disc = tmp_path / "ledger.db", tmp_path / "disc"
    write(path, play(1))
    disc.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "disc", str(disc)], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting needs root")
    try:
        shutil.copy(path, disc / "ledger.db")
        subprocess.run(["mount", "-o", "remount,ro", str(disc)], check=True)
        db = open_copy(disc / "ledger.db")
        assert [epoch.head.seq for epoch in db.epochs()] == [2]
        db.close()
    finally:
        subprocess.run(["umount", "-l", str(disc)], check=True)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OSError(28, os.strerror(28)), "磁盘已满，请腾出空间"),
        (PermissionError(13, os.strerror(13)), "可能属于另一个用户或只读"),
        (OSError(5, os.strerror(5)), "请检查磁盘"),
        (LedgerDamaged("foreign", "not an SQLite file"), "不是完好的台账"),
    ],
)
def test_why_a_ledger_cannot_be_written_is_told_with_its_cure(tmp_path: Path, fault: Exception, says: str) -> None:
    words = why_not_written(fault, tmp_path / "ledger.db")
    assert says in words.zh
    assert "记录暂存在内存里" in words.zh


def test_a_full_disk_is_no_reason_to_keep_the_file_open_and_a_lock_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write(path, play(1))
    with (
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as one,
        closing(sqlite3.connect(path)) as other,
    ):
        one.execute("BEGIN IMMEDIATE")
        other.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError) as held:
            other.execute("BEGIN IMMEDIATE")
        one.execute("ROLLBACK")
        pages = one.execute("PRAGMA page_count").fetchone()[0]
        one.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError) as full:
            one.execute("INSERT INTO showing VALUES ('x', zeroblob(1000000))")
    assert is_passing(held.value)
    assert not is_passing(full.value), "closing it gives the room of its log back"
