"""What was freed goes back to the system when we say so."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

HOLES = """
from player.heap import trim

def resident_kb():
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:"))

blocks = [b"x" * 65536 for _ in range(400)]
last = b"x" * 65536
del blocks
before = resident_kb()
trim()
print(before - resident_kb())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="not glibc")
def test_holes_go_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOLES],
        cwd=Path(__file__).parents[2],
        env={"MALLOC_ARENA_MAX": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) > 20_000
