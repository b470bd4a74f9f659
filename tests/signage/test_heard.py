"""A play's sound comes to one word, and the higher rank is heard alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.heard import HEARD, as_heard, heard_word, is_silenced
from signage.playlist import RANKS, Rank

seconds = st.floats(0.0, 1e5)


@pytest.mark.parametrize(
    ("heard_s", "unheard_s", "yielded_s", "muted_s", "word"),
    [
        (0, 0, 0, 0, ""),
        (10, 0, 0, 0, "heard"),
        (60, 1, 0, 0, "heard"),
        (600, 3, 0, 0, "partly"),
        (3, 2, 0, 0, "partly"),
        (0, 10, 0, 0, "unheard"),
        (0, 0, 10, 0, "yielded"),
        (1, 0, 9, 0, "yielded"),
        (9, 0, 1, 0, "heard"),
        (0, 0, 0, 5, "muted"),
    ],
)
def test_the_word_for_a_sound(heard_s: float, unheard_s: float, yielded_s: float, muted_s: float, word: str) -> None:
    assert heard_word(heard_s, unheard_s, yielded_s, muted_s) == word


@given(seconds, seconds, seconds, seconds)
def test_a_sound_that_nothing_was_heard_of_is_never_called_heard(a: float, b: float, c: float, d: float) -> None:
    assert heard_word(a, b, c, d) in HEARD
    assert heard_word(0.0, b, c, d) != "heard" or b + c + d == 0.0


@given(st.sampled_from(RANKS), st.frozensets(st.sampled_from(RANKS)))
def test_of_all_that_sounds_only_the_highest_rank_is_heard(rank: Rank, others: frozenset[Rank]) -> None:
    sounding = others | {rank}
    assert is_silenced(rank, sounding) == (rank != min(sounding, key=RANKS.index))


def test_a_word_of_a_later_version_says_nothing() -> None:
    assert [as_heard(word) for word in ("heard", "underwater")] == ["heard", ""]
