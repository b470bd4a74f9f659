"""A real player that once ran in a wrong year comes back to the right one, by itself or by a person's word."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from player.keeper import Kept
from player.uplink.ledger_db import open_copy
from signage.ledger import EventRecord, PlayRecord, Record, read
from signage.trusted_time import SavedTime, SignedTime
from tests.flows.stagehand import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
FAR = dt.datetime(2039, 3, 1, 8, tzinfo=dt.UTC)
NEAR = dt.timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A screen of one zone with two cards, and a state folder."""
    (tmp_path / "kiosk_config.toml").write_text('[screen]\nid = "sq-led"\n[folders]\nstate = "state"\n')
    for name in ("media", "playlists", "state"):
        (tmp_path / name).mkdir()
    cards = "".join(f'[[item]]\ncard = "slogan"\ntext = "{text}"\n' for text in ("one", "two"))
    (tmp_path / "playlists" / "main.toml").write_text(f"dwell_s = 1\n{cards}")
    return tmp_path


def player(house: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "player", *words], cwd=house, stdin=subprocess.PIPE)


def records(house: Path) -> list[Record]:
    path = house / "state" / "ledger.db"
    if not path.exists():
        return []
    db = open_copy(path)
    try:
        return [
            each for epoch in db.epochs() for line in db.lines(epoch) if isinstance(each := read(line.text), Record)
        ]
    finally:
        db.close()


def plays(house: Path) -> list[dt.datetime]:
    return [dt.datetime.fromisoformat(each.at) for each in records(house) if isinstance(each, PlayRecord)]


@pytest.mark.parametrize("kept", [None, SavedTime(at_ms=round(FAR.timestamp() * 1000), up_ms=5_000, boot="another")])
def test_a_player_that_ran_in_2039_dates_its_plays_today(house: Path, kept: SavedTime | None) -> None:
    (house / "state" / "rotation.json").write_bytes(msgspec.json.encode(Kept(saved_at=FAR, clock=kept)))
    with player(house, "run", "--headless") as running:
        wait_until(lambda: len(plays(house)) >= 2, 60, "two plays")
        running.terminate()
    assert all(abs(at - dt.datetime.now(dt.UTC)) < NEAR for at in plays(house))
    known = json.loads((house / "state" / "rotation.json").read_bytes())
    assert abs(dt.datetime.fromisoformat(known["saved_at"]) - dt.datetime.now(dt.UTC)) < NEAR, "nor is it kept"


def test_a_person_can_say_that_the_machines_clock_is_right_and_the_ledger_says_so(house: Path) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(days=40)
    at_ms = round(at.timestamp() * 1000)
    signed = {"timestamp": SignedTime(by="key", number=1, signed_ms=at_ms, floor_ms=at_ms)}
    known = SavedTime(at_ms=at_ms, up_ms=5_000, boot="another", signed=signed)
    (house / "state" / "rotation.json").write_bytes(msgspec.json.encode(Kept(saved_at=at, clock=known)))

    def step() -> EventRecord | None:
        events = [each for each in records(house) if isinstance(each, EventRecord)]
        return next((each for each in events if each.what == "clock_step"), None)

    with player(house, "run", "--headless") as running:
        wait_until(lambda: len(plays(house)) >= 1, 60, "a play")
        assert plays(house)[0] - dt.datetime.now(dt.UTC) > 39 * NEAR, "the office signed that it is later"
        with player(house, "clock", "--believe") as told:
            assert told.wait(60) == 0
        wait_until(step, 60, "the correction")
        running.terminate()
    found = step()
    assert found is not None
    assert found.details["why"] == "by hand"
    assert abs(int(found.details["step_ms"] or 0) / 86_400_000 + 40) < 0.01
    dated = [each for each in records(house) if isinstance(each, PlayRecord) and each.boot == found.boot]
    since_ms = int(found.details["since_mono_ms"] or 0)
    assert all(since_ms <= each.mono_ms for each in dated), "so what they were dated by is known"
