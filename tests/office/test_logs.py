"""What repeats does not fill the office's disk."""

import logging

import pytest

from office.logs import OfficeLogHandler


def test_a_line_that_repeats_is_said_once_and_others_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("office.somewhere")
    log.addHandler(OfficeLogHandler())
    for number in range(1000):
        log.warning("screen %d sends too much", number)
    log.error("something else")
    assert capsys.readouterr().err.splitlines() == ["screen 0 sends too much", "something else"]
