"""When a publication is next seen, or why it never will be."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signage import schedule
from signage.calendar import Calendar, QuietPeriod
from signage.cards import BLACK
from signage.daypart import Daypart
from signage.outlook import Outlook, best, on_air_now, outlook, outlooks
from signage.playlist import Item, Playlist
from signage.program import Program
from tests.signage.programs import STARTS, at, clock, day, days, playlist, program, programs, window

NOW = at("2026-11-30 12:00")  # a Monday


def told(one: Playlist, *others: Playlist, **fields: object) -> Outlook:
    return outlook(program(one, *others, **fields), one, NOW)  # type: ignore[arg-type]


def runs(**fields: object) -> Daypart:
    return Daypart(**fields)  # type: ignore[arg-type]


def test_what_owns_its_zone_is_on_air() -> None:
    assert told(playlist("a")) == Outlook(name="a", prospect="on-air")


@pytest.mark.parametrize(
    ("runs", "comes"),
    [
        (runs(first=day("2026-12-01")), "2026-12-01 00:00"),
        (runs(first=day("2029-02-03"), times=(window("08:00-09:00"),)), "2029-02-03 08:00"),
        (runs(times=(window("07:00-11:00"),)), "2026-12-01 07:00"),
        (runs(times=(window("13:00-14:00"),)), "2026-11-30 13:00"),
        (runs(times=(window("22:00-02:00"),)), "2026-11-30 22:00"),
        (runs(days=("sat",)), "2026-12-05 00:00"),
        (runs(exceptions=(days("2026-11-29..2026-12-03"),)), "2026-12-04 00:00"),
    ],
)
def test_what_is_not_due_waits_until_its_dates_and_times_come(runs: Daypart, comes: str) -> None:
    found = told(playlist("a", runs=runs))
    assert (found.prospect, found.at) == ("waits", at(comes))
    assert found.why is not None
    assert comes[-5:] in found.why.zh


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (playlist("a", runs=runs(last=day("2025-12-31"))), "until = 2025-12-31 is over"),
        (playlist("a", items=(Item(number=1, card="slogan", runs=runs(last=day("2026-11-29"))),)),
         "until = 2026-11-29 is over"),
        (playlist("a", zone="ticker"), "no zone ticker (it has main)"),
        (playlist("a", "call {grid_phone} or {phone}"), "this screen lacks {grid_phone}"),
        (playlist("a", items=(Item(number=1, media="gone.png"),)), "none of its media can be shown"),
        (playlist("a", runs=runs(days=("sat",), last=day("2026-12-04"))), "never meet"),
        (playlist("a", runs=runs(times=(window("08:00-09:00"),)),
                  items=(Item(number=1, card="slogan", runs=runs(times=(window("10:00-11:00"),))),)), "never meet"),
    ],
)  # fmt: skip
def test_what_can_never_play_is_said_to_and_why(one: Playlist, why: str) -> None:
    found = told(one)
    assert (found.prospect, found.at) == ("never", None)
    assert found.why is not None
    assert why in found.why.en
    assert found.why.zh.startswith("永远不会播：")


def test_a_window_of_the_last_day_that_ends_on_the_next_counts_still() -> None:
    night = playlist("a", runs=runs(last=day("2026-11-29"), times=(window("22:00-14:00"),)))
    assert told(night).prospect == "on-air"


def test_what_a_higher_rank_covers_waits_for_its_end_or_is_held_by_it() -> None:
    low = playlist("low")
    until_two = playlist("high", priority=5, runs=runs(times=(window("08:00-14:00"),)), publication=7)
    found = told(low, until_two)
    assert (found.prospect, found.at) == ("waits", at("2026-11-30 14:00"))
    assert found.why is not None
    assert "high of publication 7" in found.why.en

    found = told(low, playlist("alarm", rank="emergency"))
    assert found.prospect == "held"
    assert found.why is not None
    assert "alarm" in found.why.en


def test_a_blackout_holds_everything_and_the_cure_is_named() -> None:
    black = Playlist(name="blackout", rank="emergency", priority=10**6, items=(Item(number=1, card=BLACK),))
    found = told(playlist("a"), black)
    assert found.prospect == "held"
    assert found.why is not None
    assert "blackout on=false" in found.why.zh


def test_a_broadcast_waits_for_its_next_run_and_never_begins_in_a_quiet_period() -> None:
    fields = {"rank": "broadcast", "starts": (clock("07:00"), clock("18:00")), "lasts_min": 30.0}
    found = told(playlist("a", **fields))
    assert (found.prospect, found.at) == ("waits", at("2026-11-30 18:00"))

    exams = QuietPeriod(name="exams", dates=(days("2026-11-01..2028-12-31"),))
    found = told(playlist("a", **fields), calendar=Calendar(quiet=(exams,)))
    assert found.prospect == "never"
    assert found.why is not None
    assert "quiet periods" in found.why.en


def test_a_publication_comes_to_the_best_of_its_playlists() -> None:
    late = playlist("late", publication=3, runs=runs(first=day("2027-01-01")))
    soon = playlist("soon", publication=3, runs=runs(first=day("2026-12-01")))
    gone = playlist("gone", publication=3, runs=runs(last=day("2020-01-01")))
    chosen = program(late, soon, gone, playlist("local"))
    found = best(outlooks(chosen, 3, NOW))
    assert found is not None
    assert (found.name, found.prospect) == ("soon", "waits")
    assert on_air_now(chosen, NOW) == {0}
    assert best(outlooks(chosen, 9, NOW)) is None


@settings(max_examples=60, deadline=None)
@given(STARTS.flatmap(lambda s: st.tuples(st.just(s), programs(s))))
def test_no_outlook_says_anything_that_the_schedule_does_not_do(drawn: tuple[dt.datetime, Program]) -> None:
    start, chosen = drawn
    moments = [start + dt.timedelta(minutes=30 * n) for n in range(48 * 3)]
    on = {each: {p.name for p in schedule.on_air(chosen, "main", each)} for each in moments}
    for one in chosen.playlists:
        found = outlook(chosen, one, start)
        shown = [each for each in moments if one.name in on[each]]
        assert (found.prospect == "on-air") == (start in shown)
        if found.prospect == "waits":
            assert found.at is not None
            assert one.name in {p.name for p in schedule.on_air(chosen, one.zone, found.at)}
            assert not [each for each in shown if each.astimezone(dt.UTC) < found.at.astimezone(dt.UTC)]
        elif found.prospect != "on-air":
            assert not shown
