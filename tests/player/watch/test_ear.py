"""The supervisor's ear, on a real pipe."""

import json
import os
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from player.watch.ear import Ear
from player.watch.pulse import Pulse

LONG_S = 50.0


@pytest.fixture
def pipe() -> Iterator[tuple[Ear, IO[bytes]]]:
    reads, writes = os.pipe()
    ear, mouth = Ear(os.fdopen(reads, "rb")), os.fdopen(writes, "wb", buffering=0)
    yield ear, mouth
    mouth.close()
    ear.close()


def said(text: str) -> bytes:
    return json.dumps(Pulse(state=text)._asdict()).encode() + b"\n"


def waiting(ear: Ear) -> tuple[threading.Thread, list[Pulse | None]]:
    """Waits for a pulse on another thread, for longer than the test may last."""
    found: list[Pulse | None] = []
    begun = threading.Event()

    def wait() -> None:
        begun.set()
        found.append(ear.next_pulse(LONG_S))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    begun.wait()
    return thread, found


@pytest.mark.timeout(20)
def test_who_waits_for_a_pulse_hears_at_once_that_the_screen_process_is_gone(pipe):
    ear, mouth = pipe
    thread, found = waiting(ear)
    mouth.close()
    thread.join()
    assert found == [None]
    assert ear.silent


@pytest.mark.timeout(20)
def test_a_new_pulse_is_waited_for_and_the_newest_kept(pipe):
    ear, mouth = pipe
    thread, found = waiting(ear)
    mouth.write(b"no pulse\n" + said("here"))
    thread.join()
    assert found == [Pulse(state="here")]
    assert ear.last is not None
    assert ear.last.pulse == Pulse(state="here")
    assert not ear.wait_silent(0.0)


def test_no_pulse_in_time_is_none(pipe):
    assert pipe[0].next_pulse(0.01) is None
