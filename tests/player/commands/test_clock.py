"""The command that says which time is gone by, and takes a person's word."""

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest

from player.cli import main
from player.clock_confirmation import NAME
from player.keeper import Kept
from player.uplink.writer import boot_id
from signage.trusted_time import SavedTime, SignedTime


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kiosk_config.toml").write_text('[screen]\nid = "sq-led"\n[folders]\nstate = "state"\n')
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


def keep(place: Path, at: dt.datetime) -> None:
    """As after a run in which the office signed this time."""
    at_ms = round(at.timestamp() * 1000)
    signed = {"timestamp": SignedTime(by="key", number=1, signed_ms=at_ms, floor_ms=at_ms)}
    known = SavedTime(at_ms=at_ms, up_ms=0, boot="another", counted_ms=at_ms, signed=signed)
    (place / "rotation.json").write_bytes(msgspec.json.encode(Kept(saved_at=at, clock=known)))


def test_it_says_what_the_machine_shows_and_what_is_believed_and_what_to_do(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(place, dt.datetime.now(dt.UTC) + dt.timedelta(days=40))
    assert main(["clock"]) == 0
    said = capsys.readouterr().out
    assert "不采信" in said
    assert "wuzha-player clock --believe" in said
    assert main(["clock", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["quality"] == "unsynced"
    assert (dt.datetime.fromisoformat(told["believed"]) - dt.datetime.fromisoformat(told["wall"])).days >= 39
    assert not (place / NAME).exists(), "nobody said that it is right"


def test_a_persons_word_is_left_for_the_player(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", "--believe"]) == 0
    assert "已记下" in capsys.readouterr().out
    assert json.loads((place / NAME).read_bytes())["boot"] == boot_id()
