"""There is always a next slot, and each has its turn."""

import datetime as dt
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signage.daypart import Daypart
from signage.layout import Box, Zone
from signage.playlist import Item, Playlist
from signage.program import Program
from signage.rotation import Rotation, cut_reason, next_cut, next_slot
from signage.slot import Slot
from tests.signage.programs import MAIN, SHANGHAI, at, cards, clock, day, medium, playlist, program, window
from tests.signage.test_calendar import quiet

NOON = at("2026-06-05 12:00")
TICKER = Zone(name="ticker", box=Box(0, 656, 1280, 64))


def first(chosen: Program, moment: dt.datetime = NOON, zone: str = "main") -> Slot:
    return next_slot(chosen, zone, Rotation(), moment)[0]


def owners(chosen: Program, turns: int, rotation: Rotation | None = None) -> tuple[list[str], Rotation]:
    rotation = rotation or Rotation()
    names = []
    for _ in range(turns):
        slot, rotation = next_slot(chosen, "main", rotation, NOON)
        names.append(slot.playlist)
    return names, rotation


def broadcast(*starts: str, name: str = "call", lasts_min: float = 30.0, **fields) -> Playlist:
    starts_s = tuple(clock(s) for s in starts)
    return playlist(name, rank="broadcast", starts=starts_s, lasts_min=lasts_min, **{"dwell_s": 3600.0, **fields})


def test_slots_are_numbered_and_start_when_asked() -> None:
    one, rotation = next_slot(program(playlist("a")), "main", Rotation(), NOON)
    two, _ = next_slot(program(playlist("a")), "main", rotation, NOON.astimezone(dt.UTC) + dt.timedelta(seconds=15))
    assert (one.number, two.number) == (1, 2)
    assert two.starts_at.isoformat() == "2026-06-05T12:00:15+08:00"


def test_filler_plays_when_nothing_else_may_and_the_notice_when_there_is_none() -> None:
    runs = Daypart(times=(window("07:00-11:00"),))
    assert first(program(playlist("day", runs=runs), playlist("rest", rank="filler"))).playlist == "rest"
    notice = first(program(playlist("day", runs=runs)))
    assert (notice.item, notice.kind, notice.rank, notice.playlist) == (0, "card", "filler", "")
    assert (notice.card.title, notice.card.text) == ("文化广场", "反诈专线\n96110")


def test_folder_plays_by_name_when_there_is_no_playlist_at_all() -> None:
    chosen = program(media=[medium("1.png"), medium("sub/2.png"), medium("10.png")], zones=(MAIN, TICKER))
    rotation, names = Rotation(), []
    for _ in range(4):
        slot, rotation = next_slot(chosen, "main", rotation, NOON)
        names.append(slot.media.name)
    assert names == ["1.png", "sub/2.png", "10.png", "1.png"]
    assert "96110" in first(chosen, zone="ticker").card.text
    assert first(program(playlist("none", items=()), media=chosen.media)).item == 0


def test_equals_share_the_zone_in_proportion() -> None:
    names, _ = owners(program(playlist("a", share=3), playlist("b", share=1), playlist("c", priority=-1)), 8)
    assert names == ["a", "a", "b", "a"] * 2


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.lists(st.integers(0, 30), max_size=4))
def test_shares_converge_whatever_interrupts_and_refreshes(shares: list[int], pauses: list[int]) -> None:
    lists = [playlist(f"{n}", share=share) for n, share in enumerate(shares)]
    other, rotation, counts = program(playlist("alarm", rank="emergency"), lists[0]), Rotation(), Counter()
    rounds = 40
    for turn in range(rounds * sum(shares)):
        if turn in pauses:
            _, rotation = owners(other, 3, rotation)
        names, rotation = owners(program(*lists), 1, rotation)
        counts.update(names)
    for n, share in enumerate(shares):
        assert abs(counts[f"{n}"] - rounds * share) <= len(shares) + 1


def test_debt_from_a_share_that_was_mistyped_is_forgiven() -> None:
    _, rotation = owners(program(playlist("a", share=100_000), playlist("b", share=99_999)), 3)
    names, _ = owners(program(playlist("a"), playlist("b")), 6, rotation)
    assert set(names[:4]) == {"a", "b"}


def test_broadcast_begins_with_its_first_item_at_each_start() -> None:
    chosen = program(broadcast("07:00", "12:00", items=cards("one", "two", "three"), dwell_s=60.0))
    _, rotation = next_slot(chosen, "main", Rotation(), at("2026-06-05 07:00"))
    second, rotation = next_slot(chosen, "main", rotation, at("2026-06-05 07:01"))
    again, rotation = next_slot(chosen, "main", rotation, NOON)
    after, _ = next_slot(chosen, "main", rotation, at("2026-06-05 12:01"))
    assert [s.card.text for s in (second, again, after)] == ["two", "one", "two"]


