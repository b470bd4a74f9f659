"""Answers and files that cannot be written: a sentence, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONFIG = '[screen]\nid = "sq-1"\ncanvas = [320, 180]\n[folders]\nstate = "state"\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name in ("media", "playlists"):
        (tmp_path / name).mkdir()
    (tmp_path / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def said(house: Path, words: str) -> "subprocess.CompletedProcess[str]":
    """Runs a line of a shell."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PLAYER": f"{sys.executable} -m player"}
    return subprocess.run(
        ["sh", "-c", f"$PLAYER {words}"],
        cwd=house, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, env=environment,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["check", "clock --json", "doctor --json"])
def test_an_answer_for_which_there_is_no_room_is_said(house: Path, command: str) -> None:
    done = said(house, f"{command} >/dev/full")
    assert done.returncode == 1
    assert "结果写不出去：磁盘满了" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "plays", "clock"])
def test_without_a_standard_output_nothing_is_said(house: Path, command: str) -> None:
    assert "Traceback" not in said(house, f"{command} >&-").stderr


def test_a_confirmation_that_cannot_be_left_is_said(house: Path) -> None:
    (house / "state").write_bytes(b"no folder")
    done = said(house, "clock --believe")
    assert done.returncode == 1
    assert "确认写不进状态文件夹" in done.stderr
    assert "Traceback" not in done.stderr
