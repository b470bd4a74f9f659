"""The decision for one zone, driven and then looked at whole."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from player.cue import NOTICE_AFTER_FAILURES, NOTICE_S, advance, due
from player.state import Ended, Ending, Prepare, Start, ZoneRun, opened
from signage.calendar import Calendar
from signage.layout import Box, Zone
from signage.playlist import Item, Playlist
from signage.program import Program, Site

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = dt.datetime(2026, 6, 1, 11, 59, 50, tzinfo=SHANGHAI)
COMPLETE = Ending(outcome="complete")
FAILED = Ending(outcome="failed", reason="broken")


def cards(name: str, *titles: str, **fields: object) -> Playlist:
    items = tuple(Item(number=n, card="slogan", title=t) for n, t in enumerate(titles, 1))
    return (
        msgspec.convert({"name": name, **fields}, Playlist) if not items else Playlist(name=name, items=items, **fields)
    )  # type: ignore[arg-type]


def program(*playlists: Playlist) -> Program:
    return Program(
        site=Site(screen="sq-led", title="广场"),
        timezone="Asia/Shanghai",
        zones=(Zone(name="main", box=Box(0, 0, 64, 64)),),
        playlists=playlists,
        calendar=Calendar(),
    )


def begun(what: Program, at: dt.datetime = NOON) -> ZoneRun:
    run, actions = advance(what, opened(what, {}).zones[0], at, None)
    assert [type(a) for a in actions] == [Start, Prepare]
    return run


def title(run: ZoneRun) -> str:
    assert run.slot is not None
    assert run.slot.card is not None
    return run.slot.card.title


def test_what_follows_is_prepared_as_soon_as_a_slot_starts() -> None:
    run = begun(program(cards("a", "one", "two")))
    assert title(run) == "one"
    assert run.waiting is not None
    assert run.waiting.card is not None
    assert run.waiting.card.title == "two"


def test_nothing_is_done_while_a_slot_goes_on() -> None:
    what = program(cards("a", "one", "two"))
    run = begun(what)
    after, actions = advance(what, run, NOON + dt.timedelta(seconds=5), None)
    assert after is run
    assert actions == []


def test_a_broadcast_cuts_exactly_at_its_start_and_was_prepared_before() -> None:
    shout = cards("shout", "loud", rank="broadcast", starts=(12 * 3600,), lasts_min=30)
    what = program(cards("a", "one", "two"), shout)
    run = begun(what)
    assert run.waiting is not None
    assert run.waiting.playlist == "shout"
    noon = NOON + dt.timedelta(seconds=10)
    assert due(what, run, NOON) == noon
    early, nothing = advance(what, run, noon - dt.timedelta(milliseconds=1), None)
    assert (early, nothing) == (run, [])
    after, actions = advance(what, run, noon, None)
    record, start, *_ = actions
    assert isinstance(record, Ended)
    assert (record.outcome, record.reason) == ("cut", "broadcast")
    assert isinstance(start, Start)
    assert title(after) == "loud"


def test_a_new_playlist_waits_for_the_end_of_the_showing_item() -> None:
    run = begun(program(cards("a", "one", "two")))
    changed = program(cards("a", "one", "two"), cards("b", "other", priority=5))
    after, actions = advance(changed, run, NOON + dt.timedelta(seconds=1), None)
    assert after.slot == run.slot
    assert [type(a) for a in actions] == [Prepare]
    ended, _ = advance(changed, after, NOON + dt.timedelta(seconds=15), COMPLETE)
    assert title(ended) == "other"


def test_a_playlist_taken_down_is_cut_at_once() -> None:
    run = begun(program(cards("a", "one"), cards("b", "other", rank="filler")))
    after, actions = advance(program(cards("b", "other", rank="filler")), run, NOON, None)
    record = actions[0]
    assert isinstance(record, Ended)
    assert record.reason == "withdrawn"
    assert title(after) == "other"


def test_failing_items_give_way_to_the_notice_and_are_tried_again() -> None:
    what = program(cards("a", "one", "two"))
    run, at = begun(what), NOON
    for _ in range(NOTICE_AFTER_FAILURES):
        assert not run.standing_in
        run, _ = advance(what, run, at, FAILED)
    assert run.standing_in
    assert run.slot is not None
    assert (run.slot.item, run.slot.planned_s) == (0, NOTICE_S)
    same, actions = advance(what, run, at + dt.timedelta(seconds=5), None)
    assert (same, actions) == (run, [])
    run, _ = advance(what, run, at + dt.timedelta(seconds=10), COMPLETE)
    assert title(run) in ("one", "two")
    failed_again, _ = advance(what, run, at, FAILED)
    assert failed_again.standing_in
    recovered, _ = advance(what, run, at, COMPLETE)
    assert recovered.failures == 0


def test_the_rotation_keeps_its_place_while_the_notice_stands_in() -> None:
    what = program(cards("a", *"123456"))
    run = begun(what)
    seen = [title(run)]
    for _ in range(NOTICE_AFTER_FAILURES):
        run, _ = advance(what, run, NOON, FAILED)
        seen.append("notice" if run.standing_in else title(run))
    run, _ = advance(what, run, NOON, COMPLETE)
    assert [*seen, title(run)] == ["1", "2", "3", "4", "notice", "5"]


@pytest.mark.parametrize("jump_min", [-40, 40])
def test_a_clock_jump_does_not_cut_what_plays(jump_min: int) -> None:
    what = program(cards("a", "one", "two"))
    run = begun(what)
    after, _ = advance(what, run, NOON + dt.timedelta(minutes=jump_min), None)
    assert after.slot == run.slot
