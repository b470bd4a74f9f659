"""A person's word about the clock is taken once, and only where and when it was given."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from player.clock_confirmation import GOOD_S, NAME, leave_confirmation, take_confirmation


def test_the_word_is_taken_once(tmp_path: Path) -> None:
    leave_confirmation(tmp_path / "state", "one", 100.0)
    assert take_confirmation(tmp_path / "state", "one", 105.0)
    assert not take_confirmation(tmp_path / "state", "one", 106.0)


@pytest.mark.parametrize(("boot", "up_s"), [("two", 105.0), ("one", 101.0 + GOOD_S), ("one", 99.0)])
def test_the_word_of_another_run_of_the_system_or_of_long_ago_is_passed_over(
    tmp_path: Path, boot: str, up_s: float
) -> None:
    leave_confirmation(tmp_path, "one", 100.0)
    assert not take_confirmation(tmp_path, boot, up_s)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"boot": 1, "up_s": 2}', b"\xff", b'{"x": ' + b"[" * 100_000])
def test_what_is_no_word_stops_nobody_and_lies_in_nobodys_way(tmp_path: Path, body: bytes) -> None:
    (tmp_path / NAME).write_bytes(body)
    assert not take_confirmation(tmp_path, "one", 105.0)
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("lay", [os.mkfifo, Path.mkdir], ids=["pipe", "folder"])
def test_what_is_no_file_holds_up_nobody_and_lies_in_nobodys_way(tmp_path: Path, lay: Callable[[Path], None]) -> None:
    lay(tmp_path / NAME)
    assert not take_confirmation(tmp_path, "one", 105.0)
    assert not (tmp_path / NAME).exists()
