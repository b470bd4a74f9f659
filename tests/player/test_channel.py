"""What a screen with an office loads and opens, and what one without leaves alone."""

import datetime as dt
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from player.channel import Channel
from player.config import Config, read_config
from player.events import Inbox, SetVolume
from player.publication.kept import FOLDER
from player.state import Moment
from player.uplink.connections import read_uplink
from player.uplink.recorder import NoRecords
from player.uplink.standing import Kept, Standing
from signage.errors import Words
from tests.brokers import wait_until
from tests.hanging import Share
from tests.player.commands.test_office import enrolled
from tests.player.publication.repository import NOW, Repository
from tests.player.uplink.test_writer import at
from tests.ports import free_port

ALONE = """
import sys
import player.app, player.cli, player.commands.run
of_the_office = ("paho", "tuf", "securesystemslib", "cryptography", "urllib3", "requests")
loaded = sorted(name for name in sys.modules if name.split(".")[0] in of_the_office or name == "player.channel")
sys.exit(", ".join(loaded) or 0)
"""


def test_a_player_on_its_own_loads_nothing_of_the_office() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Room:
    def __init__(self, config: Config, *, told: bool = False, now: dt.datetime | None = None) -> None:
        self.now = now
        self.inbox, self.changed = Inbox(), threading.Event()
        self.channel = Channel(
            config,
            inbox=self.inbox,
            changed=self.changed,
            records=NoRecords(),
            read_clock=self.clock,
            probe=lambda path, digests: Words("x", "x"),
            told=told,
        )

    def clock(self) -> Moment:
        return at() if self.now is None else Moment(self.now, 1000.0, "ntp")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return enrolled(tmp_path, "mqtt://127.0.0.1")


def test_what_holds_is_there_before_the_first_picture(config: Config) -> None:
    Standing(config.folders.state).keep(Kept(number=1, blackout=True, volume=33))
    room = Room(config)
    assert room.channel.orders().blackout
    assert room.channel.volume == 33
    assert room.channel.on_air().publications == ()
    room.channel.start()
    room.channel.stop()


def test_without_an_order_the_volume_is_the_configured_one(config: Config) -> None:
    assert Room(config).channel.volume == config.sound.volume == 80


def test_what_a_command_asks_for_reaches_the_loop(config: Config) -> None:
    room = Room(config)
    errands = room.channel.errands
    errands.set_volume(None)
    errands.refresh()
    errands.orders_changed()
    assert room.inbox.wait(0) == (SetVolume(80),)
    assert room.changed.is_set()
    room.channel.stop()


def test_a_root_that_cannot_be_read_keeps_the_screen_playing(config: Config) -> None:
    assert config.trust.root is not None
    for content in (b"", b"{", b"[]", b"\xff" * 100):
        config.trust.root.write_bytes(content)
        room = Room(config)
        assert room.channel.on_air().publications == ()
        room.channel.stop()
    config.trust.root.unlink()
    room = Room(config)
    assert room.channel.on_air().publications == ()
    room.channel.stop()


def test_another_authority_at_the_same_path_opens_another_way_to_what_is_published(config: Config) -> None:
    assert config.office.enrolment is not None
    assert config.trust.root is not None
    (config.folders.state / FOLDER).mkdir(parents=True)
    shutil.copy(config.trust.root, config.folders.state / FOLDER)
    office, ca = config.office.enrolment / "office.toml", config.office.enrolment / "ca.pem"
    office.write_text(office.read_text() + 'ca = "ca.pem"\n')
    ca.write_text("one\n-----END CERTIFICATE-----\n")
    channel = Room(read_config(config.base / "kiosk_config.toml"), told=True).channel
    opened = channel._publications
    try:
        for text, is_same in (("one", True), ("another", False)):
            ca.write_text(f"{text}\n-----END CERTIFICATE-----\n")
            channel._look_at = 0.0
            assert channel._is_outdated() is not is_same
            channel._begin_anew()
            assert (channel._publications is opened) is is_same
    finally:
        channel.stop()


def test_a_stick_is_read_where_the_enrolment_names_an_address_that_nobody_answers(tmp_path: Path) -> None:
    enrolled(tmp_path, "")
    told = tmp_path / "enrolment" / "office.toml"
    told.write_text(f'{told.read_text()}http = "http://127.0.0.1:{free_port()}"\n')
    office = Repository(tmp_path / "signed")
    (tmp_path / "enrolment" / "root.json").write_bytes(office.anchor)
    office.publish(1, {"morning": b'[[item]]\ncard = "slogan"\ntext = "x"\n'})
    office.assign("sq-1", (1, ("morning",)))
    office.head()
    path = tmp_path / "kiosk_config.toml"
    path.write_text(path.read_text().replace('"repository"', '"signed"'))

    room = Room(read_config(path), told=True, now=NOW)
    room.channel.start()
    try:
        wait_until(lambda: [each.number for each in room.channel.on_air().publications] == [1], "what is on the stick")
    finally:
        room.channel.stop()
    assert room.changed.is_set()


def test_a_disk_with_root_password_and_certificates_that_hangs_holds_up_neither_the_start_nor_the_agent(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("player.channel.ANSWER_S", 0.2)
    folder = config.office.enrolment
    assert folder is not None
    files = {each.name: each.read_bytes() for each in folder.iterdir()}
    told = msgspec.structs.replace(
        config.office,
        enrolment=None,
        broker=f"mqtt://127.0.0.1:{free_port()}",
        http="http://127.0.0.1:1",
        credentials=folder / "password",
        ca=folder / "ca.pem",
    )
    shutil.rmtree(folder)
    with Share(folder, {**files, "password": b"secret", "ca.pem": b"x"}) as share:
        share.hang()
        began = time.monotonic()
        config = msgspec.structs.replace(config, office=told)
        channel = Room(config, told=True).channel
        assert time.monotonic() - began < 2.0
        channel._first.set()
        channel.start()
        try:
            wait_until(lambda: channel.trouble is not None, "it is said")
            assert channel.trouble is not None
            assert "没有响应" in channel.trouble.zh
            share.answer()
            wait_until(lambda: channel.trouble is None, "it goes on")
            wait_until(
                lambda: (told := read_uplink(config.folders.state)) is not None and bool(told.why), "it connects"
            )
        finally:
            began = time.monotonic()
            channel.stop()
            assert time.monotonic() - began < 8.0
