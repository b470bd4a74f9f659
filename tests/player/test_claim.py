"""Two players cannot share a state folder; one that died leaves it free."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from player.claim import AlreadyRunningError, claim, is_claimed

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
