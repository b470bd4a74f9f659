"""A collector that is stopped makes no screen silent: the office says that it is itself at fault."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.hearing import MOST_SILENT_S, SILENT_S, Hearing, hearing, is_silent

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)


def ago(seconds: float) -> dt.datetime:
    return NOW - dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("beats", "hears", "said"),
    [
        ([], True, "还没有运行过"),
        ([(ago(500), ago(5))], True, None),
        ([(ago(500), ago(MOST_SILENT_S + 1))], False, "没有在运行"),
        ([(None, ago(5))], False, "连不上消息服务器"),
        ([(None, ago(5)), (ago(90), ago(3))], True, None),
        ([(ago(900), ago(600)), (None, ago(300))], False, "没有在运行"),
        ([(ago(9), ago(-3600))], True, None),
    ],
)
def test_the_office_knows_whether_it_hears(
    beats: list[tuple[dt.datetime | None, dt.datetime]], hears: bool, said: str | None
) -> None:
    found = hearing(beats, NOW)
    assert found.hears == hears
    assert (found.why is None) == (said is None)
    if found.why is not None and said is not None:
        assert said in found.why.zh
        assert "管理端自己" in found.why.zh
        assert "wuzha-collect" in found.why.zh or "mosquitto" in found.why.zh


def test_a_screen_is_silent_only_towards_somebody_who_listened_long_enough() -> None:
    heard = ago(SILENT_S + 30)
    assert is_silent("online", heard, NOW)
    assert not is_silent("online", heard, NOW, Hearing(hears=False))
    assert not is_silent("online", heard, NOW, Hearing(since=ago(20)))
    assert is_silent("online", heard, NOW, Hearing(since=ago(SILENT_S + 1)))
    assert not is_silent("lost", heard, NOW)


@given(st.lists(st.tuples(st.none() | st.integers(0, 9000), st.integers(-100, 9000)), max_size=6))
def test_it_hears_only_with_a_collector_that_beats_and_is_connected(beats: list[tuple[int | None, int]]) -> None:
    told = [(None if since is None else ago(since), ago(at)) for since, at in beats]
    works = any(since is not None and at <= MOST_SILENT_S for since, at in beats)
    assert hearing(told, NOW).hears == (works or not beats)
