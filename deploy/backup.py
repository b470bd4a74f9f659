"""Saves an office, and brings it back: database, keys, settings, signed metadata and published content.

Run as `python deploy/backup.py save HOME BACKUPS` and `python deploy/backup.py restore SNAPSHOT HOME`. The office may
go on working: SQLite's own backup copies a moment of the database, and the lock that publishing takes holds the rest
still. Content lies once for all snapshots, under its SHA-256. The online key's passphrase is not in it, so that whoever
copies the backup signs nothing: it is kept elsewhere, and bringing an office back asks for it, or for the word that the
key is to be replaced.
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
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from signage.command_line import CommandParser

KEEP = 30
"""Snapshots, without `--keep`."""
LISTING = "content.txt"
PASSPHRASE, ONLINE_KEY = "online.passphrase", "keys/office.online.pem"
LEFT_OUT = {"db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "office.lock", PASSPHRASE, "shots"}
"""The database goes by SQLite's own way; pictures of screens are as old as the moment."""
SHA256 = re.compile(r"[0-9a-f]{64}")
SNAPSHOT = re.compile(r"\d{8}T\d{6}Z")


NEEDS = (
    f"备份里没有在线密钥的口令 {PASSPHRASE}（故意不放进去），没有它恢复的管理端什么也签不了。没有改动。\n"
    "  另外保管的那份（/etc/wuzha-office 里，或和根密钥放在一起的 U 盘上）：加上 --online-passphrase 文件\n"
    "  找不到了：加上 --new-online-key，恢复后用根密钥换一把：wuzha-office keys online\n"
    f"the backup does not hold the online key's passphrase, {PASSPHRASE}, on purpose, and without it the office "
    "signs nothing. Nothing was changed.\n"
    "  With the copy that is kept elsewhere (/etc/wuzha-office, or the stick beside the root key): --online-passphrase "
    "FILE\n"
    "  Without it: --new-online-key, and afterwards, with the root key: wuzha-office keys online"
)
REPLACE = (
    "还不能签名：请用根密钥换在线密钥，再由两人签名：wuzha-office keys online --author 编制人 --approver 审核人\n"
    "  it cannot sign yet: replace the online key with the root key, and have two people sign: "
    "wuzha-office keys online --author NAME --approver NAME"
)


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
    how = bringing.add_mutually_exclusive_group()
    how.add_argument(
        "--online-passphrase",
        metavar="FILE",
        help="在线密钥的口令，- 是标准输入 · the online key's passphrase; - is standard input",
    )
    how.add_argument(
        "--new-online-key",
        action="store_true",
        help="口令没有了，恢复后换一把在线密钥 · it is lost; the key is replaced afterwards",
    )
    options = parser.parse_args(arguments)
    try:
        if options.action == "save":
            print(save(options.home, options.backups, max(1, options.keep), dt.datetime.now(dt.UTC)))
            notes = lacks(options.home)
        else:
            passphrase = None if options.online_passphrase is None else read_passphrase(options.online_passphrase)
            restore(options.snapshot, options.home, passphrase=passphrase, new_online_key=options.new_online_key)
            print(options.home)
            notes = lacks(options.snapshot)
            if options.new_online_key:
                notes.append(REPLACE)
        for note in notes:
            print(f"▲ {note}", file=sys.stderr)
    except (Wrong, OSError, sqlite3.Error) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def save(home: Path, backups: Path, keep: int, now: dt.datetime) -> Path:
    """Makes a snapshot, deletes what is older than the newest `keep`, and gives the new one's folder. Raises Wrong."""
    if not (home / "office.toml").is_file():
        raise Wrong(f"{home} 里没有管理端 · there is no office in it")
    settings = read_settings(home)
    signed, database = home / "repository" / "metadata" / "timestamp.json", home / "db.sqlite3"
    if settings is not None and not settings.get("database") and signed.exists() and not database.exists():
        raise Wrong(f"{database} 不见了，不备份 · is gone, although something is signed: nothing was saved")
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


def restore(snapshot: Path, home: Path, *, passphrase: str | None = None, new_online_key: bool = False) -> None:
    """Brings a snapshot back into a folder that is empty or not there, checked before. Raises Wrong.

    `passphrase` must open the online key; without it `new_online_key` says that the key will be replaced.
    """
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
    if passphrase is not None:
        check_passphrase(snapshot, passphrase)
    elif (snapshot / ONLINE_KEY).exists() and not new_online_key:
        raise Wrong(NEEDS)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(snapshot.iterdir()):
        if path.name != LISTING:
            copy(path, home / path.name)
    content = home / "repository" / "content"
    content.mkdir(parents=True, exist_ok=True)
    for name in names:
        copy_content(store / name, content / name)
    if passphrase is not None:
        (home / PASSPHRASE).touch(mode=0o600)
        (home / PASSPHRASE).write_text(passphrase)
    sync(home)


def lacks(folder: Path) -> list[str]:
    """Returns what an office, or a snapshot of one, needs and the backup does not hold, besides the passphrase."""
    settings, found = read_settings(folder) or {}, []
    if settings.get("database"):
        found.append("数据库在 PostgreSQL 里，备份里没有：另用 pg_dump 保存和恢复\n"
                     "  the database is PostgreSQL's and not in the backup: save it with pg_dump")  # fmt: skip
    ca = settings.get("ca")
    if isinstance(ca, str) and ca and (not (folder / ca).is_file() or Path(ca).is_absolute()):
        found.append(f"office.toml 里 ca 的证书 {ca} 不在备份里，另外保存\n"
                     f"  the certificate {ca} of office.toml is not in the backup: keep it elsewhere")  # fmt: skip
    return found


def read_settings(folder: Path) -> dict[str, object] | None:
    """Returns what stands in `office.toml`; None when it cannot be read."""
    try:
        return tomllib.loads((folder / "office.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def read_passphrase(name: str) -> str:
    """Returns the passphrase in a file, or from standard input for `-`. Raises Wrong."""
    try:
        text = sys.stdin.read(1025) if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{name} 读不出来 · cannot be read: {error}") from error
    if not text.strip() or len(text) > 1024:
        raise Wrong(f"{name} 里没有口令 · holds no passphrase")
    return text.strip()


def check_passphrase(snapshot: Path, passphrase: str) -> None:
    """Raises Wrong unless it opens the snapshot's online key."""
    from office.place import Place  # noqa: PLC0415 - saving an office needs nothing of it
    from office.trusting.keys import UnusableKeyError, open_key  # noqa: PLC0415

    try:
        open_key(Place(snapshot), "office", "online", passphrase)
    except UnusableKeyError as error:
        raise Wrong(f"这个口令打不开备份里的在线密钥，没有改动。换过密钥以后，用那时的口令 · "
                    f"this passphrase does not open the backup's online key, nothing was changed; if the key was "
                    f"replaced, take the passphrase of its time\n{error}") from error  # fmt: skip


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
