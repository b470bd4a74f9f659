"""A stranger's file is opened once, and what cannot be shown is refused before it is read far."""

import os
import socket
import threading
from pathlib import Path

import pytest

from player.decode import refusal
from player.decode.files.plainfile import HOLLOW_BYTES, MAX_BYTES, open_plain, read_at
from player.decode.refusal import Refused

PNG = b"\x89PNG\r\n\x1a\n"


def refused(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        os.close(open_plain(str(path)))
    return caught.value.why.en


def sparse(path: Path, size: int, begins: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(begins)
        file.truncate(size)
    return path


def test_an_ordinary_picture_is_opened(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG + b"more")
    file = open_plain(str(tmp_path / "a.png"))
    assert read_at(file, 1, 3) == b"PNG"
    assert read_at(file, 8, 100) == b"more"
    os.close(file)


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.png").symlink_to("a.png")
    assert refused(tmp_path / "b.png") == refusal.link_loop().why.en


def test_pipes_sockets_folders_and_devices_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "folder", tmp_path / "socket", Path("/dev/zero")):
            assert refused(path) == refusal.no_file().why.en


def test_a_pipe_swapped_in_between_the_look_and_the_opening_holds_nobody_up(tmp_path, monkeypatch):
    """The look sees a file and the opening a pipe, as when they change places in between."""
    path = tmp_path / "a.png"
    os.mkfifo(path)
    monkeypatch.setattr(os, "lstat", lambda _: os.stat(__file__))
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(refused(path)), daemon=True)
    thread.start()
    thread.join(10)
    monkeypatch.undo()
    assert found == [refusal.no_file().why.en]


@pytest.mark.parametrize("begins", [b"", PNG, b"\0\0\0\x20ftypisom", b"\x1aE\xdf\xa3"])
@pytest.mark.parametrize("size", [8 << 40, MAX_BYTES + 1, MAX_BYTES, HOLLOW_BYTES + 1])
def test_a_file_of_holes_is_refused_whatever_it_begins_with(tmp_path, begins, size):
    refused(sparse(tmp_path / "a.mp4", size, begins))


def test_a_file_of_holes_is_told_from_one_that_is_too_large(tmp_path):
    assert "mostly holes" in refused(sparse(tmp_path / "a.mp4", 1 << 30, b"\0\0\0\x20ftypisom"))
    assert "too large" in refused(sparse(tmp_path / "b.mp4", MAX_BYTES + 1, b"\0\0\0\x20ftypisom"))


def test_a_small_file_with_a_hole_is_no_matter(tmp_path):
    os.close(open_plain(str(sparse(tmp_path / "a.png", HOLLOW_BYTES, PNG))))


def test_nothing_stays_open_of_what_was_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture at all")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        refused(tmp_path / "a.png")
    assert len(os.listdir("/proc/self/fd")) == before