def test_broadcast_goes_on_after_an_emergency_and_after_a_restart() -> None:
    call = broadcast("12:00", items=cards("one", "two", "three"))
    alarm = playlist("alarm", rank="emergency", runs=Daypart(times=(window("12:05-12:06"),)))
    chosen = program(call, alarm)
    _, rotation = next_slot(chosen, "main", Rotation(), NOON)
    shown, rotation = next_slot(chosen, "main", rotation, at("2026-06-05 12:05"))
    rotation = msgspec.json.decode(msgspec.json.encode(rotation), type=Rotation)
    back, _ = next_slot(chosen, "main", rotation, at("2026-06-05 12:06"))
    assert (shown.playlist, back.card.text) == ("alarm", "two")


@pytest.mark.parametrize(("left_at", "again_at"), [("11:59", "12:00"), ("12:31", "12:10"), ("12:31", "11:59")])
def test_a_clock_that_is_set_back_has_a_broadcast_begin_with_its_first_item(left_at: str, again_at: str) -> None:
    chosen = program(broadcast("12:00", items=cards("one", "two", "three"), dwell_s=60.0), playlist("all day"))
    rotation = Rotation()
    for minute in ("12:00", "12:01"):
        shown, rotation = next_slot(chosen, "main", rotation, at(f"2026-06-05 {minute}"))
    left, rotation = next_slot(chosen, "main", rotation, at(f"2026-06-05 {left_at}"))
    again, rotation = next_slot(chosen, "main", rotation, at(f"2026-06-05 {again_at}"))
    if again.playlist != "call":
        again, rotation = next_slot(chosen, "main", rotation, NOON)
    after, _ = next_slot(chosen, "main", rotation, at("2026-06-05 12:11"))
    assert [s.card.text for s in (shown, left, again, after)] == ["two", "all day", "one", "two"]


def test_broadcast_that_starts_beside_an_equal_one_has_the_first_turn() -> None:
    chosen = program(broadcast("12:00", name="a", share=9), broadcast("12:10", name="b"))
    running, rotation = next_slot(chosen, "main", Rotation(), NOON)
    start = at("2026-06-05 12:10")
    assert next_cut(chosen, running, NOON) == start
    assert cut_reason(chosen, running, start) == "broadcast"
    begun, _ = next_slot(chosen, "main", rotation, start)
    assert begun.playlist == "b"
    assert cut_reason(chosen, begun, start) is None


def test_broadcast_that_starts_again_before_its_end_is_cut_and_begins_anew() -> None:
    chosen = program(broadcast("12:00", "12:20", items=cards("one", "two")))
    running, rotation = next_slot(chosen, "main", Rotation(), NOON)
    assert next_cut(chosen, running, NOON) == at("2026-06-05 12:20")
    assert next_slot(chosen, "main", rotation, at("2026-06-05 12:20"))[0].card.text == "one"


def cut(chosen: Program, start: str, zone: str = "main") -> tuple[str, str | None] | None:
    moment = at(f"2026-06-05 {start}")
    slot = first(chosen, moment, zone)
    found = next_cut(chosen, slot, moment)
    if found is None:
        return None
    assert cut_reason(chosen, slot, found - dt.timedelta(microseconds=1)) is None
    return found.strftime("%H:%M:%S"), cut_reason(chosen, slot, found)


def test_broadcast_cuts_normal_at_its_start_and_is_cut_at_its_end() -> None:
    chosen = program(playlist("posters", dwell_s=86400.0), broadcast("12:00"))
    assert cut(chosen, "11:59") == ("12:00:00", "broadcast")
    assert cut(chosen, "12:00") == ("12:30:00", "broadcast")


def test_emergency_cuts_everything_below_and_is_cut_at_its_own_end() -> None:
    alarm = playlist("alarm", rank="emergency", runs=Daypart(times=(window("12:10-12:20"),)))
    chosen = program(playlist("posters"), broadcast("12:00"), alarm)
    assert cut(chosen, "12:00") == ("12:10:00", "emergency")
    assert cut(chosen, "12:10") == ("12:20:00", "window")
    assert cut(program(playlist("posters"), alarm), "12:00") == ("12:10:00", "emergency")
    assert cut(program(playlist("rest", rank="filler"), alarm), "12:00") == ("12:10:00", "emergency")


def test_emergency_of_higher_priority_cuts_a_lower_one() -> None:
    higher = playlist("higher", rank="emergency", priority=1, runs=Daypart(times=(window("12:10-12:20"),)))
    assert cut(program(playlist("lower", rank="emergency"), higher), "12:00") == ("12:10:00", "emergency")


