"""When a file that was refused is judged once more."""

import datetime as dt

import pytest

from player.content.book import Verdict
from player.content.retries import ASK_AGAIN_S, Retries
from player.content.settle import Stamp
from player.decode.refusal import CRASHED, HANGS, NO_WORKER
from player.quarantine import TERMS_S
from signage.errors import Words

AT = dt.datetime(2026, 5, 1, 8, tzinfo=dt.UTC)


def refused(why: Words, *, passing: bool = False, path: str = "/media/a.png") -> Verdict:
    return Verdict(
        path=path, plays=path, stamp=Stamp(1, 1, 1), at=AT, sha256="a" * 64, facts=None, why=why, passing=passing
    )


def test_what_could_not_be_read_is_tried_after_seconds_and_what_is_no_picture_never():
    retries = Retries()
    passing, final = refused(NO_WORKER, passing=True), refused(Words("坏", "broken"), path="/media/b.png")
    for verdict in (passing, final):
        retries.note(verdict, 100.0)
    assert not retries.is_due(passing, 100.0 + ASK_AGAIN_S - 0.1, lambda: AT)
    assert retries.is_due(passing, 100.0 + ASK_AGAIN_S, lambda: AT)
    assert not retries.is_due(final, 1e9, lambda: AT)
    assert not retries.anew("a" * 64), "its bytes were never judged"


@pytest.mark.parametrize("why", [CRASHED, HANGS])
def test_each_time_bytes_take_their_decoder_down_the_term_is_longer_and_then_they_are_judged_anew_once(why):
    retries, now = Retries(), 0.0
    for term_s in (*TERMS_S, TERMS_S[-1]):
        retries.note(refused(why), now)
        assert not retries.is_due(refused(why), now + term_s - 1, lambda: AT)
        now += term_s
        assert retries.is_due(refused(why), now, lambda: AT)
        assert [retries.anew("a" * 64) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(("later_s", "left_s"), [(600.0, TERMS_S[0] - 600.0), (1e8, 0.0), (-1e8, TERMS_S[0])])
def test_of_what_another_run_found_the_rest_of_the_first_term_is_waited_for_and_no_clock_makes_it_longer(
    later_s, left_s
):
    retries, wall = Retries(), AT + dt.timedelta(seconds=later_s)
    assert retries.is_due(refused(CRASHED), 0.0, lambda: wall) == (left_s == 0.0)
    assert retries.is_due(refused(CRASHED), left_s, lambda: wall)


def test_a_file_that_was_away_begins_anew():
    retries = Retries()
    retries.note(refused(CRASHED), 0.0)
    retries.note(refused(CRASHED), 0.0)
    retries.forget("/media/a.png")
    retries.keep_only(())
    retries.note(refused(CRASHED), 0.0)
    assert retries.is_due(refused(CRASHED), TERMS_S[0], lambda: AT)
