"""The items of a playlist keep their turns through any change of the list."""

import datetime as dt
from collections import Counter
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signage.daypart import Daypart
from signage.media import Media, natural_key
from signage.playlist import Item, Playlist
from signage.program import Program
from signage.rotation import Rotation, next_slot
from signage.slot import Slot
from tests.signage.programs import at, cards, medium, playlist, program, window

START = at("2026-06-05 12:00")


def label(slot: Slot) -> str:
    if slot.media is not None:
        return slot.media.name
    return slot.card.text


def run(
    chosen: Program, turns: int, rotation: Rotation | None = None, moment: dt.datetime = START
) -> tuple[list[str], Rotation]:
    rotation = rotation or Rotation()
    labels = []
    for _ in range(turns):
        slot, rotation = next_slot(chosen, "main", rotation, moment)
        labels.append(label(slot))
    return labels, rotation


def listed(*texts: str, **fields) -> Program:
    return program(playlist("list", *texts, **fields))


def folder(*names: str, order: str = "sequence", before: tuple[str, ...] = ()) -> Program:
    items = (*cards(*before), Item(number=len(before) + 1, media="*.png"))
    media = [medium(n) for n in sorted(names, key=natural_key)]
    return program(playlist("list", items=items, order=order), media=media)


def test_sequence_goes_round_in_the_listed_order() -> None:
    assert run(listed("a", "b", "c"), 7)[0] == list("abcabca")


def test_glob_shows_its_media_in_natural_order_in_the_items_place() -> None:
    assert run(folder("10.png", "2.png", "1.png", before=("x",)), 5)[0] == ["x", "1.png", "2.png", "10.png", "x"]


def test_refreshed_playlist_goes_on_where_it_was() -> None:
    _, rotation = run(listed("a", "b", "c", "d"), 2)
    assert run(listed("a", "b", "c", "d"), 2, rotation)[0] == ["c", "d"]
    assert run(listed("z", "a", "b", "c", "d"), 2, rotation)[0] == ["c", "d"]
    assert run(listed("b", "c", "d"), 2, rotation)[0] == ["c", "d"]
    assert run(listed("a", "c", "d"), 2, rotation)[0] == ["c", "d"]


def test_new_item_is_shown_in_its_place_in_the_round_that_runs() -> None:
    _, rotation = run(listed("a", "b", "c"), 2)
    assert run(listed("a", "b", "new", "c"), 3, rotation)[0] == ["new", "c", "a"]


def test_new_file_is_shown_from_the_next_slot_when_its_name_is_next() -> None:
    _, rotation = run(folder("a.png"), 3)
    assert run(folder("a.png", "b.png"), 3, rotation)[0] == ["b.png", "a.png", "b.png"]


def test_deleted_file_is_passed_over() -> None:
    _, rotation = run(folder("a.png", "b.png", "c.png"), 2)
    assert run(folder("a.png", "c.png"), 2, rotation)[0] == ["c.png", "a.png"]


def test_same_item_twice_has_two_turns() -> None:
    assert run(listed("a", "b", "a", "c"), 5)[0] == list("abaca")


def test_item_that_missed_its_turn_has_it_before_the_round_ends() -> None:
    items = (*cards("early", runs=Daypart(times=(window("12:30-13:00"),))), *cards("", "b", "c")[1:])
    chosen = program(playlist("list", items=items))
    _, rotation = run(chosen, 1)
    assert run(chosen, 3, rotation, at("2026-06-05 12:30"))[0] == ["c", "early", "early"]


def test_files_that_keep_arriving_do_not_keep_the_other_items_waiting() -> None:
    rotation, shown, names = Rotation(), [], ["cam-0.png"]
    for n in range(1, 40):
        names.append(f"cam-{n}.png")
        labels, rotation = run(folder(*names, before=("rules",)), 1, rotation)
        shown += labels
    assert shown.count("rules") >= 3


def test_position_survives_a_restart_as_json() -> None:
    for order in ("sequence", "shuffle", "weighted"):
        chosen = folder("a.png", "b.png", "c.png", "d.png", order=order)
        _, rotation = run(chosen, 6)
        again = msgspec.json.decode(msgspec.json.encode(rotation), type=Rotation)
        assert again == rotation
        assert run(chosen, 8, again) == run(chosen, 8, rotation)


def test_shuffle_shows_everything_once_a_round_and_nothing_twice_in_a_row() -> None:
    names = [f"{n}.png" for n in range(7)]
    shown = run(folder(*names, order="shuffle"), 7 * 30)[0]
    rounds = [shown[n : n + 7] for n in range(0, len(shown), 7)]
    assert all(sorted(one) == sorted(names) for one in rounds)
    assert len({tuple(one) for one in rounds}) > 25
    assert all(a != b for a, b in pairwise(shown))


def test_shuffle_of_one_is_that_one() -> None:
    assert run(folder("a.png", order="shuffle"), 3)[0] == ["a.png"] * 3


