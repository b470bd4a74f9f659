from typing import get_args

from signage.presented import Presented, as_counted


def test_only_what_was_read_back_as_ours_counts_as_seen():
    assert {each: as_counted(each) for each in get_args(Presented)} == {
        "seen": "seen",
        "dark": "unseen",
        "covered": "unseen",
        "no-display": "unseen",
        "headless": "unseen",
        "unknown": "unknown",
    }
