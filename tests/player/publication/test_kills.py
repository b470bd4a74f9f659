"""A screen killed at any moment shows the old publication or the new one, whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_access_to_the_disk_it_shows_the_old_or_the_new_and_gets_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.player.publication.killing", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert done.returncode == 0, (lines[-3:], done.stderr[-3000:])
    assert len(lines) > 40
    assert {line.rpartition(" ")[2] for line in lines} == {"1", "2"}
