"""A collector leaves a sign of life, and a word when it ends."""

import datetime as dt

import pytest

from office.place import Place

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def test_it_beats_now_and_then_and_at_once_when_the_broker_comes_or_goes(place: Place) -> None:
    from office.collecting.heartbeat import Heartbeat
    from office.models import CollectorBeat

    heart = Heartbeat()
    told = [
        heart.beat(later(at), connected=connected)
        for at, connected in ((0, False), (1, True), (5, True), (11, True), (12, False), (13, False))
    ]
    assert told == [True, True, False, True, True, False]
    row = CollectorBeat.objects.get()
    assert (row.since, row.beat_at) == (None, later(12))


def test_the_office_hears_while_one_of_its_collectors_does(place: Place) -> None:
    from office.collecting.heartbeat import Heartbeat, read_hearing

    one, other = Heartbeat(), Heartbeat()
    assert read_hearing(NOW).why is not None
    one.beat(NOW, connected=True)
    other.beat(later(30), connected=True)
    assert read_hearing(later(60)).since == later(30)
    other.end(later(61))
    assert not read_hearing(later(62)).hears
    one.beat(later(63), connected=True)
    assert (read_hearing(later(64)).hears, read_hearing(later(64)).since) == (True, NOW)


def test_rows_of_collectors_that_ended_long_ago_go(place: Place) -> None:
    from office.collecting.heartbeat import Heartbeat
    from office.models import CollectorBeat

    CollectorBeat.objects.create(name="old", beat_at=NOW - dt.timedelta(days=9))
    Heartbeat().beat(NOW, connected=True)
    assert CollectorBeat.objects.count() == 1


@pytest.mark.parametrize("year", [1, 9999])
def test_a_row_with_an_impossible_time_says_nothing(place: Place, year: int) -> None:
    from office.collecting.heartbeat import read_hearing
    from office.models import CollectorBeat

    CollectorBeat.objects.create(name="odd", since=NOW, beat_at=NOW.replace(year=year))
    assert read_hearing(NOW).since is None


def test_a_collector_that_was_stopped_is_not_one_that_cannot_reach_the_broker(place: Place) -> None:
    from office.collecting.heartbeat import Heartbeat, read_hearing

    for connected in (True, False):
        one = Heartbeat()
        one.beat(NOW, connected=connected)
        one.end(later(1))
        why = read_hearing(later(2)).why
        assert why is not None
        assert "没有在运行" in why.zh
