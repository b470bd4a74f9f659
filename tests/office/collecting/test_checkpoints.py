"""The write-ahead log does not grow without end, and is folded only while nobody writes."""

import sqlite3
import threading
from pathlib import Path

import pytest

from office.collecting.checkpoints import AFTER_BYTES, AFTER_COMMITS, Checkpoints, fold_log


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = str(tmp_path / "db")
    with sqlite3.connect(made, isolation_level=None) as opened:
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("CREATE TABLE t (x)")
    opened.close()
    return made


def test_a_log_is_folded_and_begun_anew(path: str) -> None:
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    sizes = []
    for _ in range(6):
        for number in range(200):
            writer.execute("INSERT INTO t VALUES (?)", (bytes([number]) * 500,))
        fold_log(path)
        sizes.append(Path(f"{path}-wal").stat().st_size)
    assert writer.execute("SELECT count(*) FROM t").fetchone() == (1200,)
    assert sizes[-1] < 2 * sizes[0], "the log grows without end"
    writer.close()


def test_folding_waits_for_whoever_writes(path: str) -> None:
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (1)")
    folding = threading.Thread(target=fold_log, args=(path,))
    folding.start()
    folding.join(0.3)
    assert folding.is_alive(), "it did not wait"
    writer.execute("COMMIT")
    folding.join(20)
    assert not folding.is_alive()
    writer.close()


def test_no_connection_of_the_office_folds_by_itself(either: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_autocheckpoint")
            assert cursor.fetchone() == (0,)


def test_it_is_time_after_so_many_commits(database: None) -> None:
    folded: list[str] = []
    checkpoints = Checkpoints(folded.append)
    for _ in range(AFTER_COMMITS - 1):
        checkpoints.committed()
        checkpoints.fold()
    assert folded == []
    checkpoints.committed()
    checkpoints.fold()
    checkpoints.fold()
    assert len(folded) == 1


def test_a_collectors_database_is_one_that_can_be_folded(database: None) -> None:
    from office.models import Screen

    Screen.objects.create(id="sq-led")
    checkpoints = Checkpoints()
    for _ in range(AFTER_COMMITS):
        checkpoints.committed()
    checkpoints.fold()
    assert Screen.objects.count() == 1


def test_it_is_time_after_so_many_bytes(database: None) -> None:
    folded: list[str] = []
    checkpoints = Checkpoints(folded.append)
    checkpoints.committed(AFTER_BYTES - 1)
    checkpoints.fold()
    assert folded == []
    checkpoints.committed(1)
    checkpoints.fold()
    checkpoints.fold()
    assert len(folded) == 1
