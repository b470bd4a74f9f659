"""What the supervisor writes down of what it has seen."""

import datetime as dt
import os
import time
from pathlib import Path

import pytest

from player.watch.health import NAME, Health, HealthWriter, health_bytes
from player.watch.health_file import read_health

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
AT = dt.datetime(2026, 6, 6, 7, tzinfo=dt.UTC)


def written(writer: HealthWriter) -> None:
    """Waits until nothing is being written any more."""
    while writer.is_busy:
        writer.turn()
        time.sleep(0.01)


@pytest.mark.parametrize("present", ["direct", "", "\ud800", "\0", "直接"])
def test_what_was_written_is_read_whatever_a_pulse_said(tmp_path: Path, present: str) -> None:
    health = Health(at=AT, restarts=3, last_end="SIGKILL", present=present, screen="black")
    (tmp_path / NAME).write_bytes(health_bytes(health))
    assert read_health(tmp_path) == health


def test_the_newest_of_what_is_to_be_written_is_what_is_read(tmp_path: Path) -> None:
    writer = HealthWriter(ENVIRONMENT)
    for restarts in range(20):
        writer.write(str(tmp_path / "state"), Health(at=AT, restarts=restarts))
    written(writer)
    assert read_health(tmp_path / "state") == Health(at=AT, restarts=19)


def test_a_folder_that_no_file_can_have_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writer = HealthWriter(ENVIRONMENT)
    (tmp_path / "file").write_text("in the way")
    for state in ("/tmp/\0", "/tmp/\ud800", str(tmp_path / "file")):
        writer.write(state, Health(at=AT))
        written(writer)
    assert caplog.text.count(f"{NAME} not written") == 3


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"v": 1}', '{"v":1,"at":7,"restarts":0}', "[" * 100_000])
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert read_health(tmp_path) is None
    (tmp_path / NAME).write_text(text)
    assert read_health(tmp_path) is None
