"""Saves an office, and brings it back: database, keys, settings, signed metadata and published content.

Run as `python deploy/backup.py save HOME BACKUPS` and `python deploy/backup.py restore SNAPSHOT HOME`. The office may
go on working: SQLite's own backup copies a moment of the database, and the lock that publishing takes holds the rest
still. Content lies once for all snapshots, under its SHA-256. The online key's passphrase is not in it: keep that
elsewhere.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from signage.command_line import CommandParser

KEEP = 30
"""Snapshots, without `--keep`."""
LISTING = "content.txt"
LEFT_OUT = {"db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "office.lock", "online.passphrase", "shots"}
"""The database goes by SQLite's own way; pictures of screens are as old as the moment."""
SHA256 = re.compile(r"[0-9a-f]{64}")
SNAPSHOT = re.compile(r"\d{8}T\d{6}Z")


class Wrong(Exception):
    """What cannot be saved or brought back; the message says why, Chinese first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what is asked for; gives 0, or 1 when it could not."""
    parser = CommandParser(description="备份和恢复管理端 · saves an office and brings it back")
    actions = parser.add_subparsers(dest="action", required=True)
    saving = actions.add_parser("save", help="备份 · save")
    saving.add_argument("home", type=Path)
    saving.add_argument("backups", type=Path)
    saving.add_argument("--keep", type=int, default=KEEP, help="保留几份 · how many to keep")
    bringing = actions.add_parser("restore", help="恢复到空文件夹 · restore into an empty folder")
    bringing.add_argument("snapshot", type=Path)
    bringing.add_argument("home", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.action == "save":
            print(save(options.home, options.backups, max(1, options.keep), dt.datetime.now(dt.UTC)))
        else:
            restore(options.snapshot, options.home)
            print(options.home)
    except (Wrong, OSError, sqlite3.Error) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def save(home: Path, backups: Path, keep: int, now: dt.datetime) -> Path:
    """Makes a snapshot, deletes what is older than the newest `keep`, and gives the new one's folder. Raises Wrong."""
    if not (home / "office.toml").is_file():
        raise Wrong(f"{home} 里没有管理端 · there is no office in it")
    store = backups / "content"
    for folder in (backups, store):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    snapshot = backups / f"{now:%Y%m%dT%H%M%SZ}"
    partial = backups / f".{snapshot.name}.partial"
    for left in backups.glob(".*.partial"):
        shutil.rmtree(left)  # a save that a power cut ended
    partial.mkdir(mode=0o700)
    with locked(home):
        if (home / "db.sqlite3").exists():  # with PostgreSQL there is none: pg_dump
            save_database(home / "db.sqlite3", partial / "db.sqlite3")
        for path in sorted(home.iterdir()):
            if path.name not in LEFT_OUT and not path.name.startswith("."):
                copy(path, partial / path.name)
        names = sorted(path.name for path in (home / "repository" / "content").glob("*") if SHA256.fullmatch(path.name))
    # Content never changes and is never overwritten, so the lock is not needed for the gigabytes.
    for name in names:
        copy_content(home / "repository" / "content" / name, store / name)
    (partial / LISTING).write_text("".join(f"{name}\n" for name in names))
    sync(partial)
    partial.rename(snapshot)
    sync_folder(backups)
    prune(backups, keep)
    return snapshot


def restore(snapshot: Path, home: Path) -> None:
    """Brings a snapshot back into a folder that is empty or not there, checked before. Raises Wrong."""
    if not (snapshot / LISTING).is_file():
        raise Wrong(f"{snapshot} 不是备份 · is no snapshot")
    if home.exists() and any(home.iterdir()):
        raise Wrong(f"{home} 不是空的，先把它移开 · is not empty, move it away first")
    names = (snapshot / LISTING).read_text().split()
    store = snapshot.parent / "content"
    if missing := [name for name in names if not (store / name).is_file()]:
        raise Wrong(f"备份里缺 {len(missing)} 个素材 · content is missing, such as {missing[0]}")
    if (snapshot / "db.sqlite3").exists():
        check_database(snapshot / "db.sqlite3")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(snapshot.iterdir()):
        if path.name != LISTING:
            copy(path, home / path.name)
    content = home / "repository" / "content"
    content.mkdir(parents=True, exist_ok=True)
    for name in names:
        copy_content(store / name, content / name)
    sync(home)


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Waits until nobody publishes or enrols, and keeps them waiting."""
    descriptor = os.open(home / "office.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def save_database(source: Path, target: Path) -> None:
    """Copies one moment of a database that others write to. Raises Wrong when the copy is not whole."""
    with closing(sqlite3.connect(source, timeout=60)) as read, closing(sqlite3.connect(target)) as written:
        # All pages in one step: with steps between them, every commit of a collector would begin it anew.
        read.backup(written)
        written.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
    check_database(target)


def check_database(path: Path) -> None:
    """Reads every page. Raises Wrong for a database that is not whole."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise Wrong(f"{path} 坏了 · is damaged: {found}")


def copy(source: Path, target: Path) -> None:
    """Copies a file or folder as it is, but no content and nothing half written."""
    if source.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(source.iterdir()):
            is_content = source.name == "content" and source.parent.name == "repository"
            if not is_content and not path.name.startswith("."):
                copy(path, target / path.name)
    elif source.is_file() and not source.is_symlink():
        shutil.copy2(source, target)


def copy_content(source: Path, target: Path) -> None:
    """Copies bytes that their name vouches for, unless they are there. Raises Wrong when they are others."""
    if target.exists():
        return
    partial = target.with_name(f".{target.name}.partial")
    digest = hashlib.sha256()
    with source.open("rb") as read, partial.open("wb") as written:
        while block := read.read(1 << 20):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    if digest.hexdigest() != target.name:
        partial.unlink()
        raise Wrong(f"{source} 的内容和名字对不上 · its content is not what its name says")
    partial.rename(target)


def prune(backups: Path, keep: int) -> None:
    """Deletes all but the newest snapshots, then content that none of them names."""
    snapshots = sorted(path for path in backups.iterdir() if SNAPSHOT.fullmatch(path.name))
    for old in snapshots[:-keep]:
        shutil.rmtree(old)
    named = {name for path in snapshots[-keep:] for name in (path / LISTING).read_text().split()}
    for path in (backups / "content").iterdir():
        if path.name not in named:
            path.unlink()


def sync(folder: Path) -> None:
    """Makes a folder and all in it outlast a power cut."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))


def sync_folder(folder: Path) -> None:
    """Makes what was renamed in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
