"""A new enrolment is taken by a player that runs: whole, once, and only when it is another one."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from player.channel import Channel
from player.config import Config, read_config
from player.enrolment_watch import EnrolmentWatch
from player.last_enrolment import CA_NAME, NAME
from tests.brokers import wait_until
from tests.hanging import Share
from tests.player.test_enrolment import OFFICE, enrolled, written

CONFIG = '[office]\nenrolment = "enrolment"\n'


def config(tmp_path: Path, more: str = "") -> Config:
    return read_config(written(tmp_path, CONFIG + more), lenient=True)


def certificate(of: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{of}\n-----END CERTIFICATE-----\n"


def whole(tmp_path: Path) -> Path:
    folder = enrolled(tmp_path)
    (folder / "ca.pem").write_text(certificate("of the town"), encoding="utf-8")
    return folder


def test_what_was_there_at_the_start_is_no_news(tmp_path: Path) -> None:
    whole(tmp_path)
    watch = EnrolmentWatch(config(tmp_path))
    assert [watch.look(), watch.look()] == [False, False]
    assert watch.troubles == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("password", "another\n"),
        ("root.json", '{"another": 1}'),
        ("ca.pem", certificate("of another town")),
        ("office.toml", OFFICE.replace("https://office.example", "https://moved.example")),
        ("office.toml", OFFICE.replace("broker.example", "moved.example")),
        ("office.toml", OFFICE.replace("town/1", "county/1")),
    ],
)
def test_every_file_that_is_another_makes_a_new_enrolment_once(tmp_path: Path, name: str, text: str) -> None:
    folder = whole(tmp_path)
    watch = EnrolmentWatch(config(tmp_path))
    watch.look()
    (folder / name).write_text(text, encoding="utf-8")
    # Of a file of equal length that is written within one tick of the disk's clock.
    os.utime(folder / "office.toml", ns=(1, 1))
    assert [watch.look(), watch.look()] == [True, False]
    held = watch.config
    assert (held.office, held.trust) == (config(tmp_path).office, config(tmp_path).trust)


def test_the_same_folder_copied_once_more_is_no_new_one(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    watch = EnrolmentWatch(config(tmp_path))
    watch.look()
    shutil.copytree(folder, tmp_path / "copy")
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "copy", folder)
    assert not watch.look()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "password").unlink(),
        lambda folder: (folder / "password").write_text(""),
        lambda folder: (folder / "root.json").write_text('{"signa'),
        lambda folder: (folder / "root.json").write_text("[" * 100_000),
        lambda folder: (folder / "ca.pem").write_text(certificate("of another town")[:40]),
        lambda folder: (folder / "office.toml").write_text("broker = "),
        lambda folder: (folder / "office.toml").write_text('screen = "other-1"'),
        shutil.rmtree,
    ],
    ids=[
        "no password",
        "empty password",
        "half a root",
        "a root of brackets",
        "half a certificate",
        "half an office.toml",
        "another screen",
        "gone",
    ],
)
def test_what_is_half_copied_changes_nothing_until_it_is_whole(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    folder = whole(tmp_path)
    watch = EnrolmentWatch(config(tmp_path))
    watch.look()
    held = watch.config
    spoil(folder)
    assert not watch.look()
    assert (watch.config.office, watch.config.trust) == (held.office, held.trust)
    shutil.rmtree(folder, ignore_errors=True)
    whole(tmp_path)
    (folder / "password").write_text("a new one")
    assert watch.look()
    assert watch.troubles == ()


def test_a_certificate_that_is_written_over_is_noticed_by_itself(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    watch = EnrolmentWatch(config(tmp_path))
    assert not watch.look()
    (folder / "ca.pem").write_text(certificate("of another town"))
    assert [watch.look(), watch.look()] == [True, False]


def test_a_certificate_that_was_half_there_at_the_start_is_taken_when_it_is_whole(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    text = (folder / "ca.pem").read_text()
    (folder / "ca.pem").write_text(text[:40])
    watch = EnrolmentWatch(config(tmp_path))
    assert not watch.look()
    (folder / "ca.pem").write_text(text)
    assert [watch.look(), watch.look()] == [True, False]


def test_a_player_that_began_without_its_folder_takes_it_when_it_comes(tmp_path: Path) -> None:
    begun = config(tmp_path)
    assert begun.enrolment_failed
    assert begun.has_office
    assert "is not there" in begun.enrolment_troubles[0].problem.en
    watch = EnrolmentWatch(begun)
    assert not watch.look()
    whole(tmp_path)
    assert watch.look()
    assert watch.config.office.http == "https://office.example"
    assert not watch.config.enrolment_failed


def test_a_disk_that_hangs_holds_up_nobody_and_what_it_has_is_taken_when_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("player.enrolment_watch.ANSWER_S", 0.3)
    files = {"office.toml": OFFICE, "password": "geheim", "root.json": "{}", "ca.pem": certificate("of the town")}
    with Share(tmp_path / "share", {"enrolment/note": b""}) as share:
        path = written(tmp_path, '[office]\nenrolment = "share/enrolment"\n')
        watch = EnrolmentWatch(read_config(path, lenient=True))
        share.hang()
        began = time.monotonic()
        assert [watch.look() for _ in range(20)] == [False] * 20
        assert time.monotonic() - began < 3.0, "one that hangs is not waited for again"
        for name, text in files.items():
            share.put(f"enrolment/{name}", text.encode())
        share.answer()
        wait_until(watch.look, "the enrolment")
        assert watch.config.office.http == "https://office.example"


def test_a_folder_that_is_away_at_the_next_start_is_remembered_without_its_password(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    EnrolmentWatch(config(tmp_path)).look()
    before = config(tmp_path)
    shutil.rmtree(folder)

    after = config(tmp_path)
    assert after.office.http == before.office.http == "https://office.example"
    assert (after.office.broker, after.office.user) == (before.office.broker, before.office.user)
    assert after.office.prefix == before.office.prefix
    assert after.office.ca is not None
    assert after.office.ca.read_text() == certificate("of the town")
    assert after.takes_publications
    kept = list(after.folders.state.iterdir())
    assert {path.name for path in kept} == {NAME, CA_NAME}
    assert not [path for path in kept if b"geheim" in path.read_bytes()]


def test_a_folder_whose_disk_hangs_at_the_next_start_is_remembered_too(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    EnrolmentWatch(config(tmp_path)).look()
    shutil.rmtree(folder)
    with Share(folder, {"office.toml": OFFICE.encode()}, hangs=True):
        after = config(tmp_path)
    assert after.enrolment_failed
    assert "没有响应" in after.enrolment_troubles[0].problem.zh
    assert after.office.http == "https://office.example"
    assert after.takes_publications


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"broker": 1}', b"\xff" * 100])
def test_a_memory_that_is_damaged_is_none(tmp_path: Path, text: bytes) -> None:
    state = config(tmp_path).folders.state
    state.mkdir(parents=True)
    (state / NAME).write_bytes(text)
    assert config(tmp_path).office.http == ""


def test_what_a_person_wrote_goes_before_every_enrolment_that_comes(tmp_path: Path) -> None:
    own = config(tmp_path, 'http = "http://10.0.0.1"\n')
    watch = EnrolmentWatch(own)
    whole(tmp_path)
    assert watch.look()
    assert watch.config.office.http == "http://10.0.0.1"
    assert watch.config.office.broker == "mqtts://broker.example:8883"


def test_the_channels_trouble_tells_what_is_wrong_with_the_folder_and_how_to_mend_it(tmp_path: Path) -> None:
    from tests.player.test_channel import Room

    channel: Channel = Room(config(tmp_path)).channel
    assert channel.trouble is not None
    assert "没有这个文件夹" in channel.trouble.zh
    assert "no restart is needed" in channel.trouble.en
    assert channel.on_air().publications == ()
    channel.stop()
