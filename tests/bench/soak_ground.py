"""What a soak stands on: a virtual display, no network, and a wall clock that can be moved."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.soak_house import SIZE

ROOT = Path(__file__).parents[2]
SLEEP = """\
import select, time
# libfaketime 0.9.10 adds the start time to an absolute clock_nanosleep of the monotonic clock: time.sleep gets EINVAL.
time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""


@contextmanager
def display() -> Iterator[str]:
    """Gives the name of a virtual display of its own."""
    reads, writes = os.pipe()
    number = f":{30_200 + os.getpid() % 29_000}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = ["Xvfb", number, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nocursor", "-noreset", "-ac"]
    server = subprocess.Popen([*words, "-displayfd", str(writes)], pass_fds=(writes,), **quiet)
    os.close(writes)
    try:
        with os.fdopen(reads) as told:
            if not told.readline().strip():
                raise RuntimeError("Xvfb did not start")
        yield number
    finally:
        server.terminate()
        server.wait()


def walls() -> list[str]:
    """Gives the words before a command that take the network from it; none where that cannot be."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0
        ):
            return words
    return []


def faked_clock(file: Path) -> dict[str, str] | None:
    """Gives the environment in which the wall clock is moved by `file`; None where libfaketime is missing."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        return None
    file.write_text("+0\n")
    file.with_name("sleep").mkdir()
    file.with_name("sleep").joinpath("sitecustomize.py").write_text(SLEEP)
    return {
        "PYTHONPATH": f"{file.with_name('sleep')}{os.pathsep}{ROOT}",
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
