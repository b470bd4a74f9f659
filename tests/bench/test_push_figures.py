"""The steps of a push add up to the whole, and many pushes to median, p95 and the longest."""

import pytest

from tests.bench.push_figures import STEPS, Push, render, summed

PUSH = Push(number=7, called=10.0, written=10.1, said=10.2, out=10.15)
TOLD = {(7, "heard"): 10.16, (7, "verified"): 10.2, (7, "fetched"): 10.21, (7, "staged"): 10.21, (7, "shown"): 10.9}
LINE = {"program": 10.25, "due": 10.8, "now": 10.9}


def test_the_steps_are_the_whole_and_the_running_items_time_is_told_apart() -> None:
    steps = PUSH.seen(LINE).told(TOLD, withdrawn=False).steps()
    assert sum(steps[name] for name in STEPS) == pytest.approx(steps["all"]) == pytest.approx(0.9)
    assert steps["item's end"] == pytest.approx(0.55)
    assert steps["without the item's end"] == pytest.approx(0.35)
    assert steps["from the head"] == pytest.approx(0.75)


def test_of_a_withdrawal_there_is_one_receipt() -> None:
    assert PUSH.is_told({(7, "withdrawn"): 10.3})
    assert not PUSH.is_told({(7, "verified"): 10.3})
    steps = PUSH.seen(LINE).told({(7, "withdrawn"): 10.24}, withdrawn=True).steps()
    assert (steps["heard"], steps["fetched"]) == (0, 0)
    assert steps["verified"] == pytest.approx(0.09)


def test_p95_is_a_push_that_was_measured_and_a_missed_goal_is_told() -> None:
    pushes = [
        Push(number=n, called=0, written=0, said=0, out=0, heard=0, shown=n / 100).told(
            {(n, step): 0.0 for step in ("heard", "verified", "fetched", "staged")}, withdrawn=False
        )
        for n in range(1, 101)
    ]
    figures = summed(pushes)
    assert figures["all"] == {"median": 0.505, "p95": 0.95, "max": 1.0}
    table = render({"normal": figures, "emergency": figures})
    assert "≤ 1000: yes" in table
    assert "≤ 500: NO" in table
