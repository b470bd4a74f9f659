"""What the state folder tells of the time counts whenever it tells it, and once."""

import datetime as dt
import threading
from pathlib import Path

import pytest

from player.answer import Answer
from player.app import _Room, _tie
from player.clock import RELEASED, Clock
from player.config import Config, read_config
from player.content.digest_store import DigestStore
from player.decode.prober import Prober
from player.events import Inbox
from player.keeper import Kept
from player.uplink.recorder import NoRecords

FIRST, SECOND = RELEASED + dt.timedelta(days=300), RELEASED + dt.timedelta(days=301)
"""What a signature alone tells: no clock of this machine has a part in it."""


def knows(clock: Clock) -> bool:
    least = clock.moment().signed_least
    return least is not None and least >= FIRST - dt.timedelta(minutes=10)  # an office's clock may be a little ahead


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "kiosk_config.toml"
    path.write_text('[screen]\nid = "sq-led"\n', encoding="utf-8")
    return read_config(path)


@pytest.fixture
def room(config: Config) -> _Room:
    return _Room(config, Inbox(), threading.Event(), Prober, DigestStore(), 0.0, 0.0)


@pytest.fixture
def kept() -> Kept:
    """What a run left that had read a signed document."""
    earlier = Clock("Asia/Shanghai", boot="earlier")
    earlier.signed("timestamp", "key", 7, FIRST)
    return Kept(saved_at=FIRST, clock=earlier.kept())


def test_a_state_folder_that_answers_late_still_tells_what_time_it_is_at_least(room: _Room, kept: Kept) -> None:
    answers = threading.Event()

    def hangs() -> Kept:
        answers.wait(20)
        return kept

    clock = Clock("Asia/Shanghai", boot="now")
    tie = _tie(room, NoRecords(), clock, Answer(hangs), knows_time=False)
    assert not tie.is_there
    assert not knows(clock), "nobody could tell"
    answers.set()
    tie.within(20)
    assert knows(clock)


def test_a_state_folder_without_a_time_leaves_the_clock_as_it_is(room: _Room) -> None:
    clock = Clock("Asia/Shanghai", boot="now")
    _tie(room, NoRecords(), clock, Answer(lambda: None), knows_time=False).within(20)
    assert not knows(clock)


def test_a_time_that_the_clock_was_made_with_is_not_told_again_over_what_it_heard_since(
    room: _Room, kept: Kept
) -> None:
    clock = Clock("Asia/Shanghai", kept=kept.clock, boot="now")
    assert knows(clock)
    clock.signed("timestamp", "key", 8, SECOND)
    before = clock.moment().signed_least
    assert before is not None
    _tie(room, NoRecords(), clock, Answer(lambda: kept), knows_time=True).within(20)
    after = clock.moment().signed_least
    assert after is not None
    assert after >= before, "the older word does not come back"
