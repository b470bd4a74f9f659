"""A process that is killed, and a disk that is full, at any moment of an append."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.uplink.audit import audit
from player.uplink.ledger_db import open_copy
from signage.ledger import moment
from tests.bench.ledger_torture import torture
from tests.player.uplink.filling import PLAYS
from tests.player.uplink.test_recorder import items, lost
from tests.player.uplink.test_recorder import play as numbered
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "small", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_full_disk_keeps_from_being_written_until_the_end_is_told_by_the_next_start(
    small_disk: Path, how: signal.Signals
) -> None:
    path = small_disk / "ledger.db"
    words = [sys.executable, "-m", "tests.player.uplink.ending_full", str(path), "1", "2000"]
    with subprocess.Popen(words, env=ENV, cwd=ROOT, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        assert player.stdout.readline() == "full\n"
        player.send_signal(how)
        player.wait(30)
    (small_disk / "rest").unlink()
    write(path, screen="sq-led")
    there, [loss] = items(path), lost(path)
    assert there == list(range(1, len(there) + 1))
    assert len(there) + int(loss.details["records"] or 0) == 2000
    assert str(loss.details["to"]) == moment(numbered(2000).ended.at)
    assert str(loss.details["from"]) == moment(numbered(len(there) + 1).ended.at)
    write(path, screen="sq-led")
    assert len(lost(path)) == 1, "told once"


@pytest.mark.timeout(300)
def test_a_player_killed_again_and_again_loses_no_play_and_tells_none_twice(tmp_path: Path) -> None:
    figures = torture(10, 96110, tmp_path)
    assert figures.faults == []
    assert figures.recorded > 5
    assert figures.marked > 3
    assert figures.unrecorded_showing <= figures.kills
