"""What `doctor` says of the office, with a real broker, without one, and beside a player that runs."""

import datetime as dt
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from player.claim import claim
from player.commands.office import broker, orders, trust
from player.config import Config, read_config
from player.publication.kept import FOLDER, read_kept, write_kept
from player.uplink.connections import Connections
from player.uplink.standing import NAME, Kept, Standing
from signage.link import Broker, Link
from signage.messages import OfficeStatus, Trusted, encode
from tests.brokers import Mosquitto, wait_until
from tests.hanging import Share
from tests.player.publication.repository import Repository
from tests.ports import free_port


def enrolled(folder: Path, url: str, password: str = "geheim") -> Config:
    enrolment = folder / "enrolment"
    enrolment.mkdir()
    (enrolment / "office.toml").write_text(f'broker = "{url}"\nuser = "sq-1"\n')
    (enrolment / "password").write_text(password)
    (enrolment / "root.json").write_bytes(Repository(folder / "repository").anchor)
    path = folder / "kiosk_config.toml"
    path.write_text('[screen]\nid = "sq-1"\n[office]\nenrolment = "enrolment"\nfolder = "repository"\n')
    return read_config(path)


@pytest.mark.slow
def test_a_broker_that_takes_us_in_is_fine_when_the_office_is_there(needs, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    needs("mosquitto")
    with Mosquitto(tmp_path / "broker", people={"sq-1": "geheim", "office": "x"}) as one:
        config = enrolled(tmp_path, one.url)
        found = broker(config)
        assert (found.ok, found.details["connected"], found.details["level"]) == (False, True, 5)
        assert "the office is away" in found.says.en
        office = Link(Broker(url=one.url, user="office", password="x"), "office")
        office.start()
        wait_until(lambda: office.connected, "the office")
        office.publish("wuzha/1/office/status", encode(OfficeStatus(online=True)), retain=True)
        wait_until(lambda: broker(config).ok, "an office that is there")
        office.stop()
        (tmp_path / "enrolment" / "password").write_text("wrong")
        found = broker(config)
        assert not found.ok
        assert "geheim" not in repr(found)
        assert found.details["why"]


def test_a_broker_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = broker(enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}"))
    assert not found.ok
    assert "cannot be reached" in found.says.en


def test_beside_a_running_player_its_own_word_is_passed_on(tmp_path: Path) -> None:
    config = enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    lock = claim(config.folders.state)
    assert lock is not None
    try:
        assert not broker(config).ok
        Connections(config.folders.state).note(connected=True, level=4, office=True)
        found = broker(config)
    finally:
        os.close(lock)
    assert found.ok
    assert "MQTT 3.1.1" in found.says.en


def test_without_the_enrolment_of_the_player_that_runs_it_is_not_called_alone(tmp_path: Path) -> None:
    config = enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    (tmp_path / "bare.toml").write_text('[screen]\nid = "sq-1"\n')
    bare = read_config(tmp_path / "bare.toml")
    assert bare.folders.state == config.folders.state
    Connections(config.folders.state).note(connected=True, level=4, office=True)
    assert "no office" in broker(bare).says.en, "nobody runs"
    lock = claim(config.folders.state)
    assert lock is not None
    try:
        found = broker(bare)
    finally:
        os.close(lock)
    assert not found.ok
    assert "--enrolment" in found.says.zh


def test_orders_that_hold_are_named(tmp_path: Path) -> None:
    config = enrolled(tmp_path, "mqtt://127.0.0.1")
    assert orders(config).ok
    Standing(config.folders.state).keep(Kept(number=3, blackout=True, volume=20))
    found = orders(config)
    assert not found.ok
    assert found.says.en == "blackout, volume 20"
    (config.folders.state / NAME).write_bytes(b"{")
    assert not orders(config).ok


def test_trust_says_whose_word_counts(tmp_path: Path) -> None:
    config = enrolled(tmp_path, "mqtt://127.0.0.1")
    found = trust(config)
    assert found.ok
    assert "nothing was verified yet" in found.says.en
    past = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    kept = read_kept(config.folders.state / FOLDER)
    write_kept(
        config.folders.state / FOLDER,
        msgspec.structs.replace(kept, versions=Trusted(root=1, timestamp=4), expires=past),
    )
    found = trust(config)
    assert not found.ok
    assert "expired" in found.says.en
    (tmp_path / "enrolment" / "root.json").unlink()
    assert not trust(config).ok


def test_a_player_alone_has_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "kiosk_config.toml"
    path.write_text('[screen]\nid = "sq-1"\n')
    config = read_config(path)
    assert all(found.ok for found in (broker(config), trust(config), orders(config)))


def test_what_is_wrong_with_the_enrolment_is_the_first_thing_that_is_told(tmp_path: Path) -> None:
    config = enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    folder, path = tmp_path / "enrolment", tmp_path / "kiosk_config.toml"
    (folder / "sq-1").mkdir()
    (folder / "sq-1" / "office.toml").write_text("")
    found = broker(read_config(path))
    assert (found.ok, "一个登记文件夹" in found.says.zh) == (False, True)

    folder.rename(tmp_path / "away")
    found = broker(read_config(path, lenient=True))
    assert not found.ok
    assert f"enrolment {folder}: is not there" in found.says.en
    assert config.has_office


def test_an_enrolment_whose_disk_hangs_holds_the_page_up_for_seconds_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("player.commands.office.DISK_S", 0.2)
    config = enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    shutil.rmtree(tmp_path / "enrolment")
    with Share(tmp_path / "enrolment", {"password": b"x", "root.json": b"{}"}, hangs=True):
        found = (broker(config), trust(config))
    for each in found:
        assert (each.ok, "没有响应" in each.says.zh, str(tmp_path / "enrolment") in each.says.zh) == (False, True, True)


def test_a_password_that_cannot_be_read_is_not_blamed_on_the_network(tmp_path: Path) -> None:
    config = enrolled(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    for spoil in (lambda path: path.write_bytes(b"x" * 2000), lambda path: path.unlink()):
        spoil(tmp_path / "enrolment" / "password")
        said = broker(config).says.zh
        assert "重新复制登记文件夹" in said
        assert "网线" not in said
