"""Saving an office and bringing it back."""

import datetime as dt
import hashlib
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from deploy.backup import Wrong, main, restore, save
from tests.brokers import wait_until

NOON = dt.datetime(2026, 6, 6, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An office's home with a database, keys, metadata and two pieces of content."""
    home = tmp_path / "home"
    for folder in ("keys", "repository/metadata", "repository/content", "broker", "shots"):
        (home / folder).mkdir(parents=True)
    for name in ("office.toml", "secret.key", "keys/li.author.pem", "repository/metadata/timestamp.json",
                 "broker/passwords", "online.passphrase", "shots/sq-led1.jpg", "keys/.half.tmp"):  # fmt: skip
        (home / name).write_text(f"{name} as it is")
        (home / name).chmod(0o600)
    for content in (b"a picture", b"a film"):
        (home / "repository/content" / hashlib.sha256(content).hexdigest()).write_bytes(content)
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE plays (seq INTEGER PRIMARY KEY, twice INTEGER)")
        database.commit()
    return home


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_what_is_brought_back_is_what_was_saved_but_for_passphrase_and_pictures(home: Path, tmp_path: Path) -> None:
    snapshot = save(home, tmp_path / "backups", 3, NOON)
    restore(snapshot, tmp_path / "again")
    left_out = {"online.passphrase", "shots/sq-led1.jpg", "office.lock", "keys/.half.tmp"}
    databases = {"db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"}
    before = {name: text for name, text in files(home).items() if name not in left_out | databases}
    assert {name: text for name, text in files(tmp_path / "again").items() if name not in databases} == before
    assert (tmp_path / "again/keys/li.author.pem").stat().st_mode & 0o777 == 0o600
    assert b"passphrase" not in b"".join(files(tmp_path / "backups").values())


def test_a_database_that_is_written_to_all_the_time_is_saved_as_one_of_its_moments(home: Path, tmp_path: Path) -> None:
    ending, written = threading.Event(), []

    def collect() -> None:
        with closing(sqlite3.connect(home / "db.sqlite3", timeout=30)) as database:
            while not ending.is_set():
                first = len(written) * 100
                rows = [(seq, 2 * seq) for seq in range(first, first + 100)]
                database.executemany("INSERT INTO plays VALUES (?, ?)", rows)
                database.commit()
                written.append(first)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        wait_until(lambda: len(written) > 20, "the collector works")
        snapshot = save(home, tmp_path / "backups", 3, NOON)
        after = len(written)
    finally:
        ending.set()
        collector.join()
    with closing(sqlite3.connect(snapshot / "db.sqlite3")) as copy:
        count, most, sums = copy.execute("SELECT count(*), max(seq), sum(twice - 2 * seq) FROM plays").fetchone()
    assert (count % 100, most + 1, sums) == (0, count, 0)
    assert 2000 <= count <= (after + 1) * 100


def test_only_the_newest_are_kept_and_no_content_that_none_of_them_needs(home: Path, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    for day in range(5):
        new = f"film {day}".encode()
        for old in (home / "repository/content").iterdir():
            old.unlink()
        (home / "repository/content" / hashlib.sha256(new).hexdigest()).write_bytes(new)
        save(home, backups, 2, NOON + dt.timedelta(days=day))
    assert sorted(path.name for path in backups.iterdir()) == ["20260609T120000Z", "20260610T120000Z", "content"]
    wanted = {hashlib.sha256(f"film {day}".encode()).hexdigest() for day in (3, 4)}
    assert {path.name for path in (backups / "content").iterdir()} == wanted


def test_a_save_that_a_power_cut_ended_is_no_snapshot_and_in_nobody_s_way(home: Path, tmp_path: Path) -> None:
    (tmp_path / "backups/.20260605T120000Z.partial/keys").mkdir(parents=True)
    snapshot = save(home, tmp_path / "backups", 2, NOON)
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [snapshot.name, "content"]


def test_content_that_is_not_what_its_name_says_is_not_saved(home: Path, tmp_path: Path) -> None:
    (home / "repository/content" / ("0" * 64)).write_bytes(b"something else")
    with pytest.raises(Wrong, match="not what its name says"):
        save(home, tmp_path / "backups", 2, NOON)
    assert not list((tmp_path / "backups").glob("2026*"))


def test_a_damaged_snapshot_or_a_full_folder_is_refused_and_nothing_is_touched(home: Path, tmp_path: Path) -> None:
    snapshot = save(home, tmp_path / "backups", 2, NOON)
    with pytest.raises(Wrong, match="not empty"):
        restore(snapshot, home)
    with pytest.raises(Wrong, match="no snapshot"):
        restore(tmp_path / "backups", tmp_path / "again")
    shutil.rmtree(tmp_path / "backups/content")
    with pytest.raises(Wrong, match="content is missing"):
        restore(snapshot, tmp_path / "again")
    (snapshot / "content.txt").write_text("")
    (snapshot / "db.sqlite3").write_bytes((snapshot / "db.sqlite3").read_bytes()[:4096] + b"\xff" * 4096)
    assert main(["restore", str(snapshot), str(tmp_path / "again")]) == 1
    assert not (tmp_path / "again").exists()


def test_there_must_be_an_office_to_save(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["save", str(tmp_path / "empty"), str(tmp_path / "backups")]) == 1
    assert "there is no office" in capsys.readouterr().err
