"""Shares are exact over a round, and spread within it."""

from hypothesis import given
from hypothesis import strategies as st

from signage import shares

WEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=6)


def counted(weights: list[int], credits: tuple[int, ...], turns: int) -> list[int]:
    counts = [0] * len(weights)
    for _ in range(turns):
        pick, credits = shares.turn(weights, credits)
        counts[pick] += 1
    return counts


@given(WEIGHTS)
def test_each_has_exactly_its_share_of_a_round(weights: list[int]) -> None:
    assert counted(weights, (0,) * len(weights), sum(weights)) == weights


def test_turns_are_spread_and_not_in_a_row() -> None:
    order, credits = "", (0, 0, 0)
    for _ in range(7):
        pick, credits = shares.turn([5, 1, 1], credits)
        order += "abc"[pick]
    assert order == "aabacaa"


@given(WEIGHTS, st.data())
def test_old_credits_shift_nobodys_count_by_more_than_they_are_worth(weights: list[int], data: st.DataObject) -> None:
    credits = tuple(data.draw(st.integers(-10_000, 10_000)) for _ in weights)
    rounds = 20
    for count, weight in zip(counted(weights, credits, rounds * sum(weights)), weights, strict=True):
        assert abs(count - rounds * weight) <= len(weights) + 1