def test_weighted_gives_each_item_its_turns_per_round() -> None:
    items = tuple(
        Item(number=n, card="slogan", text=t, weight=w) for n, (t, w) in enumerate([("a", 3), ("b", 1), ("c", 2)], 1)
    )
    shown = run(program(playlist("list", items=items, order="weighted")), 12)[0]
    assert Counter(shown) == {"a": 6, "b": 2, "c": 4}
    assert Counter(shown[:6]) == {"a": 3, "b": 1, "c": 2}


def test_weight_of_a_glob_holds_for_each_of_its_media() -> None:
    items = (Item(number=1, media="*.png", weight=2), Item(number=2, card="slogan", text="x"))
    chosen = program(playlist("list", items=items, order="weighted"), media=[medium("a.png"), medium("b.png")])
    assert Counter(run(chosen, 10)[0]) == {"a.png": 4, "b.png": 4, "x": 2}


TEXTS = "abcdefgh"
LISTS = st.lists(st.sampled_from(TEXTS), min_size=0, max_size=7, unique=True)


def longest_wait(shown: list[str], wanted: str) -> int:
    turns = [-1, *(n for n, text in enumerate(shown) if text == wanted), len(shown)]
    return max(b - a for a, b in pairwise(turns))


def through_refreshes(order: str, lists: list[list[str]], make) -> list[str]:
    rotation, shown = Rotation(), []
    for names in lists:
        labels, rotation = run(make(names, order), 1, rotation)
        shown += labels
    return shown


def as_items(names: list[str], order: str) -> Program:
    return listed(*names, order=order)


def as_files(names: list[str], order: str) -> Program:
    return folder(*(f"{n}.png" for n in names), order=order)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["sequence", "shuffle", "weighted"]), st.lists(LISTS, min_size=80, max_size=80), st.data())
def test_item_that_stays_gets_its_turn_whatever_is_added_removed_and_moved_around_it(
    order: str, lists: list[list[str]], data: st.DataObject
) -> None:
    lists = [data.draw(st.permutations([*(t for t in names if t != "X"), "X"])) for names in lists]
    assert longest_wait(through_refreshes(order, lists, as_items), "X") <= 4 * 8


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["sequence", "shuffle", "weighted"]), st.lists(LISTS, min_size=80, max_size=80))
def test_file_that_stays_gets_its_turn_whatever_files_come_and_go(order: str, lists: list[list[str]]) -> None:
    shown = through_refreshes(order, [[*names, "dX"] for names in lists], as_files)
    assert longest_wait(shown, "dX.png") <= 4 * 8


def test_item_gets_its_turn_beside_a_new_one_at_every_turn() -> None:
    for place in (0, 1):
        lists = []
        for n in range(100):
            fresh = [f"{m}" for m in range(n, max(-1, n - 5), -1)]
            lists.append([*fresh, "X"] if place == 0 else ["X", *fresh])
        for order in ("sequence", "weighted"):
            assert longest_wait(through_refreshes(order, lists, as_items), "X") <= 30, (place, order)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["sequence", "shuffle", "weighted"]),
    st.lists(st.tuples(st.integers(0, 23), st.integers(1, 12), st.integers(1, 3)), min_size=1, max_size=6),
)
def test_every_item_gets_its_turn_in_each_of_its_windows(order: str, windows: list[tuple[int, int, int]]) -> None:
    """Windows of an hour and more, slots of five minutes, at most seven items: two rounds fit in a window."""
    items = [Item(number=1, card="slogan", text="always")]
    for number, (start, hours, weight) in enumerate(windows, 2):
        times = window(f"{start:02}:00-{(start + hours) % 24:02}:00")
        items.append(Item(number=number, card="slogan", text=f"{number}", weight=weight, runs=Daypart(times=(times,))))
    chosen = program(Playlist(name="list", order=order, dwell_s=60.0, items=tuple(items)))
    rotation, shown = Rotation(), []
    midnight = at("2026-06-05 00:00")
    for minute in range(2 * 1440):
        slot, rotation = next_slot(chosen, "main", rotation, midnight + dt.timedelta(minutes=minute))
        shown.append(label(slot))
    for number, (start, hours, _) in enumerate(windows, 2):
        turns = [n for n, text in enumerate(shown) if text == f"{number}"]
        assert all(start * 60 <= n % 1440 < (start + hours) * 60 or n % 1440 < (start + hours - 24) * 60 for n in turns)
        assert any(start * 60 <= n < (start + hours) * 60 for n in turns)
    assert longest_wait(shown, "always") <= 2 * sum(w for *_, w in windows) + 2 * len(items)


@pytest.mark.parametrize("order", ["sequence", "shuffle", "weighted"])
def test_media_of_a_slot_are_those_of_the_program_in_force(order: str) -> None:
    _, rotation = run(folder("a.png", order=order), 1)
    fresh: Media = medium("a.png", sha256="b")
    chosen = program(playlist("list", items=(Item(number=1, media="*.png"),), order=order), media=[fresh])
    slot, _ = next_slot(chosen, "main", rotation, START)
    assert slot.media is fresh
