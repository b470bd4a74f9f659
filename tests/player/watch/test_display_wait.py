"""Who waits for a display that hangs is not to blame; who stands still before one that answers is."""

import threading

from player.watch.display_wait import AGAIN_S, ANSWER_S, DisplayWait
from tests.brokers import wait_until


def test_before_a_display_that_answers_nothing_is_excused() -> None:
    wait = DisplayWait(lambda: None)
    wait_until(lambda: not wait.excuses(0.1), "the answer")
    assert not wait.excuses(ANSWER_S + 1.0), "nor later"
    assert not wait.is_unanswered(100.0)


def test_a_display_that_hangs_is_asked_once_and_excuses_until_some_time_after_it_answered() -> None:
    answers, asked = threading.Event(), []

    def ask() -> None:
        asked.append(1)
        answers.wait(20)

    wait = DisplayWait(ask)
    assert all(wait.excuses(float(now)) for now in range(1000))
    assert (len(asked), wait.is_unanswered(ANSWER_S), wait.is_unanswered(ANSWER_S + 0.1)) == (1, False, True)
    answers.set()
    wait_until(lambda: not wait.is_unanswered(1000.0), "the answer")
    assert wait.excuses(1000.0)
    assert wait.excuses(1000.0 + AGAIN_S)
    assert not wait.excuses(1000.1 + AGAIN_S), "it answers, and the screen process still stands"


def test_nothing_is_asked_while_nobody_stands_still() -> None:
    asked: list[int] = []
    assert not DisplayWait(lambda: asked.append(1)).is_unanswered(1000.0)
    assert asked == []
