"""Whoever does what a complaint says comes to a file that is taken, or is asked what only the writer knows.

Never to a worse program: nothing plays more, or at other times, than in the file as it was before it was spoilt. A
sample of the cases each time; `make spoilt` tries a thousand of each kind.
"""

import datetime as dt
import os
from collections import Counter
from functools import partial
from pathlib import Path

import msgspec
import pytest

from player.config import read_config
from signage import daypart
from signage.calendar import Calendar, is_workday
from signage.playlist import RANKS, Playlist
from signage.reading import read_calendar, read_playlist
from tests.spoilt import CALENDARS, CONFIGURATIONS, PLAYLISTS, Followed, Spoilt, follow, spoilt

CASES = int(os.environ.get("SPOILT", "120"))
MOST_ASKED = 0.1
"""Share of the files of which the writer has to be asked: headers that are lost, remarks without a sign."""

MOMENTS = [
    dt.datetime.combine(dt.date(2026, 8, 1), dt.time()) + dt.timedelta(days=day, hours=hour, minutes=minute)
    for day in (*range(0, 160, 3), *range(61, 69), *range(205, 340, 9))
    for hour in range(24)
    for minute in (0, 29, 59)
]
WORKS = partial(is_workday, Calendar())


def shown(playlist: Playlist, at: dt.datetime) -> Counter[str]:
    """What may show at that moment of the clock on the wall."""
    if not daypart.is_on(playlist.runs, at, WORKS):
        return Counter()
    items = [item for item in playlist.items if daypart.is_on(item.runs, at, WORKS)]
    return Counter(item.media or item.card or "ticker" for item in items)


def assert_not_worse(now: Playlist, good: Playlist) -> None:
    assert RANKS.index(now.rank) >= RANKS.index(good.rank)
    assert (now.zone, now.priority, now.share) == (good.zone, good.priority, good.share)
    assert set(now.starts) <= set(good.starts)
    assert now.lasts_min <= good.lasts_min
    for at in MOMENTS:
        assert shown(now, at) <= shown(good, at), at


def alike(value: object) -> object:
    """The value without the hash of the text that it was read from."""
    return msgspec.structs.replace(value, sha256="") if isinstance(value, Playlist) else value


def outcome(case: Spoilt, found: Followed, good: object) -> str:
    """What came of a case; asserts what holds for each."""
    if found.value is None:
        assert found.asked
        return "asked"
    right = set(case.good.split("\n"))
    if "line twice" not in case.how:
        assert not [line for line in found.touched if line in right], "a line was changed that was right"
    return "as it was" if alike(found.value) == alike(good) else "otherwise"


@pytest.mark.timeout(600)
def test_a_spoilt_playlist_is_mended_by_its_cures_and_never_plays_more_or_at_other_times() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(CASES):
        case = spoilt(seed, PLAYLISTS)
        good, found = read_playlist(case.good, "a.toml"), follow(case, read_playlist)
        outcomes[what := outcome(case, found, good)] += 1
        if what == "otherwise":
            assert isinstance(found.value, Playlist)
            assert_not_worse(found.value, good)
    assert outcomes["asked"] <= MOST_ASKED * CASES
    assert outcomes["otherwise"] <= MOST_ASKED * CASES


@pytest.mark.timeout(600)
def test_a_spoilt_calendar_is_mended_by_its_cures_to_what_it_was() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(CASES):
        case = spoilt(seed, CALENDARS)
        found = follow(case, lambda text, _: read_calendar(text, "calendar.toml"))
        outcomes[outcome(case, found, read_calendar(case.good, "calendar.toml"))] += 1
    assert outcomes["asked"] <= MOST_ASKED * CASES
    assert outcomes["otherwise"] == 0


@pytest.mark.timeout(600)
def test_a_spoilt_configuration_is_mended_by_its_cures_to_what_it_was_but_for_its_texts(tmp_path: Path) -> None:
    path = tmp_path / "kiosk_config.toml"

    def read(text: str | bytes, _: str) -> object:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        config = read_config(path)
        screen = msgspec.structs.replace(config.screen, title="")
        site = msgspec.structs.replace(config.site, title="", village="")
        return msgspec.structs.replace(config, screen=screen, site=site)

    outcomes: Counter[str] = Counter()
    for seed in range(CASES):
        case = spoilt(seed, CONFIGURATIONS)
        found = follow(case, read)
        outcomes[outcome(case, found, read(case.good, ""))] += 1
    assert outcomes["asked"] <= MOST_ASKED * CASES
    assert outcomes["otherwise"] == 0
