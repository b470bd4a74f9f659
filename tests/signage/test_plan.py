"""The plan has no gap, and the live rules play it slot by slot."""

import datetime as dt
import itertools
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signage import schedule
from signage.daypart import Daypart
from signage.layout import Box, Zone
from signage.plan import PlannedSlot, Stretch, ZoneStanding, plan, plan_through, row
from signage.playlist import Item
from signage.program import Program
from signage.rotation import Rotation, cut_reason, next_slot
from tests.signage import live
from tests.signage.programs import (
    BERLIN,
    MAIN,
    STARTS,
    at,
    cards,
    clock,
    medium,
    playlist,
    program,
    programs,
    window,
)
from tests.signage.test_calendar import quiet

DRAWN = STARTS.flatmap(lambda s: st.tuples(st.just(s), programs(s)))
WEEK = dt.timedelta(days=7)


def planned(chosen: Program, start: dt.datetime, end: dt.datetime) -> list[PlannedSlot]:
    return list(plan(chosen, ["main"], start, end))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(DRAWN)
def test_plan_has_no_gap_and_no_overlap_and_every_slot_is_in_its_window(drawn: tuple[dt.datetime, Program]) -> None:
    start, chosen = drawn
    end = start.astimezone(dt.UTC) + dt.timedelta(days=2)
    expected = start
    for one in planned(chosen, start, end):
        slot = one.slot
        assert slot.starts_at == expected.astimezone(slot.starts_at.tzinfo)
        assert slot.starts_at < one.ends_at
        assert one.cut or (one.ends_at - slot.starts_at).total_seconds() == pytest.approx(slot.planned_s, abs=1e-6)
        on = {p.name for p in schedule.on_air(chosen, "main", slot.starts_at)}
        assert slot.playlist in on or (not on and slot.item == (0 if chosen.playlists else 1))
        assert slot.muted == schedule.is_muted(chosen, slot.starts_at)
        exact = {p.name for p in chosen.playlists if p.rank in ("emergency", "broadcast")}
        moment = slot.starts_at.astimezone(dt.UTC).replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
        while moment < one.ends_at:  # windows of the drawn programs begin and end on minutes
            owners = {p.name for p in schedule.on_air(chosen, "main", moment)}
            assert slot.playlist in owners if slot.playlist in exact else not owners & exact
            moment += dt.timedelta(minutes=1)
        expected = one.ends_at
    assert expected.astimezone(dt.UTC) >= end


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(DRAWN, st.sampled_from([7.7, 601.0, 86400.0]))
def test_plan_and_live_loop_agree_slot_by_slot_over_a_week(drawn: tuple[dt.datetime, Program], nap_s: float) -> None:
    start, chosen = drawn
    end = start.astimezone(dt.UTC) + (WEEK if nap_s > 60.0 else dt.timedelta(hours=12))
    assert live.shown(chosen, "main", start, end, nap_s=nap_s) == planned(chosen, start, end)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(DRAWN)
def test_planned_slot_is_not_cut_before_its_end(drawn: tuple[dt.datetime, Program]) -> None:
    start, chosen = drawn
    for one in planned(chosen, start, start.astimezone(dt.UTC) + dt.timedelta(days=1)):
        last = one.ends_at - dt.timedelta(microseconds=1)
        assert cut_reason(chosen, one.slot, one.slot.starts_at) is None
        assert cut_reason(chosen, one.slot, last) is None
        assert one.cut is None or cut_reason(chosen, one.slot, one.ends_at) == one.cut


def campaign(**fields) -> Program:
    call = playlist(
        "call",
        rank="broadcast",
        starts=(clock("07:00"), clock("12:00"), clock("18:00")),
        lasts_min=30,
        items=(Item(number=1, media="voice.mp3"),),
    )
    posters = playlist("posters", items=(Item(number=1, media="*.png"), *cards("", "rules")[1:]), dwell_s=15.0)
    ticker = playlist("ticker", zone="ticker", items=(Item(number=1, ticker=True, text="凡是 96110"),))
    media = [medium("a.png"), medium("b.png"), medium("voice.mp3", "audio", 190.0)]
    zones = (MAIN, Zone(name="ticker", box=Box(0, 656, 1280, 64)))
    return program(call, posters, ticker, media=media, zones=zones, **fields)


def test_exam_days_have_no_broadcast_and_the_days_around_have_three() -> None:
    slots = planned(campaign(calendar=quiet()), at("2026-06-05 00:00"), at("2026-06-12 00:00"))
    starts = Counter(
        s.slot.starts_at.date().day for s in slots if s.slot.playlist == "call" and s.slot.starts_at.minute == 0
    )
    assert starts == {5: 3, 6: 3, 10: 3, 11: 3}
    runs = [s for s in slots if s.cut == "broadcast" and s.slot.playlist == "call"]
    assert {s.ends_at.strftime("%H:%M:%S.%f") for s in runs} == {f"{h}:30:00.000000" for h in ("07", "12", "18")}
    assert all(s.slot.muted == (s.slot.starts_at.day in (7, 8, 9)) for s in slots)


def test_zones_are_planned_side_by_side_in_order_of_time() -> None:
    slots = list(plan(campaign(), ["main", "ticker"], at("2026-06-05 06:58"), at("2026-06-05 07:02")))
    assert [s.slot.starts_at for s in slots] == sorted(s.slot.starts_at for s in slots)
    assert {s.slot.zone for s in slots} == {"main", "ticker"}
    assert slots[0].slot.zone == "main"


