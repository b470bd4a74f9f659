"""The command line: times, help and exit codes."""

import argparse
import datetime as dt

import pytest

from player.cli import COMMANDS, main, moment, parser


@pytest.mark.parametrize("text", ["2026-06-06", "2026-06-06T07:00", "2026-06-06T07:00:00+08:00", "2026-06-06 07:00"])
def test_a_time_is_read_as_people_write_it(text: str) -> None:
    assert moment(text).date() == dt.date(2026, 6, 6)


@pytest.mark.parametrize("text", ["", "25:00", "06/06/2026", "2026-06-06T25:00", "明天"])
def test_what_is_no_time_is_refused_with_a_cure(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="2026-06-06T07:00"):
        moment(text)


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([command, "--help"])
        assert ended.value.code == 0
        assert "--" in capsys.readouterr().out


def test_an_unknown_command_is_bad_input() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "0001-01-01", "2200-01-01", "1969-12-31"])
def test_a_moment_that_no_screen_lives_to_see_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        moment(text)
