"""A program beside us is heard, ends when it is told to, and does not outlive us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from office.child import Child

pytestmark = pytest.mark.slow

WITHIN_S = 20.0


def wait_until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_its_lines_are_passed_on_whatever_bytes_they_are() -> None:
    lines: list[str] = []
    child = Child(python("import os; os.write(1, b'one\\n\\xff two\\n'); os.write(2, b'three')"), lines.append)
    assert child.wait(WITHIN_S) == 0
    child.stop()
    assert lines == ["one", "� two", "three"]


def test_it_is_asked_to_end_and_given_time_for_it() -> None:
    lines: list[str] = []
    code = (
        "import signal, sys, time; signal.signal(15, lambda *_: (print('bye'), sys.exit(3)));"
        "print('up', flush=True); time.sleep(60)"
    )
    child = Child(python(code), lines.append)
    wait_until(lambda: "up" in lines, "it starts")
    child.stop()
    assert (child.code, lines) == (3, ["up", "bye"])


def test_it_is_killed_when_it_does_not_end() -> None:
    lines: list[str] = []
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child(python(code), lines.append)
    wait_until(lambda: "up" in lines, "it starts")
    child.stop(0.2)
    assert child.code == -signal.SIGKILL


def test_a_program_that_is_not_there_cannot_be_started() -> None:
    child: Child | None = None
    try:
        child = Child([f"/nowhere/{os.getpid()}"], lambda _: None)
    except FileNotFoundError:
        return
    child.wait(WITHIN_S)  # the wrapper was started, and says so
    child.stop()
    assert child.code not in (None, 0)


@pytest.mark.skipif(not Path("/usr/bin/setpriv").exists(), reason="not installed: setpriv")
def test_it_ends_when_we_are_killed(tmp_path: Path) -> None:
    code = (
        "import time, sys; from office.child import Child;"
        "c = Child([sys.executable, '-c', 'import time; time.sleep(300)'], print);"
        "print(c.pid, flush=True); time.sleep(300)"
    )
    parent = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    # Before that the process is setpriv, which has the same words and may not have set the signal yet.
    wait_until(lambda: Path(f"/proc/{pid}/cmdline").read_bytes().startswith(os.fsencode(sys.executable)), "it runs")
    parent.kill()
    parent.wait(WITHIN_S)
    parent.stdout.close()
    wait_until(lambda: not _lives(pid), "the child ends too")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False
