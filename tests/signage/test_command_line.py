"""Whoever types a command wrongly reads in Chinese what is wrong, and what was probably meant."""

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.command_line import CommandParser, usage_error
from signage.printable import printable


def parser() -> CommandParser:
    top = CommandParser(prog="wuzha-try", description="试一试")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    plan = commands.add_parser("plan", help="计划")
    plan.add_argument("--from", dest="start", required=True)
    plan.add_argument("--by", choices=("day", "item"))
    plan.add_argument("--port", type=int)
    form = plan.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", action="store_true")
    plan.add_argument("--pair", nargs=2)
    plan.add_argument("--watched", action="store_true", help=argparse.SUPPRESS)
    return top


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        ((), "还缺 COMMAND"),
        (("plna",), "是不是 plan？"),
        (("plan",), "还缺 --from"),
        (("plan", "--from"), "后面要写一个值"),
        (("plan", "--from", "1", "--form", "2"), "是不是 --from？"),
        (("plan", "--from", "1", "2026-06-07"), "不认识 2026-06-07"),
        (("plan", "--from", "1", "--by", "dya"), "是不是 day？可以写：day、item"),
        (("plan", "--from", "1", "--port", "八"), "不是整数"),
        (("plan", "--from", "1", "--json", "--csv"), "不能和 --json 一起写"),
        (("plan", "--from", "1", "--p", "2"), "请写全"),
        (("plan", "--from", "1", "--json=1"), "后面不能写值"),
        (("plan", "--from", "1", "--pair", "2"), "后面要写 2 个值"),
    ],
)
def test_a_usage_error_is_a_chinese_sentence_with_the_english_below(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], zh: str
) -> None:
    first, second, *rest = said(capsys, *words).splitlines()
    assert first.startswith("wuzha-try")
    assert zh in first
    assert second.startswith("    ")
    assert second.isascii() or "八" in second
    assert any("用法 usage:" in line for line in rest)


def test_the_command_that_was_meant_shows_its_own_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert "usage: wuzha-try plan" in said(capsys, "plan", "--from", "1", "--nothing")


def test_what_is_not_for_people_is_not_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert "是不是" not in said(capsys, "plan", "--from", "1", "--watchde").splitlines()[0]


def test_help_is_in_chinese_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["plan", "--help"])
    told = capsys.readouterr().out
    assert told.startswith("用法 usage: ")
    for english in ("show this help", "positional arguments", "optional arguments"):
        assert english not in told
    assert "选项 · options" in told


def test_our_own_sentences_are_passed_on_as_they_are() -> None:
    own = "看不懂的时间 '明天'，请写成 2026-06-06T07:00 · not a time"
    assert usage_error(f"argument --from: {own}").zh == f"--from：{own}"


@given(st.text(max_size=400))
def test_whatever_is_typed_is_told_in_one_line_without_control_characters(text: str) -> None:
    words = usage_error(f"unrecognized arguments: {text}", ("--from",))
    assert words.zh == printable(words.zh)
    assert len(words.zh) < 700
