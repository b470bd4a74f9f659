"""Whatever lies in the folder of publications, the screen starts, and shows what it has or fetches it again."""

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from player.publication.expiry import expiry
from player.publication.folder_source import FolderSource
from player.publication.kept import read_kept, write_kept
from player.quarantine import Held
from tests.player.publication.conftest import Follow, Follower
from tests.player.publication.repository import NOW, Repository
from tests.spoiled import spoiled_bytes, spoiled_values

pytestmark = pytest.mark.slow


def started(office: Repository, state: Path) -> Follower:
    """A start as far as the first picture and what follows from it, without threads or network."""
    screen = Follower(office, state, FolderSource(office.folder))
    publications = screen.publications
    publications.cached()
    publications._settle()
    publications._standing.save()
    publications._receipts.save()
    publications.command_keys()
    expiry(publications._standing.kept.expires, screen.clock, publications._grace)
    return screen


@pytest.fixture
def good(office: Repository, follow: Follow, tmp_path: Path) -> Path:
    """The published folder of a screen that showed publication 1, with one file in quarantine."""
    screen = follow(FolderSource(office.folder, look_every_s=0.05))
    screen.shows(1)
    screen.publications.stop()
    folder = tmp_path / "state" / "published"
    held = {"0" * 64: Held(zh="坏", en="bad", left_s=5.0, until=NOW)}
    write_kept(folder, msgspec.structs.replace(read_kept(folder), quarantined=held))
    return folder


@pytest.mark.parametrize("name", ["kept.json", "floor.json", "told.json", "facts"])
def test_a_file_that_was_spoiled_keeps_no_publication_from_starting(
    office: Repository, good: Path, tmp_path: Path, name: str
) -> None:
    [path] = (good / "facts").iterdir() if name == "facts" else [good / name]
    content = path.read_bytes()
    state = tmp_path / "spoiled"
    for spoiled in (*spoiled_bytes(content), *spoiled_values(content)):
        shutil.copytree(good, state / "published")
        (state / "published" / path.relative_to(good)).write_bytes(spoiled)
        try:
            started(office, state)
        except Exception as fault:
            fault.add_note(f"{name}: {spoiled[:300]!r}")
            raise
        shutil.rmtree(state)


@pytest.mark.parametrize("name", ["kept.json", "floor.json", "told.json", "root.json", "tuf/timestamp.json"])
def test_a_folder_a_pipe_or_nonsense_in_a_files_place_is_got_over(
    office: Repository, good: Path, follow: Follow, name: str
) -> None:
    for put in (Path.mkdir, os.mkfifo, lambda path: path.write_bytes(b"\xff{"), Path.touch):
        if name == "tuf/timestamp.json" and put is os.mkfifo:
            continue  # python-tuf's own
        path = good / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        put(path)
        screen = follow(FolderSource(office.folder, look_every_s=0.05))
        screen.shows(1)
        screen.wait_for(lambda screen=screen: not screen.latest.notes)