def test_normal_is_never_cut_by_its_own_window_or_by_another_normal_one() -> None:
    runs = Daypart(times=(window("07:00-12:00"),))
    other = playlist("other", priority=9, runs=Daypart(times=(window("11:30-13:00"),)))
    assert cut(program(playlist("posters", runs=runs), other, playlist("rest", rank="filler")), "11:00") is None


def test_notice_gives_way_as_soon_as_there_is_something_to_show() -> None:
    chosen = program(playlist("posters", runs=Daypart(times=(window("12:00-13:00"),))))
    assert cut(chosen, "11:59") == ("12:00:00", "window")
    notice = first(program())
    assert cut_reason(program(), notice, NOON) is None
    assert cut_reason(program(media=[medium("a.png")]), notice, NOON) == "window"


def test_quiet_period_cuts_a_broadcast_and_mutes_the_rest() -> None:
    chosen = program(broadcast("23:50", runs=Daypart(first=day("2026-06-06"))), playlist("posters"), calendar=quiet())
    moment = at("2026-06-06 23:50")
    slot = first(chosen, moment)
    midnight = at("2026-06-07 00:00")
    assert next_cut(chosen, slot, moment) == midnight
    assert cut_reason(chosen, slot, midnight) == "quiet"
    after = first(chosen, midnight)
    assert (after.playlist, after.muted, slot.muted) == ("posters", True, False)


PAIR = (medium("a.png"), medium("b.png"))
SHOWN = playlist("posters", items=(Item(number=1, media="*.png"), *cards("", "rules")[1:]))


def withdrawn(before: Program, after: Program, turns: int = 1) -> bool:
    rotation = Rotation()
    for _ in range(turns):
        slot, rotation = next_slot(before, "main", rotation, NOON)
    return cut_reason(after, slot, NOON) == "withdrawn"


def test_removed_playlist_item_or_file_is_withdrawn_at_once() -> None:
    before = program(SHOWN, media=PAIR)
    assert withdrawn(before, program(playlist("other"), media=PAIR))
    assert withdrawn(before, program(SHOWN, media=PAIR[1:]))
    assert withdrawn(before, program(msgspec.structs.replace(SHOWN, items=SHOWN.items[1:]), media=PAIR))
    assert withdrawn(before, program(msgspec.structs.replace(SHOWN, items=SHOWN.items[:1]), media=PAIR), turns=3)
    assert withdrawn(before, program(msgspec.structs.replace(SHOWN, zone="ticker"), media=PAIR))
    assert withdrawn(program(media=PAIR), program(media=PAIR[1:]))


def test_changed_words_take_the_old_ones_off_the_screen() -> None:
    before, after = (program(playlist("list", text)) for text in ("电话 111", "电话 110"))
    assert withdrawn(before, after)


def test_what_is_still_allowed_is_not_interrupted() -> None:
    before = program(SHOWN, media=PAIR)
    replaced = (medium("a.png", sha256="b"), PAIR[1])
    assert not withdrawn(before, program(SHOWN, media=replaced))
    assert not withdrawn(before, program(SHOWN, playlist("new"), media=(*PAIR, medium("c.png"))))
    moved = tuple(msgspec.structs.replace(i, number=3 - i.number, dwell_s=9.0) for i in reversed(SHOWN.items))
    assert not withdrawn(before, program(msgspec.structs.replace(SHOWN, items=moved), media=PAIR))
    wider = (msgspec.structs.replace(SHOWN.items[0], media="**/*.png"),)
    assert not withdrawn(before, program(msgspec.structs.replace(SHOWN, items=wider), media=PAIR))
    assert not withdrawn(program(media=PAIR), program(playlist("new"), media=PAIR))


def published(number: int, *names: str, name: str = "posters", text: str = "") -> Playlist:
    media = tuple(medium(each, sha256=str(number)) for each in names)
    items = (Item(number=1, media="*.png"), *cards("", "rules")[1:])
    return playlist(name, items=items, publication=number, media=media, sha256=f"{number}{text}")


def test_a_slot_says_which_publication_it_is_of() -> None:
    local, signed = program(SHOWN, media=PAIR), program(published(7, "a.png"), media=PAIR)
    assert [first(each).publication for each in (local, signed)] == [0, 7]


def test_a_newer_publication_lets_the_item_end_and_a_withdrawn_one_does_not() -> None:
    before = program(published(7, "a.png"), media=PAIR)
    assert not withdrawn(before, program(published(8, "a.png"), media=PAIR))
    assert withdrawn(before, program(published(8, "b.png"), media=PAIR))
    assert withdrawn(before, program(media=PAIR))


def test_what_was_published_does_not_go_on_under_a_local_playlist_of_the_same_name() -> None:
    before = program(published(7, "a.png"), media=PAIR)
    assert withdrawn(before, program(SHOWN, media=PAIR))
    assert withdrawn(before, msgspec.structs.replace(program(SHOWN, media=PAIR[1:]), held=("a.png",)))


