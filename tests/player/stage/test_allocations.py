"""A transition asks for no memory while it runs: counted in the C library, beneath Python and SDL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("counter") / "large_allocations.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-fno-builtin", "-o", library, HERE / "large_allocations.c"], check=True
    )
    return library


@pytest.mark.skipif(sys.platform != "linux", reason="counts in the GNU C library")
def test_no_step_of_a_fade_allocates_a_picture(counter: Path) -> None:
    env = {**os.environ, "LD_PRELOAD": str(counter), "SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "tests.player.stage.fading"]
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    blocks, steps = map(int, done.stdout.split()[-2:])
    assert steps > 20, "it did fade"
    assert blocks == 0
