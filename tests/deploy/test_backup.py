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
from office.place import Place, found
from office.trusting import setup
from office.trusting.keys import open_online_key
from office.trusting.root import signer
from tests.brokers import wait_until
from tests.office.people import AT, GUAN

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


# An office that is brought back can sign


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A home with a root key and an online key, and nothing signed."""
    place = Place(tmp_path_factory.mktemp("office") / "home")
    found(place)
    setup.begin_office(place, *GUAN, AT)
    return place


def signs(place: Place) -> bool:
    return signer(place, "office", "online", open_online_key(place)) is not None


def test_an_office_that_could_not_sign_is_not_brought_back_and_what_is_missing_is_named(
    office: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = save(office.home, tmp_path / "backups", 3, NOON)
    passphrase = office.online_passphrase.read_bytes()
    assert not [name for name, text in files(tmp_path / "backups").items() if passphrase in text]
    assert main(["restore", str(snapshot), str(tmp_path / "again")]) == 1

    told = capsys.readouterr().err
    assert all(word in told for word in ("online.passphrase", "--online-passphrase", "--new-online-key", "keys online"))
    assert not (tmp_path / "again").exists()


def test_with_the_passphrase_that_is_kept_elsewhere_it_signs_at_once(
    office: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = save(office.home, tmp_path / "backups", 3, NOON)
    shutil.copy(office.online_passphrase, tmp_path / "stick")
    words = ["restore", str(snapshot), str(tmp_path / "again"), "--online-passphrase"]

    assert main([*words, str(tmp_path / "stick")]) == 0
    assert signs(Place(tmp_path / "again"))
    assert (tmp_path / "again" / "online.passphrase").stat().st_mode & 0o777 == 0o600
    shutil.rmtree(tmp_path / "again")
    with (tmp_path / "stick").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert main([*words, "-"]) == 0
    assert signs(Place(tmp_path / "again"))


def test_a_passphrase_of_another_key_or_none_at_all_brings_nothing_back(
    office: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = save(office.home, tmp_path / "backups", 3, NOON)
    for text, says in (("of another key", "does not open"), ("\n", "holds no passphrase"), (None, "cannot be read")):
        if text is not None:
            (tmp_path / "stick").write_text(text)
        name = tmp_path / ("stick" if text is not None else "nowhere")
        assert main(["restore", str(snapshot), str(tmp_path / "again"), "--online-passphrase", str(name)]) == 1
        assert says in capsys.readouterr().err
        assert not (tmp_path / "again").exists()


def test_without_the_passphrase_the_online_key_is_replaced_with_the_root_key(
    office: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = save(office.home, tmp_path / "backups", 3, NOON)
    assert main(["restore", str(snapshot), str(tmp_path / "again"), "--new-online-key"]) == 0
    assert "wuzha-office keys online" in capsys.readouterr().err

    again = Place(tmp_path / "again")
    setup.replace_online_key(again, GUAN, AT)
    assert signs(again)


def test_a_database_that_is_gone_is_not_saved_as_if_all_were_well(office: Place, tmp_path: Path) -> None:
    shutil.copytree(office.home, tmp_path / "home")
    (tmp_path / "home" / "repository" / "metadata" / "timestamp.json").write_text("signed")
    with pytest.raises(Wrong, match=r"db\.sqlite3 .* is gone"):
        save(tmp_path / "home", tmp_path / "backups", 3, NOON)
    assert not (tmp_path / "backups").exists()


def test_what_lies_outside_the_home_is_named_when_it_is_saved_and_when_it_comes_back(
    office: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(office.home, tmp_path / "home")
    text = (tmp_path / "home" / "office.toml").read_text()
    text = text.replace('database = ""', 'database = "postgresql://wuzha@/wuzha"').replace(
        'ca = ""', 'ca = "/etc/ca.crt"'
    )
    (tmp_path / "home" / "office.toml").write_text(text)
    assert main(["save", str(tmp_path / "home"), str(tmp_path / "backups")]) == 0
    out, err = capsys.readouterr()
    assert main(["restore", out.strip(), str(tmp_path / "again"), "--new-online-key"]) == 0
    for told in (err, capsys.readouterr().err):
        assert "pg_dump" in told
        assert "/etc/ca.crt" in told
