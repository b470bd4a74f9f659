"""What may never answer is waited for as long as it is worth, and taken in when it comes late."""

import threading
from pathlib import Path

import pytest

from player.answer import (
    LEAST_LEFT_S,
    LEAST_WAIT_S,
    MOST_WAIT_S,
    Answer,
    Asker,
    NoAnswer,
    Patience,
    answers,
    worth_waiting_s,
)
from tests.brokers import wait_until
from tests.hanging import Share


def test_an_answer_in_time_is_returned() -> None:
    assert Answer(lambda: 7).within(20) == 7


def test_what_was_raised_is_raised_to_whoever_waits() -> None:
    def fails() -> int:
        raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        Answer(fails).within(20)


def test_an_answer_that_does_not_come_holds_nobody_up_and_is_taken_late() -> None:
    go_on, came = threading.Event(), threading.Event()
    answer = Answer(lambda: go_on.wait(20))
    with pytest.raises(NoAnswer):
        answer.within(0.0)
    answer.then(came.set)
    assert not came.is_set()
    go_on.set()
    assert came.wait(20)
    assert answer.within(0.0)


def test_whoever_asks_to_be_told_after_the_answer_is_told_at_once() -> None:
    answer, came = Answer(lambda: 7), threading.Event()
    answer.within(20)
    answer.then(came.set)
    assert came.is_set()


def test_of_several_only_those_that_hang_are_missing() -> None:
    go_on = threading.Event()
    try:
        assert answers([lambda: "a", lambda: str(go_on.wait(20)), lambda: "c"], 1.0) == ["a", None, "c"]
    finally:
        go_on.set()


def test_a_slow_machine_waits_longer_for_its_disks_than_a_fast_one_but_never_for_ever() -> None:
    assert worth_waiting_s(0.0) == worth_waiting_s(0.3) == LEAST_WAIT_S
    assert worth_waiting_s(4.0) == 2.0
    assert worth_waiting_s(1e6) == MOST_WAIT_S


def test_folders_that_answered_early_are_waited_for_as_ever(tmp_path: Path) -> None:
    patience = Patience([str(tmp_path), str(tmp_path / "missing")], 7.0)
    wait_until(lambda: patience.left_s() == 7.0, "both have answered")


def test_a_folder_that_hangs_has_used_up_its_time_when_it_comes_to_be_read(tmp_path: Path) -> None:
    with Share(tmp_path / "share", {"a": b"a"}, hangs=True) as share:
        patience = Patience([str(tmp_path), str(share.at)], 0.3)
        assert share.waiting.wait(10)
        assert LEAST_LEFT_S <= patience.left_s() <= 0.3
        wait_until(lambda: patience.left_s() == LEAST_LEFT_S, "the time is over")


def test_an_asker_whose_question_has_no_answer_of_its_own_asks_again() -> None:
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        raise NoAnswer

    asker = Asker(ask)
    for count in (1, 2):
        with pytest.raises(NoAnswer):
            asker.within(20)
        assert len(asked) == count
