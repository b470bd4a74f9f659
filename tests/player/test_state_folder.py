"""A state folder that cannot be written is told with what helps, and nothing is made to find that out."""

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from player.state_folder import state_trouble, why_not_kept

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """A folder that other accounts reach too."""
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.geteuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    return tmp_path


def test_a_folder_that_can_be_written_or_made_is_no_trouble_and_is_left_as_it_was(tmp_path: Path) -> None:
    assert state_trouble(tmp_path) is None
    assert state_trouble(tmp_path / "var" / "player") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_user_is_told_with_both_names(open_path: Path) -> None:
    state = open_path / "state"
    state.mkdir()
    for folder in (state, state / "not" / "made"):
        with as_nobody():
            words = state_trouble(folder)
        assert words is not None
        assert "它属于用户 root，而本程序以 nobody 运行" in words.zh
        assert f"sudo chown -R nobody {folder}" in words.zh


def test_a_folder_that_cannot_even_be_looked_at_is_told_too(open_path: Path) -> None:
    state = open_path / "closed" / "state"
    state.mkdir(parents=True)
    state.parent.chmod(0o700)
    with as_nobody():
        words = state_trouble(state)
    assert words is not None
    assert "root" in words.zh


def test_a_file_in_its_place_and_a_full_disk_have_their_own_cures(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "state"):
        words = state_trouble(folder)
        assert words is not None
        assert "同名的文件" in words.zh
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "s", str(small)], check=False).returncode != 0:
        pytest.skip("mounting needs root")
    try:
        with (small / "rest").open("wb", buffering=0) as rest, contextlib.suppress(OSError):
            while True:
                rest.write(bytes(4096))
        words = state_trouble(small)
        assert words is not None
        assert "磁盘已满，请删去不用的文件" in words.zh
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        words = state_trouble(small)
        assert words is not None
        assert "只读" in words.zh
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_an_error_of_the_disk_is_told_as_such(tmp_path: Path) -> None:
    assert "请检查磁盘" in why_not_kept(tmp_path, OSError(errno.EIO, os.strerror(errno.EIO))).zh
