"""A process that is killed, and a disk that is full, at any moment of an append."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from player.uplink.audit import audit
from player.uplink.ledger_db import open_copy
from tests.bench.ledger_torture import torture
from tests.player.uplink.filling import PLAYS
from tests.player.uplink.test_recorder import items
from tests.player.uplink.test_writer import numbers, play, told, write

ROOT = Path(__file__).parents[3]
CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,rename,unlink"
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
MOST_CALLS = 200

pytestmark = pytest.mark.slow


@pytest.mark.timeout(300)
def test_an_append_killed_at_each_of_its_writes_and_syncs_is_there_whole_or_not_at_all(tmp_path: Path, needs) -> None:
    needs("strace")
    before = tmp_path / "before" / "ledger.db"
    write(before, play(1))
    outcomes = []
    for number in range(1, MOST_CALLS):
        folder = tmp_path / str(number)
        shutil.copytree(before.parent, folder)
        path = folder / "ledger.db"
        words = [sys.executable, "-m", "tests.player.uplink.appending", str(path)]
        inject = f"inject={CALLS}:signal=SIGKILL:when={number}"
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={CALLS}", "-e", inject, *words],
            env=ENV, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        db = open_copy(path)
        assert audit(db).broken is None
        db.close()
        write(path, play(4))  # the next start
        [records] = told(path)
        names = numbers(records)
        assert names in (
            ["posters/1.png", "posters/4.png"],
            ["posters/1.png", "posters/2.png", "posters/3.png", "posters/4.png"],
        ), f"killed at call {number}"
        outcomes.append(len(names))
        if "written" in done.stdout:
            break
    assert outcomes[-1] == 4, "all of it, when nothing killed it"
    assert 2 in outcomes, "it was killed before it was done"
    assert len(outcomes) > 4


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_loses_nothing_that_memory_can_hold(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    words = [sys.executable, "-m", "tests.player.uplink.filling", str(path)]
    done = subprocess.run(words, env=ENV, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\n")[0] == "full"
    assert items(path) == list(range(1, PLAYS + 1))
    db = open_copy(path)
    assert audit(db).broken is None
    db.close()


@pytest.mark.timeout(300)
def test_a_player_killed_again_and_again_loses_no_play_and_tells_none_twice(tmp_path: Path) -> None:
    figures = torture(10, 96110, tmp_path)
    assert figures.faults == []
    assert figures.recorded > 5
    assert figures.marked > 3
    assert figures.unrecorded_showing <= figures.kills
