"""The office's home."""

import os
import stat
import threading
from pathlib import Path

import pytest

from office.place import NoOfficeError, OfficeSettings, Place, found, locked, write_together, write_whole
from office.settings import database
from signage.errors import BadInput
from tests.brokers import wait_until


def test_a_new_home_is_its_owners_alone_and_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, other = Place(tmp_path / "one"), Place(tmp_path / "other")
    assert found(one)
    assert found(other)

    assert stat.S_IMODE(one.home.stat().st_mode) == 0o700
    for secret in ("secret_key", "office_password"):
        path = getattr(one, secret)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text()) > 40
        assert path.read_text() != getattr(other, secret).read_text()


def test_a_home_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    found(place)
    place.settings_file.write_text('listen = "0.0.0.0:80"\n')
    before = place.secret_key.read_bytes()

    assert not found(place)
    assert place.settings() == OfficeSettings(listen="0.0.0.0:80")
    assert place.secret_key.read_bytes() == before


def test_the_first_settings_name_every_key_with_its_default(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    found(place)

    assert place.settings() == OfficeSettings()
    text = place.settings_file.read_text()
    assert all(f"\n{name} = " in text for name in OfficeSettings.__struct_fields__)


@pytest.mark.parametrize("text", ["listen = 80", "nonsense", 'lisen = "x"', "x = '" + "x" * 70_000 + "'", "[" * 20_000])
def test_settings_that_cannot_be_understood_are_refused_whole(tmp_path: Path, text: str) -> None:
    place = Place(tmp_path / "home")
    found(place)
    place.settings_file.write_text(text)

    with pytest.raises(BadInput, match=r"cannot be understood|not valid TOML|nested too deeply"):
        place.settings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("listen = 80", "listen 写得不对"),
        ('broker = "http://a"', "broker 写得不对：应写成 mqtt://"),
        ('screens_broker = "mqtt://u@a"', "screens_broker 写得不对"),
        ('timezone = "UTC+8"', "timezone 写得不对：应为 Asia/Shanghai"),
        ('timezone = "../etc"', "timezone 写得不对"),
        ("# " + "x" * 70_000, "看不懂"),
    ],
)
def test_what_cannot_be_understood_is_named(tmp_path: Path, text: str, told: str) -> None:
    place = Place(tmp_path / "home")
    found(place)
    place.settings_file.write_text(text)

    with pytest.raises(BadInput) as refused:
        place.settings()
    assert refused.value.complaints[0].problem.zh.startswith(told)


def test_without_an_office_its_home_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoOfficeError, match="there is no office in"):
        Place(tmp_path / "none").settings()


def test_who_holds_the_home_makes_others_wait(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    found(place)
    order: list[str] = []

    def other() -> None:
        order.append("waits")
        with locked(place):
            order.append("holds")

    with locked(place):
        thread = threading.Thread(target=other)
        thread.start()
        wait_until(lambda: order == ["waits"], "the other thread waits")
        order.append("lets go")
    thread.join()

    assert order == ["waits", "lets go", "holds"]


def test_a_file_that_cannot_be_replaced_stands_and_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_whole(path, b"before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"after")

    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_of_files_written_together_none_has_its_name_before_the_disk_has_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {tmp_path / "one" / "a": b"a", tmp_path / "two" / "b": b"b", tmp_path / "one" / "c": b"c"}
    real, flushed = os.fsync, list[str]()

    def fsync(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    write_together(files)
    assert {path: path.read_bytes() for path in files} == files
    assert [Path(path).name for path in flushed[3:]] == ["one", "two"]
    assert all(path.endswith(".tmp") for path in flushed[:3])

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_together({tmp_path / "one" / "d": b"d", tmp_path / "one" / "e": b"e"})
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == ["a", "c"]


def test_a_database_address_is_read_as_postgresql_writes_it() -> None:
    place = Place(Path("/home"))
    found = database(place, "postgresql://wuzha@db.town:5433/office?sslmode=require")

    assert (found["NAME"], found["USER"], found["HOST"], found["PORT"]) == ("office", "wuzha", "db.town", 5433)
    assert found["OPTIONS"]["sslmode"] == "require"
    assert database(place, "postgresql:///office?host=/run/postgresql")["HOST"] == "/run/postgresql"
    assert database(place, "")["NAME"] == Path("/home/db.sqlite3")


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://", "postgresql://host:port/name", "postgresql://[x/y"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(BadInput, match="not the address of a database"):
        database(Place(Path("/home")), url)
