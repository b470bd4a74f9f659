"""The highest rank and priority own the zone; equals share it."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from signage import calendar, schedule, walltime
from signage.daypart import Daypart, is_on
from signage.globs import Shelf
from signage.playlist import RANKS, Item, Playlist
from signage.program import Program
from tests.signage.programs import (
    BERLIN,
    STARTS,
    at,
    cards,
    clock,
    day,
    days,
    playlist,
    program,
    programs,
    window,
)
from tests.signage.test_calendar import quiet

HOUR = dt.timedelta(hours=1)
DRAWN = STARTS.flatmap(lambda s: st.tuples(st.just(s), programs(s)))


def names(chosen: Program, moment: dt.datetime) -> list[str]:
    return [p.name for p in schedule.on_air(chosen, "main", moment)]


def test_highest_rank_owns_the_zone_whatever_the_priorities() -> None:
    lists = [
        playlist(rank, rank=rank, priority=n, starts=(clock("12:00"),), lasts_min=30) for n, rank in enumerate(RANKS)
    ]
    noon = at("2026-06-05 12:10")
    assert names(program(*lists), noon) == ["emergency"]
    assert names(program(*lists[1:]), noon) == ["broadcast"]
    assert names(program(*lists[2:]), noon) == ["normal"]
    assert names(program(*lists[3:]), noon) == ["filler"]
    assert names(program(), noon) == []


def test_higher_priority_wins_and_equals_share() -> None:
    chosen = program(playlist("c", priority=2), playlist("b", priority=2), playlist("a", priority=1))
    assert names(chosen, at("2026-06-05 12:00")) == ["b", "c"]


def test_playlist_of_another_zone_owns_nothing_here() -> None:
    assert names(program(playlist("strip", zone="ticker")), at("2026-06-05 12:00")) == []


def test_playlist_without_anything_to_show_falls_through_to_a_lower_one() -> None:
    empty = playlist("empty", priority=5, items=(Item(number=1, media="gone/*.png"),))
    closed = playlist("closed", rank="emergency", items=cards("x", runs=Daypart(times=(window("20:00-21:00"),))))
    chosen = program(empty, closed, playlist("plain", rank="filler"))
    assert names(chosen, at("2026-06-05 12:00")) == ["plain"]
    assert names(chosen, at("2026-06-05 20:00")) == ["closed"]


def test_window_that_the_clocks_leap_over_never_opens() -> None:
    chosen = program(playlist("night", runs=Daypart(times=(window("02:00-03:00"),))), zone=BERLIN)
    start = at("2026-03-29 00:00", BERLIN).astimezone(dt.UTC)
    assert not any(names(chosen, start + n * dt.timedelta(minutes=1)) for n in range(23 * 60))
    assert schedule.next_edge(chosen, "main", at("2026-03-29 00:00", BERLIN)) == at("2026-03-30 02:00", BERLIN)


def test_window_that_the_clocks_repeat_opens_on_both_times() -> None:
    chosen = program(playlist("night", runs=Daypart(times=(window("02:15-02:45"),))), zone=BERLIN)
    edges = [at("2026-10-25 00:00", BERLIN)]
    while len(edges) < 5:
        edges.append(schedule.next_edge(chosen, "main", edges[-1]))
    shown = ["02:15:00+02:00", "02:45:00+02:00", "02:15:00+01:00", "02:45:00+01:00"]
    assert [e.isoformat() for e in edges[1:]] == [f"2026-10-25T{text}" for text in shown]
    assert [bool(names(chosen, e)) for e in edges] == [False, True, False, True, False]


def test_window_that_a_change_of_the_clocks_cuts_short_is_on_for_what_its_clock_shows_of_it() -> None:
    chosen = program(playlist("night", runs=Daypart(times=(window("02:30-03:30"),))), zone=BERLIN)

    def edges(start: dt.datetime, count: int) -> list[str]:
        found = [start]
        for _ in range(count):
            found.append(schedule.next_edge(chosen, "main", found[-1]))
        return [f"{e:%H:%M%z}" for e in found[1:]]

    assert edges(at("2026-03-29 00:00", BERLIN), 2) == ["03:00+0200", "03:30+0200"]
    assert edges(at("2026-10-25 00:00", BERLIN), 4) == ["02:30+0200", "02:00+0100", "02:30+0100", "03:30+0100"]


def broadcast(*starts: str, lasts_min: float = 30.0, **fields) -> Playlist:
    return playlist("call", rank="broadcast", starts=tuple(clock(s) for s in starts), lasts_min=lasts_min, **fields)


def test_broadcast_is_on_air_from_each_start_for_as_long_as_it_lasts() -> None:
    chosen = program(broadcast("07:00", "12:00"))
    moments = ("06:59:59", "07:00", "07:29:59", "07:30", "12:00", "12:30")
    assert [bool(names(chosen, at(f"2026-06-05 {m}"))) for m in moments] == [False, True, True, False, True, False]


def test_broadcast_lasts_its_minutes_through_a_change_of_the_clocks() -> None:
    chosen = program(broadcast("01:30", lasts_min=90), zone=BERLIN)
    start = at("2026-03-29 01:30", BERLIN).astimezone(dt.UTC)
    assert names(chosen, start + dt.timedelta(minutes=89)) == ["call"]
    assert names(chosen, start + dt.timedelta(minutes=90)) == []


def test_broadcast_at_a_time_that_does_not_exist_never_starts_and_at_one_that_repeats_starts_twice() -> None:
    chosen = program(broadcast("02:30", lasts_min=10), zone=BERLIN)
    assert schedule.next_edge(chosen, "main", at("2026-03-28 12:00", BERLIN)) == at("2026-03-30 02:30", BERLIN)
    first = schedule.next_edge(chosen, "main", at("2026-10-25 00:00", BERLIN))
    again = schedule.next_edge(chosen, "main", first + dt.timedelta(minutes=10))
    assert again - first == HOUR


def test_broadcast_over_midnight_is_judged_as_it_starts() -> None:
    chosen = program(broadcast("23:50", runs=Daypart(last=day("2026-06-05"), days=("fri",))))
    assert names(chosen, at("2026-06-06 00:19")) == ["call"]
    assert names(chosen, at("2026-06-06 23:55")) == []


def test_broadcast_of_more_than_a_day_goes_on() -> None:
    chosen = program(broadcast("08:00", lasts_min=50 * 60, runs=Daypart(last=day("2026-06-01"))))
    assert names(chosen, at("2026-06-03 09:59")) == ["call"]
    assert names(chosen, at("2026-06-03 10:00")) == []


def test_broadcast_does_not_run_in_a_quiet_period_and_others_do_but_muted() -> None:
    chosen = program(broadcast("07:00"), playlist("posters"), calendar=quiet())
    assert names(chosen, at("2026-06-06 07:10")) == ["call"]
    assert names(chosen, at("2026-06-07 07:10")) == ["posters"]
    assert schedule.is_muted(chosen, at("2026-06-07 07:10"))
    assert schedule.quiet_now(chosen, at("2026-06-09 23:59")) == "高考"
    assert not schedule.is_muted(chosen, at("2026-06-10 00:00"))


def test_workdays_follow_worked_weekends() -> None:
    chosen = program(playlist("office", runs=Daypart(days=("workdays",))), playlist("home", rank="filler"))
    dates = ("2026-10-01", "2026-10-09", "2026-10-10", "2026-10-11")
    assert [names(chosen, at(f"{d} 12:00"))[0] for d in dates] == ["home", "office", "office", "home"]


def test_next_edge_says_none_when_nothing_changes_for_a_week() -> None:
    assert schedule.next_edge(program(playlist("always")), "main", at("2026-06-05 12:00")) is None


def test_next_edge_finds_the_beginning_of_quiet() -> None:
    chosen = program(playlist("always"), calendar=quiet())
    assert schedule.next_edge(chosen, "main", at("2026-06-05 12:00")) == at("2026-06-07 00:00")


def test_exceptions_and_dates_take_a_playlist_off_the_air() -> None:
    runs = Daypart(first=day("2026-09-30"), last=day("2026-10-08"), exceptions=(days("2026-10-01..2026-10-07"),))
    chosen = program(playlist("autumn", runs=runs))
    on = [n for n in range(29, 40) if names(chosen, at("2026-09-01 12:00") + dt.timedelta(days=n))]
    assert on == [29, 37]


def expected(chosen: Program, moment: dt.datetime, asked: int) -> tuple[list[str], bool]:
    """The rules once more, by looking at every minute: who is on air `asked` minutes after `moment`, and if muted."""
    tz = ZoneInfo(chosen.timezone)
    instant = moment.astimezone(dt.UTC) + dt.timedelta(minutes=asked)
    shelf = Shelf(chosen.media)

    def wall(when: dt.datetime) -> dt.datetime:
        return walltime.wall(when, tz)

    def covers(part: Daypart, when: dt.datetime) -> bool:
        return is_on(part, wall(when), lambda d: calendar.is_workday(chosen.calendar, d))

    def starts(one: Playlist, when: dt.datetime) -> bool:
        shown = wall(when)
        return shown.hour * 3600 + shown.minute * 60 in one.starts and covers(one.runs, when)

    def airs(one: Playlist) -> bool:
        if one.rank == "broadcast":
            back = (instant - dt.timedelta(minutes=n) for n in range(int(one.lasts_min)))
            if muted or not any(starts(one, when) for when in back):
                return False
        elif not covers(one.runs, instant):
            return False
        return any(covers(i.runs, instant) and (i.card or shelf.find(i.media)) for i in one.items)

    muted = calendar.quiet_at(chosen.calendar, chosen.site.screen, chosen.site.kind, wall(instant)) is not None
    on = [(RANKS.index(p.rank), -p.priority, p.name) for p in chosen.playlists if airs(p)]
    return sorted(name for *standing, name in on if standing == list(min(on)[:2])), muted


@settings(max_examples=60, deadline=None)
@given(STARTS.flatmap(lambda s: st.tuples(st.just(s), programs(s))), st.lists(st.integers(0, 3 * 1440), max_size=20))
def test_schedule_agrees_with_the_rules_tried_minute_by_minute(
    drawn: tuple[dt.datetime, Program], asked: list[int]
) -> None:
    start, chosen = drawn
    for minute in asked:
        moment = start.astimezone(dt.UTC) + dt.timedelta(minutes=minute)
        assert (names(chosen, moment), schedule.is_muted(chosen, moment)) == expected(chosen, start, minute)


@settings(max_examples=40, deadline=None)
@given(DRAWN)
def test_nothing_changes_between_edges_and_something_changes_at_each(drawn: tuple[dt.datetime, Program]) -> None:
    start, chosen = drawn
    moment, last = start.astimezone(dt.UTC), start.astimezone(dt.UTC) + dt.timedelta(days=2)
    edge = schedule.next_edge(chosen, "main", moment)
    state = names(chosen, moment), schedule.is_muted(chosen, moment)
    while moment < last:
        moment += dt.timedelta(minutes=1)
        now = names(chosen, moment), schedule.is_muted(chosen, moment)
        if edge is not None and moment >= edge:
            assert moment == edge
            again = any(p.rank == "broadcast" for p in schedule.on_air(chosen, "main", moment))
            assert now != state or again
            edge = schedule.next_edge(chosen, "main", moment)
            state = now
        assert now == state
