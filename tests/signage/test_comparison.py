"""Planned and played are brought to agreement, with every difference named."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from signage.comparison import Balance, Hindrances, Key, Played, Span, compared, merged
from signage.media import Media, MediaFacts
from signage.plan import PlannedSlot
from signage.slot import Slot

DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.UTC)
DAWN_MS = round(DAWN.timestamp() * 1000)


def planned(second: int, name: str = "a.png") -> PlannedSlot:
    media = Media(name=name, path=name, sha256="", size_bytes=1, facts=MediaFacts(kind="image"))
    at = DAWN + dt.timedelta(seconds=second)
    slot = Slot(
        number=1, zone="main", rank="normal", playlist="p", playlist_sha256="x", item=1, kind="image", media=media,
        starts_at=at, planned_s=10.0,
    )  # fmt: skip
    return PlannedSlot(slot, at + dt.timedelta(seconds=10))


def span(start_s: float, end_s: float) -> Span:
    return Span(DAWN_MS + round(start_s * 1000), DAWN_MS + round(end_s * 1000))


A = Key("main", "p", "a.png")


def account(**hindered: object) -> Balance:
    """Gives the account of six planned turns of which three were played."""
    turns = [planned(second) for second in range(0, 60, 10)]
    return compared(turns, [Played(A, "x")] * 3, Hindrances(**hindered))[A]  # type: ignore[arg-type]


def test_a_difference_is_put_down_to_what_covered_the_middle_of_the_turn() -> None:
    for name, spans in (
        ("off", (span(0, 26),)),
        ("cut in", {"main": (span(0, 26),), "side": (span(26, 60),)}),
        ("refused", {"a.png": (span(0, 26),), "b.png": (span(26, 60),)}),
        ("clock", (span(0, 26),)),
    ):
        balance = account(**{name.replace(" ", "_"): spans})
        assert balance.missing == {name: 3}
        assert balance.other == 0


def test_a_player_that_is_off_has_no_other_excuse() -> None:
    assert account(off=(span(0, 26),), clock=(span(0, 60),)).missing == {"off": 3}


def test_what_was_played_all_the_same_was_hindered_by_nothing() -> None:
    balance = account(clock=(span(0, 60),))
    assert (balance.missing, balance.other) == ({"clock": 3}, 0)
    turns = [planned(second) for second in range(0, 60, 10)]
    whole = compared(turns, [Played(A, "x")] * 6, Hindrances(clock=(span(0, 60),)))[A]
    assert (whole.missing, whole.other) == ({}, 0)


def test_a_turn_that_nobody_saw_is_not_put_down_to_something_else_as_well() -> None:
    plays = [Played(A, "x", "unseen")] * 2 + [Played(A, "x")] * 3
    hindered = Hindrances(off=(span(0, 26),), cut_in={"": (span(26, 60),)})
    balance = compared([planned(second) for second in range(0, 60, 10)], plays, hindered)[A]
    assert (balance.missing, balance.other) == ({"unseen": 2, "off": 1}, 0)


def test_what_nothing_explains_is_left_over_and_a_surplus_is_below_zero() -> None:
    assert account().other == 3
    surplus = compared([planned(0)], [Played(A, "x")] * 4, Hindrances())[A]
    assert surplus.other == -3


def test_another_text_of_the_playlist_is_noticed() -> None:
    assert not account().is_other_playlist
    assert compared([planned(0)], [Played(A, "y")], Hindrances())[A].is_other_playlist


def test_what_nobody_could_see_was_not_played_and_what_is_unknown_is_told_apart() -> None:
    plays = [Played(A, "x", "seen"), Played(A, "x", "unseen"), Played(A, "x", "unseen"), Played(A, "x", "unknown")]
    balance = compared([planned(second) for second in range(0, 60, 10)], plays, Hindrances())[A]
    assert (balance.planned, balance.played, balance.unknown, balance.other) == (6, 2, 1, 2)
    assert balance.missing == {"unseen": 2}


def test_what_was_played_and_not_planned_has_its_line() -> None:
    found = compared([], [Played(A, "x")], Hindrances())
    assert (found[A].planned, found[A].played, found[A].other) == (0, 1, -1)


spans = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: Span(*pair)), max_size=12)


@given(spans)
def test_merged_spans_cover_the_same_time_in_order(given_spans: list[Span]) -> None:
    found = merged(given_spans)
    for moment in range(100):
        assert any(s.start_ms <= moment < s.end_ms for s in given_spans) == any(
            s.start_ms <= moment < s.end_ms for s in found
        )
    assert all(one.end_ms < other.start_ms for one, other in itertools.pairwise(found))


@given(spans, spans, st.integers(0, 20))
def test_the_account_always_balances(off: list[Span], clock: list[Span], count: int) -> None:
    shifted = [
        merged(Span(DAWN_MS + 1000 * s.start_ms, DAWN_MS + 1000 * s.end_ms) for s in part) for part in (off, clock)
    ]
    turns = [planned(second) for second in range(0, 100, 7)]
    balance = compared(turns, [Played(A, "x")] * count, Hindrances(off=shifted[0], clock=shifted[1]))[A]
    assert balance.planned == balance.played + sum(balance.missing.values()) + balance.other
    assert sum(balance.missing.values()) <= max(0, balance.planned - balance.played)
    assert balance.other >= 0 or not balance.missing
