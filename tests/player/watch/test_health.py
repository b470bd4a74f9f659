"""What the supervisor writes down of what it has seen."""

import datetime as dt
from pathlib import Path

import pytest

from player.watch.health import NAME, Health, read_health, write_health

AT = dt.datetime(2026, 6, 6, 7, tzinfo=dt.UTC)


@pytest.mark.parametrize("present", ["direct", "", "\ud800", "\0", "直接"])
def test_what_was_written_is_read_whatever_a_pulse_said(tmp_path: Path, present: str) -> None:
    health = Health(at=AT, restarts=3, last_end="SIGKILL", present=present, screen="black")
    write_health(tmp_path, health)
    assert read_health(tmp_path) == health


def test_a_folder_that_no_file_can_have_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    write_health(Path("/tmp/\0"), Health(at=AT))
    write_health(Path("/tmp/\ud800"), Health(at=AT))
    assert caplog.text.count(f"{NAME} not written") == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"v": 1}', '{"v":1,"at":7,"restarts":0}', "[" * 100_000])
def test_what_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert read_health(tmp_path) is None
    (tmp_path / NAME).write_text(text)
    assert read_health(tmp_path) is None