def test_a_file_that_the_folder_holds_back_is_not_the_publications() -> None:
    after = msgspec.structs.replace(program(published(8, "b.png")), held=("a.png",))
    assert withdrawn(program(published(7, "a.png")), after)


def test_an_older_publication_that_lost_its_name_to_a_newer_one_goes_on() -> None:
    before = program(published(7, "a.png"))
    after = program(published(8, "b.png"), published(7, "a.png", name="posters@7"))
    assert not withdrawn(before, after)


def test_file_that_is_held_back_ends_its_turn_and_has_no_other() -> None:
    before = program(SHOWN, media=PAIR)
    after = msgspec.structs.replace(before, media=PAIR[1:], held=("a.png",))
    slot, rotation = next_slot(before, "main", Rotation(), NOON)
    assert slot.media.name == "a.png"
    assert cut_reason(after, slot, NOON) is None
    names = []
    for _ in range(6):
        slot, rotation = next_slot(after, "main", rotation, NOON)
        names.append(slot.media.name if slot.media else slot.card.text)
    assert names == ["b.png", "rules"] * 3


def test_replaced_file_is_shown_from_the_next_slot() -> None:
    one = playlist("one", items=(Item(number=1, media="a.png"),))
    _, rotation = next_slot(program(one, media=PAIR), "main", Rotation(), NOON)
    fresh = medium("a.png", sha256="b")
    assert next_slot(program(one, media=[fresh]), "main", rotation, NOON)[0].media == fresh


def test_positions_of_playlists_long_gone_are_forgotten() -> None:
    rotation = Rotation()
    for n in range(500):
        _, rotation = next_slot(program(playlist(f"day {n}")), "main", rotation, NOON)
    assert len(rotation.positions) < 100
    assert "day 499" in rotation.positions


@pytest.mark.parametrize("order", ["sequence", "shuffle", "weighted"])
def test_same_program_rotation_and_instant_give_the_same_slot(order: str) -> None:
    media = [medium(f"{n}.png") for n in range(20)]
    one, two = (program(playlist("list", items=(Item(number=1, media="*"),), order=order), media=media) for _ in "12")
    a = b = Rotation()
    for _ in range(50):
        (slot, a), (same, b) = next_slot(one, "main", a, NOON), next_slot(two, "main", b, NOON.astimezone(dt.UTC))
        assert (slot, a) == (same, b)
    assert slot.starts_at.utcoffset() == NOON.astimezone(SHANGHAI).utcoffset()


def film(name: str, seconds: float) -> Playlist:
    return playlist(name, items=(Item(number=1, media=f"{name}.mp4"),))


MORNING = Daypart(times=(window("07:00-11:00"),))


@pytest.mark.parametrize(
    ("shown", "fields", "gives_way"),
    [
        (cards("1"), {"rank": "filler", "dwell_s": 86400.0}, True),
        (cards("1"), {"rank": "filler", "dwell_s": 62.0}, True),
        (cards("1"), {"rank": "filler", "dwell_s": 60.0}, False),
        (cards("1"), {"runs": Daypart(times=(window("05:00-07:00"),)), "dwell_s": 86400.0}, True),
        ((Item(number=1, media="film.mp4"),), {"rank": "filler"}, True),
        ((Item(number=1, media="film.mp4"),), {"priority": -1}, False),
        ((Item(number=1, media="film.mp4", dwell_s=86400.0),), {"priority": -1}, True),
    ],
)
def test_an_item_that_would_stay_for_long_gives_way_at_the_edge_and_a_short_one_is_finished(
    shown: tuple[Item, ...], fields: dict[str, object], gives_way: bool
) -> None:
    both = program(
        playlist("night", items=shown, **fields),
        playlist("day", runs=MORNING),
        media=(medium("film.mp4", kind="video", duration_s=300.0),),
    )
    slot = first(both, at("2026-06-05 06:59:59"))
    assert slot.playlist == "night"
    edge = at("2026-06-05 07:00")
    assert next_cut(both, slot, slot.starts_at) == (edge if gives_way else None) or not gives_way
    assert cut_reason(both, slot, edge) == ("window" if gives_way else None)


def test_what_stays_for_long_gives_way_to_a_playlist_that_joins_and_to_the_notice_when_its_window_ends() -> None:
    long = playlist("long", dwell_s=86400.0, rank="filler")
    slot = first(program(long))
    assert cut_reason(program(long, playlist("new")), slot, NOON + dt.timedelta(hours=1)) == "window"
    alone = program(playlist("day", runs=MORNING, dwell_s=86400.0))
    slot = first(alone, at("2026-06-05 10:59"))
    assert next_cut(alone, slot, slot.starts_at) == at("2026-06-05 11:00")
    assert first(alone, at("2026-06-05 11:00")).item == 0
