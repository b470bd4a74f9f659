"""Fixtures of the tests of content."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.player.content.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture(autouse=True)
def no_thread_dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An exception in a thread is the end of the player; so it is of a test."""
    died: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: died.append(repr(args.exc_value)))
    yield
    assert not died
