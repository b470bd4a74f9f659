"""A file on a disk that hangs holds nobody up, and in the end it says what holds."""

import threading
from pathlib import Path

import pytest

from player.answer import NoAnswer
from player.bounded_file import BoundedFile
from player.durable import write_whole
from tests.brokers import wait_until


class Disk:
    """A disk that may hang."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked = threading.Event()

    def write(self, path: Path, content: bytes) -> None:
        self.asked.set()
        assert self.answers.wait(20)
        write_whole(path, content)


def test_a_write_that_was_given_up_is_written_over_with_what_holds_when_the_disk_answers(tmp_path: Path) -> None:
    disk, path, held = Disk(), tmp_path / "file", [b"former"]
    file = BoundedFile(path, lambda: held[0], seconds=0.05, write=disk.write)
    with pytest.raises(NoAnswer):
        file.write(b"refused")
    assert disk.asked.is_set()
    disk.asked.clear()
    with pytest.raises(NoAnswer):
        file.write(b"refused, too")
    assert not disk.asked.is_set(), "a disk that hangs is asked once"
    held[0] = b"what holds"
    disk.answers.set()
    wait_until(lambda: path.is_file() and path.read_bytes() == b"what holds", "what holds")

    def is_written() -> bool:
        try:
            file.write(b"next")
        except NoAnswer:
            return False
        return True

    wait_until(is_written, "a disk that answers is written to")
    assert path.read_bytes() == b"next"


def test_an_error_of_the_disk_is_raised_and_the_next_write_is_tried(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"in the way")
    file = BoundedFile(tmp_path / "state" / "file", lambda: b"")
    with pytest.raises(OSError, match="state"):
        file.write(b"x")
    (tmp_path / "state").unlink()
    file.write(b"x")
    assert (tmp_path / "state" / "file").read_bytes() == b"x"
