"""Many files in a row that break their workers do not make the player start workers without end."""

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.flows.stagehand import Stagehand, film, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(60)]
FILES, SECONDS = 8, 10.0
MOST = FILES * 2
"""Workers that had a file open in that time: two for each file, then all of them are quarantined."""


def test_eight_films_that_kill_their_workers_cost_two_workers_each(needs, tmp_path: Path) -> None:
    needs("Xvfb", "ffmpeg")
    stage = Stagehand(tmp_path)
    names = [f"film-{n}.mp4" for n in range(FILES)]
    for n, name in enumerate(names):
        film(stage.media / name, (40 + n * 10, 120, 120))
    stage.playlist("main", 'transition = "cut"\n' + "".join(f'[[item]]\nmedia = "{name}"\n' for name in names))
    killed: set[int] = set()
    pause = threading.Event()
    with stage:
        wait_until(lambda: any(line["item"] > 0 for line in stage.traced()), 25, "the first film")
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for pid in {pid for name in names for pid in stage.holders(name)}:
                with contextlib.suppress(ProcessLookupError):  # an idle one may end by itself meanwhile
                    os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            pause.wait(0.02)
        assert stage.player is not None
        assert stage.player.poll() is None
    sys.stdout.write(f"{len(killed)} workers in {SECONDS:.0f} s\n")
    assert 2 <= len(killed) <= MOST