def test_plan_goes_on_from_a_rotation() -> None:
    chosen = program(playlist("list", "a", "b", "c"))
    start = at("2026-06-05 12:00")
    _, rotation = next_slot(chosen, "main", Rotation(), start)
    texts = [s.slot.card.text for s in plan(chosen, ["main"], start, at("2026-06-05 12:01"), {"main": rotation})]
    assert texts == ["b", "c", "a", "b"]


def test_row_is_json_with_offsets() -> None:
    ticker = playlist("strip", rank="filler", items=(Item(number=1, ticker=True, text="96110"),))
    items = (Item(number=1, media="a.png"), Item(number=2, card="slogan"))
    posters = playlist("posters", items=items, dwell_s=60.0, runs=Daypart(times=(window("12:00-12:02"),)))
    call = playlist("call", rank="broadcast", starts=(clock("12:01"),), lasts_min=0.4)
    chosen = program(posters, ticker, call, media=[medium("a.png")])
    rows = [row(s) for s in planned(chosen, at("2026-06-05 12:00"), at("2026-06-05 12:02:35"))]
    assert json.loads(json.dumps(rows)) == rows
    common = {"zone": "main", "muted": False}
    assert rows[0] == common | {
        "rank": "normal",
        "playlist": "posters",
        "item": 1,
        "media": "a.png",
        "starts_at": "2026-06-05T12:00:00+08:00",
        "ends_at": "2026-06-05T12:01:00+08:00",
        "cut": None,
    }
    assert (rows[1]["card"], rows[1]["ends_at"], rows[1]["cut"]) == ("slogan", "2026-06-05T12:01:15+08:00", None)
    assert (rows[2]["ends_at"], rows[2]["cut"]) == ("2026-06-05T12:01:24+08:00", "broadcast")
    assert rows[3]["playlist"] == "posters"
    assert rows[-1]["ticker"] == "96110"


def test_day_of_the_change_of_clocks_is_planned_whole() -> None:
    chosen = program(playlist("always", dwell_s=1800.0), zone=BERLIN)
    slots = planned(chosen, at("2026-10-25 00:00", BERLIN), at("2026-10-26 00:00", BERLIN))
    assert len(slots) == 50
    assert len({s.slot.starts_at.isoformat() for s in slots}) == 50


def through(*stretches: Stretch, until: dt.datetime, **standing: ZoneStanding) -> list[PlannedSlot]:
    return list(plan_through(stretches, ["main"], stretches[0].since, until, standing))


def test_through_programs_that_follow_each_other_each_holds_its_time() -> None:
    one, other = program(playlist("a", "a")), program(playlist("b", "b"))
    start = at("2026-06-07 08:00")
    stretches = [Stretch(start + dt.timedelta(minutes=n), each) for n, each in enumerate((one, other, one))]
    found = through(*stretches, until=start + dt.timedelta(minutes=3))
    assert [(p.slot.playlist, p.cut) for p in found if p.cut or p.slot.starts_at == p.slot.starts_at.replace(second=0)]
    for slot in found:
        minute = int((slot.slot.starts_at - start).total_seconds() // 60)
        assert slot.slot.playlist == "aba"[minute]
    assert [p.cut for p in found].count("withdrawn") <= 2
    assert all(one.ends_at == two.slot.starts_at for one, two in itertools.pairwise(found))


def test_an_item_goes_on_to_its_end_when_another_list_joins_and_is_cut_when_its_own_goes() -> None:
    a, b = playlist("a", items=cards("a", dwell_s=100)), playlist("b", items=cards("b", dwell_s=100))
    start = at("2026-06-07 08:00")
    edge = start + dt.timedelta(seconds=30)
    joined = through(Stretch(start, program(a)), Stretch(edge, program(a, b)), until=edge)
    assert [(p.ends_at - start, p.cut) for p in joined] == [(dt.timedelta(seconds=100), None)]
    gone = through(Stretch(start, program(a)), Stretch(edge, program(b)), until=edge + dt.timedelta(seconds=1))
    assert [(p.slot.playlist, p.ends_at - start, p.cut) for p in gone[:1]] == [
        ("a", dt.timedelta(seconds=30), "withdrawn")
    ]
    assert gone[1].slot.playlist == "b"


def test_an_emergency_that_comes_in_the_middle_cuts_at_once() -> None:
    start = at("2026-06-07 08:00")
    edge = start + dt.timedelta(seconds=5)
    calm, flood = playlist("a", "a"), playlist("flood", "flood", rank="emergency")
    found = through(Stretch(start, program(calm)), Stretch(edge, program(calm, flood)), until=edge + WEEK / 10_000)
    assert (found[0].ends_at, found[0].cut, found[1].slot.playlist) == (edge, "emergency", "flood")


@settings(max_examples=30, deadline=None)
@given(DRAWN, st.integers(1, 7200))
def test_a_program_that_is_replaced_by_itself_changes_nothing(drawn: tuple[dt.datetime, Program], after_s: int) -> None:
    start, chosen = drawn
    end = start + dt.timedelta(hours=3)
    again = Stretch(start + dt.timedelta(seconds=after_s), chosen)
    assert through(Stretch(start, chosen), again, until=end) == planned(chosen, start, end)


@settings(max_examples=30, deadline=None)
@given(DRAWN, st.integers(1, 3600))
def test_a_plan_from_where_the_zone_stands_is_the_rest_of_the_plan(
    drawn: tuple[dt.datetime, Program], after_s: int
) -> None:
    start, chosen = drawn
    whole = planned(chosen, start, start + dt.timedelta(hours=2))
    now = start.astimezone(dt.UTC) + dt.timedelta(seconds=after_s)
    standing = ZoneStanding(Rotation(), start)
    rest = list(plan_through((Stretch(now, chosen),), ["main"], now, start + dt.timedelta(hours=2), {"main": standing}))
    assert rest == [p for p in whole if p.ends_at > now]
