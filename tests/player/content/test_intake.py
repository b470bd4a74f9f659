"""A file is taken in only while it is the one that was seen."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from player.content.intake import ChangedError, StoppedError, copy_to, digest, is_unchanged, read_whole
from player.content.library import Folder
from player.content.scan import stamp_of
from player.content.settle import Stamp


def stamped(path: Path, folder: Folder) -> Stamp:
    return stamp_of(path.stat(), folder)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.at(str(tmp_path))


def test_a_file_is_hashed_and_copied_whole(tmp_path: Path, folder: Folder) -> None:
    content = b"\xff\xd8\xff" + os.urandom(3 * 1024 * 1024 + 5)
    a = tmp_path / "a"
    a.write_bytes(content)
    expected = hashlib.sha256(content).hexdigest()
    assert digest(str(a), stamped(a, folder), folder, lambda: False)[0] == expected
    with (tmp_path / "b").open("wb") as out:
        assert copy_to(out.fileno(), str(a), stamped(a, folder), folder, lambda: False)[0] == expected
    assert (tmp_path / "b").read_bytes() == content


@pytest.mark.parametrize("now", [b"123", b"12345", b"abcd"])
def test_a_file_that_is_not_what_was_seen_is_not_taken(tmp_path: Path, folder: Folder, now: bytes) -> None:
    a = tmp_path / "a"
    a.write_bytes(b"1234")
    stamp = stamped(a, folder)
    a.write_bytes(now)
    os.utime(a, ns=(0, stamp.mtime_ns + 1))
    assert not is_unchanged(str(a), stamp, folder)
    with pytest.raises(ChangedError):
        read_whole(str(a), stamp, folder)


def test_a_file_written_to_while_it_is_read_is_not_taken(tmp_path: Path, folder: Folder) -> None:
    a = tmp_path / "a"
    a.write_bytes(b"\xff\xd8\xff" * 1_000_000)
    stamp = stamped(a, folder)
    asked = iter([False, True])

    def write_once() -> bool:
        if next(asked, False):
            with a.open("r+b") as file:
                file.write(b"y")
            os.utime(a, ns=(0, stamp.mtime_ns + 1))
        return False

    with pytest.raises(ChangedError):
        digest(str(a), stamp, folder, write_once)


def test_a_pipe_put_in_the_files_place_does_not_stop_us(tmp_path: Path, folder: Folder) -> None:
    a = tmp_path / "a"
    a.write_bytes(b"1234")
    stamp = stamped(a, folder)
    a.unlink()
    os.mkfifo(a)
    done = threading.Event()

    def read() -> None:
        with pytest.raises(ChangedError):
            read_whole(str(a), stamp, folder)
        done.set()

    threading.Thread(target=read, daemon=True).start()
    assert done.wait(5)


def test_a_link_put_in_the_files_place_is_not_followed(tmp_path: Path, folder: Folder) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"1234")
    stamp = stamped(a, folder)
    a.rename(b)
    a.symlink_to(b)
    assert not is_unchanged(str(a), stamp, folder)
    with pytest.raises(ChangedError):
        read_whole(str(a), stamp, folder)


def test_hashing_ends_when_the_player_does(tmp_path: Path, folder: Folder) -> None:
    a = tmp_path / "a"
    a.write_bytes(b"1234")
    with pytest.raises(StoppedError):
        digest(str(a), stamped(a, folder), folder, lambda: True)
