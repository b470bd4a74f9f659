from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from signage.presented import PRESENTED, Presented, as_counted, as_presented


def test_only_what_was_read_back_as_ours_counts_as_seen():
    assert {each: as_counted(each) for each in get_args(Presented)} == {
        "seen": "seen",
        "dark": "unseen",
        "covered": "unseen",
        "no-display": "unseen",
        "headless": "unseen",
        "unknown": "unknown",
    }


@given(st.text() | st.sampled_from(PRESENTED))
def test_a_word_of_a_later_version_is_unknown_and_every_other_is_itself(word: str) -> None:
    assert as_presented(word) == (word if word in PRESENTED else "unknown")
