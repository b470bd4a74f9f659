"""A process that is over counts as over, also while the kernel cannot let it go."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from player.processes import children_of, ending_of, is_kept
from tests.brokers import wait_until
from tests.hanging import Share

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")

# Its first thread ends the process while another one hangs where no signal reaches.
LEAVES_A_THREAD = """
import os, sys, threading
threading.Thread(target=os.stat, args=(sys.argv[1],), daemon=True).start()
sys.stdin.readline()
os._exit(int(sys.argv[2]))
"""


def test_a_process_that_lives_has_no_ending() -> None:
    assert ending_of(os.getpid()) is None


def test_a_process_that_nobody_knows_is_over() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert ending_of(gone.pid) == -signal.SIGKILL


def test_a_stopped_process_lives() -> None:
    one = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        one.send_signal(signal.SIGSTOP)
        os.waitpid(one.pid, os.WUNTRACED)
        assert ending_of(one.pid) is None
        assert not is_kept(one.pid)
    finally:
        one.kill()
        one.communicate()
    assert not is_kept(one.pid)


@pytest.mark.parametrize("code", [0, 1, 4])
def test_an_exit_with_a_thread_that_hangs_in_the_kernel_is_an_end_with_its_code(tmp_path: Path, code: int) -> None:
    with Share(tmp_path / "share", {"a": b"a"}) as share:
        share.hang()
        words = [sys.executable, "-c", LEAVES_A_THREAD, str(tmp_path / "share" / "a"), str(code)]
        one = subprocess.Popen(words, stdin=subprocess.PIPE)
        assert share.waiting.wait(10)
        assert ending_of(one.pid) is None
        assert one.stdin is not None
        with one.stdin as way:
            way.write(b"\n")
        assert ended(one.pid) == code
        assert one.poll() is None, "the kernel has not let it go"
        share.answer()
        assert one.wait(10) == code


def test_what_is_killed_in_the_kernel_is_over_and_its_children_are_known(tmp_path: Path) -> None:
    with Share(tmp_path / "share", {"a": b"a"}) as share:
        share.hang()
        code = "import os, subprocess, sys; subprocess.Popen(['sleep', '60']); os.stat(sys.argv[1])"
        one = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "share" / "a")])
        assert share.waiting.wait(10)
        one.kill()
        assert ended(one.pid) == -signal.SIGKILL
        assert one.poll() is None
        wait_until(lambda: is_kept(one.pid), "it waits where no signal reaches")
        (child,) = children_of(one.pid)
        os.kill(child, signal.SIGKILL)
        share.answer()
        assert one.wait(10) == -signal.SIGKILL


def ended(pid: int) -> int | None:
    """Waits for the end of a process to show."""
    for _ in range(1000):
        if (code := ending_of(pid)) is not None:
            return code
        threading.Event().wait(0.01)
    return None
