"""What `check`, `plan` and `doctor` look at is what the player shows, published content too."""

import os
from pathlib import Path

import pytest

from player.config import read_config
from player.publication.folder_source import FolderSource
from player.survey import survey
from player.uplink.standing import NAME
from tests.player.commands.test_office import enrolled
from tests.player.publication.conftest import SCREEN, Follower
from tests.player.publication.repository import Repository


@pytest.mark.slow
def test_what_was_published_is_part_of_the_program(tmp_path: Path) -> None:
    office = Repository(tmp_path / "office")
    office.publish(4, {"morning": b'[[item]]\nmedia = "*.png"\n'}, {"a.png": b"one"})
    office.assign(SCREEN, (4, ("morning",)))
    office.head()
    screen = Follower(office, tmp_path / "state", FolderSource(office.folder))
    screen.publications.start()
    screen.shows(4)
    screen.publications.stop()
    lines = ["[screen]", f'id = "{SCREEN}"', "[folders]", 'media = ["m"]', 'playlists = ["p"]', 'state = "state"']
    (tmp_path / "m").mkdir()
    (tmp_path / "p").mkdir()
    config = tmp_path / "kiosk_config.toml"
    config.write_text("\n".join(lines), encoding="utf-8")
    assert survey(read_config(config)).composed.program.playlists == ()
    config.write_text("\n".join([*lines, "[office]", 'folder = "office"', "[trust]", 'root = "root.json"']), "utf-8")
    program = survey(read_config(config)).composed.program
    assert [(p.name, p.publication, [m.name for m in p.media or ()]) for p in program.playlists] == [
        ("morning", 4, ["a.png"])
    ]


@pytest.mark.parametrize("body", [b"", b'{"x": ' + b"[" * 100_000, None], ids=["empty", "nested", "pipe"])
def test_orders_that_cannot_be_read_are_none(tmp_path: Path, body: bytes | None) -> None:
    config = enrolled(tmp_path, "mqtt://127.0.0.1")
    config.folders.state.mkdir(parents=True)
    path = config.folders.state / NAME
    os.mkfifo(path) if body is None else path.write_bytes(body)
    assert survey(config, with_orders=True).composed.program == survey(config).composed.program
