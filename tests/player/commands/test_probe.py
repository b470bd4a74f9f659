"""`probe` answers for every file, good or bad."""

import json
import os
from pathlib import Path

import pytest

from tests.player.commands.conftest import Wuzha

pytestmark = pytest.mark.slow

KEYS = {"path", "ok", "kind", "width_px", "height_px", "duration_s", "has_sound", "why"}


def test_every_file_gets_an_answer_whatever_it_is(wuzha: Wuzha, house: Path) -> None:
    good = house / "media" / "posters" / "1.png"
    empty, lying, cut = house / "empty.mp4", house / "lying.jpg", house / "cut.png"
    empty.write_bytes(b"")
    lying.write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    cut.write_bytes(good.read_bytes()[:-40])
    os.mkfifo(house / "pipe.mp4")
    strange = os.fsdecode(b"\xc1\xc4.png")
    (house / strange).write_bytes(good.read_bytes())
    files = [str(good), str(empty), str(lying), str(cut), "pipe.mp4", "gone.png", strange, "media"]
    done = wuzha("probe", "--json", *files)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(files)
    assert all(row.keys() >= KEYS for row in rows)
    assert (rows[0]["ok"], rows[0]["kind"], rows[0]["width_px"], rows[0]["height_px"]) == (True, "image", 64, 36)
    assert all(not row["ok"] and row["kind"] == "none" and row["why"] for row in rows[1:]), rows


def test_people_read_a_sentence(wuzha: Wuzha, house: Path) -> None:
    (house / "empty.mp4").write_bytes(b"")
    done = wuzha("probe", "media/posters/1.png", "empty.mp4")
    assert "可以播放" in done.stdout
    assert "不能播放" in done.stdout


def test_a_name_that_the_folders_refuse_is_refused_here_too(wuzha: Wuzha, house: Path) -> None:
    name = "media/posters/1\n可以播放.png"
    (house / name).write_bytes((house / "media" / "posters" / "1.png").read_bytes())
    done = wuzha("probe", name)
    assert done.stdout.startswith("不能播放")
    assert "1\\n可以播放.png" in done.stdout


def test_a_script_learns_by_the_exit_code_that_a_file_cannot_be_shown(wuzha: Wuzha, house: Path) -> None:
    (house / "empty.mp4").write_bytes(b"")
    assert wuzha("probe", "--strict", "media/posters/1.png").returncode == 0
    done = wuzha("probe", "--strict", "empty.mp4", "media/posters/1.png")
    assert done.returncode == 2
    assert "可以播放" in done.stdout, "every file has its answer still"
    assert wuzha("probe", "empty.mp4").returncode == 0
