"""Looks are regular and spread; failures make them rarer, and strangers do not put them off."""

import pytest

from player.publication.rhythm import FIRST_DELAY_S, LONGEST_DELAY_S, Rhythm


@pytest.fixture
def now() -> list[float]:
    return [100.0]


def rhythm(now: list[float], first_delay_s: float = FIRST_DELAY_S) -> Rhythm:
    return Rhythm(first_delay_s, read_clock=lambda: now[0])


def test_the_first_look_is_due_at_once_and_the_next_ones_are_spread(now: list[float]) -> None:
    one = rhythm(now)
    assert one.is_look_due()
    left = set()
    for _ in range(50):
        one.looked(900.0)
        left.add(round(one.left_s()))
    assert 720 <= min(left) < max(left) <= 1080
    assert len(left) > 10


def test_failures_make_it_ever_rarer_up_to_a_limit_and_success_begins_anew(now: list[float]) -> None:
    one = rhythm(now, 2.0)
    for most in (2.0, 4.0, 8.0):
        one.failed(unasked=True)
        assert most / 2 <= one.left_s() <= most
    for _ in range(100):
        one.failed(unasked=True)
    assert LONGEST_DELAY_S / 2 <= one.left_s() <= LONGEST_DELAY_S
    one.looked(900.0)
    one.failed(unasked=True)
    assert one.left_s() <= 2.0


def test_a_head_that_does_not_hold_puts_no_look_off(now: list[float]) -> None:
    one = rhythm(now)
    one.looked(900.0)
    due = one.left_s()
    for _ in range(10):
        one.failed(unasked=False)
    assert one.left_s() == due
    now[0] += due
    one.failed(unasked=False)
    assert 0 < one.left_s() <= 2.0


def test_what_could_not_be_fetched_is_due_once_each_time(now: list[float]) -> None:
    one = rhythm(now, 2.0)
    one.looked(900.0)
    one.bring_again()
    one.bring_again()
    assert (one.is_bring_due(), one.left_s() <= 2.0) == (False, True)
    now[0] += 2.0
    assert (one.is_bring_due(), one.is_bring_due()) == (True, False)
    one.bring_again()
    assert 2.0 <= one.left_s() <= 4.0
    assert not one.is_bring_due()
    now[0] += 4.0
    one.is_bring_due()
    one.brought()
    one.bring_again()
    assert one.left_s() <= 2.0
