"""A burst of signals, as a dying parent with many threads sends them, ends a process instead of locking it up."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from office.ending import Ending

WITHIN_S = 20.0
CODE = """
from office.ending import Ending
ending = Ending()
ending.listen()
print("up", flush=True)
while not ending.wait(0.001):
    pass
print("asked", flush=True)
while input():
    ending.wait(0.001)
print("over", flush=True)
"""


@pytest.mark.slow
def test_a_burst_of_signals_ends_a_process_and_locks_nothing() -> None:
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "up\n"
            for _ in range(300):
                process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "asked\n"
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "over\n"
            assert process.wait(WITHIN_S) == 0
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


def test_a_wait_is_over_when_somebody_asks() -> None:
    ending = Ending()
    began = time.monotonic()
    thread = threading.Thread(target=ending.ask)
    thread.start()
    assert ending.wait(60)
    thread.join()
    assert time.monotonic() - began < 30
    assert ending.wait(0)


def test_a_wait_that_nobody_ends_is_over_after_its_time() -> None:
    ending = Ending()
    assert not ending.wait(0.01)
    assert not ending.asked
