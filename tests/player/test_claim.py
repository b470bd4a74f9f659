"""Two players cannot share a state folder; one that died leaves it free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.claim import AlreadyRunningError, claim, is_claimed
from tests.hanging import Share

HOLD = """
import pathlib, sys
from player.claim import claim
claim(pathlib.Path(sys.argv[1]))
print("held", flush=True)
input()
"""


def test_the_second_player_is_told_and_a_killed_one_leaves_the_folder_free(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        assert is_claimed(tmp_path)
        with pytest.raises(AlreadyRunningError, match="已有一个播放程序"):
            claim(tmp_path)
    finally:
        first.kill()
        first.communicate()
    assert not is_claimed(tmp_path)
    lock = claim(tmp_path)
    assert lock is not None
    os.close(lock)


def test_a_folder_that_cannot_be_made_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way", encoding="utf-8")
    assert claim(tmp_path / "state") is None


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A state folder whose player was killed while one of its threads hangs in the kernel: it keeps its lock."""
    with Share(tmp_path / "share", {"a": b"a"}) as share:
        share.hang()
        state = tmp_path / "state"
        code = (
            f"import threading, os\nthreading.Thread(target=os.stat, args=({str(share.at / 'a')!r},)).start()\n{HOLD}"
        )
        one = subprocess.Popen(
            [sys.executable, "-c", code, str(state)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert one.stdout is not None
        assert one.stdout.readline() == b"held\n"
        assert share.waiting.wait(10)
        one.kill()
        yield state, one
        share.answer()
        one.communicate()


def test_a_player_that_is_over_but_hangs_in_the_kernel_holds_nothing(
    stuck: tuple[Path, subprocess.Popen[bytes]],
) -> None:
    state, one = stuck
    assert not is_claimed(state)
    lock = claim(state)
    assert lock is not None
    assert one.poll() is None, "it still is there, and has its lock"
    assert is_claimed(state)
    os.close(lock)


def test_two_living_players_never_share_a_folder_whatever_became_of_the_one_before(
    stuck: tuple[Path, subprocess.Popen[bytes]],
) -> None:
    state, one = stuck
    second = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert second.stdout is not None
        assert second.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError):
            claim(state)
        (state / "player.lock").unlink()  # as free as if the one that hung were gone
        with pytest.raises(AlreadyRunningError):
            claim(state)
    finally:
        second.kill()
        second.communicate()
    assert one.poll() is None
