"""What repeats does not fill a disk."""

import logging

import pytest

from signage.log_handler import LogHandler


def test_a_line_that_repeats_is_said_once_and_others_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("office.somewhere")
    log.addHandler(LogHandler())
    for number in range(1000):
        log.warning("screen %d sends too much", number)
    log.error("something else")
    assert capsys.readouterr().err.splitlines() == ["screen 0 sends too much", "something else"]


def test_arguments_that_do_not_fit_the_words_end_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("office.somewhere")
    log.addHandler(LogHandler())
    log.error("%d screens", "no number")
    log.error("something else")
    assert capsys.readouterr().err.splitlines()[-1] == "something else"
