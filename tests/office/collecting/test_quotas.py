"""What a screen may send fills again by itself, never beyond its bound, and is nobody else's."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from office.collecting.quotas import MOST_REMEMBERED, NAMES, OF_LEAF, PAUSE_S, SUPPLIES, TOLD_S, Good, Quotas, Supply
from player.uplink.upload import STALL_S
from signage.messages import MOST_RECORDS
from signage.topics import MOST_BYTES, SCREEN_WRITES

MONTH = 34_560_000 // 200
"""Records of one screen of a fleet of two hundred."""

steps = st.lists(st.tuples(st.floats(-50, 500), st.integers(0, 30)), max_size=60)


@given(steps, st.floats(1, 50), st.floats(0, 5))
def test_nobody_gets_more_than_the_bound_and_what_filled_since(
    told: list[tuple[float, int]], most: float, per_s: float
) -> None:
    quotas, now, begin, latest, used = Quotas({"records": Supply(most, per_s)}), 1000.0, 1000.0, 1000.0, 0
    for pause_s, amount in told:
        now += pause_s
        if quotas.takes("sq-led", "records", amount, now):
            used += amount
        latest = max(latest, now)
    back = sum(-pause_s for pause_s, _ in told if pause_s < 0)
    assert used <= most + per_s * (latest - begin + back) + 1e-6


@given(steps)
def test_whoever_was_refused_gets_it_as_soon_as_it_is_there_again(told: list[tuple[float, int]]) -> None:
    quotas, now = Quotas({"told": Supply(30, 0.5)}), 0.0
    for pause_s, amount in told:
        now += abs(pause_s)
        quotas.takes("sq-led", "told", amount, now)
    assert quotas.takes("sq-led", "told", 30, now + 90)
    assert not quotas.takes("sq-led", "told", 30, now + 90)


def test_what_one_screen_uses_up_is_left_to_the_others_and_for_other_things() -> None:
    quotas = Quotas({"titles": Supply(10, 0)})
    assert quotas.takes("bad-led", "titles", 10, 0)
    assert not quotas.takes("bad-led", "titles", 1, 1e9)
    assert quotas.takes("sq-led", "titles", 10, 0)
    assert quotas.takes("bad-led", "records", 10, 0)


def test_screens_without_end_cost_no_memory_without_end_and_give_nobody_more_who_sends() -> None:
    quotas = Quotas({"records": Supply(10, 0)})
    assert quotas.takes("bad-led", "records", 10, 0)
    for number in range(MOST_REMEMBERED + 10):
        quotas.takes(f"led-{number}", "records", 1, 0)
        if not number % 1000:
            assert not quotas.takes("bad-led", "records", 1, 0)
    assert quotas.remembered == MOST_REMEMBERED


def test_two_months_of_a_screen_and_whatever_one_batch_may_hold_fit_in_at_once() -> None:
    assert SUPPLIES["records"].most >= 2 * MONTH
    assert SUPPLIES["bytes"].most >= 2 * MONTH * 700
    assert SUPPLIES["messages"].most >= 2 * MONTH / 20
    assert min(SUPPLIES[good].most for good in ("titles", "told", "records")) >= MOST_RECORDS
    assert SUPPLIES["bytes"].most >= MOST_BYTES["ledger"]


def test_it_is_said_once_a_minute_and_by_a_name_for_each() -> None:
    quotas = Quotas()
    assert quotas.is_news("sq-led", "records", 5.0)
    assert not quotas.is_news("sq-led", "records", 5.0 + TOLD_S / 2)
    assert quotas.is_news("sq-led", "told", 5.0)
    assert quotas.is_news("sq-led", "records", 5.0 + TOLD_S)
    assert set(NAMES) == set(SUPPLIES) == set(get_args(Good))
    assert set(OF_LEAF) == set(SCREEN_WRITES) - {"ledger"}


def test_a_ledger_that_was_refused_is_not_looked_at_for_a_moment_and_everything_else_is() -> None:
    quotas = Quotas({"titles": Supply(1, 0), "state": Supply(0, 0)})
    assert not quotas.takes("sq-led", "state", 1, 100)
    assert not quotas.pauses("sq-led", 100)
    assert not quotas.takes("bad-led", "titles", 2, 100)
    assert quotas.pauses("bad-led", 100)
    assert quotas.pauses("bad-led", 100 + PAUSE_S / 2)
    assert not quotas.pauses("bad-led", 100 + PAUSE_S)
    assert not quotas.pauses("bad-led", 99), "the clock was put back"
    assert not quotas.pauses("sq-led", 100)
    assert PAUSE_S < 0.75 * STALL_S
