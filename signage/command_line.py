"""How all our commands read their words: usage errors and help in Chinese first, with what was probably meant.

Rule: what argparse says in English stands below the Chinese; a sentence that is not known here is told as it is. Only
errors load more than argparse: the player's supervisor starts with this and has to stay small.
"""

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from signage.errors import Words
from signage.printable import printable

BAD_USAGE = 2
MOST_TOLD = 300
"""Letters of a sentence: what was typed may be a whole file."""
_VALUES = {"int": "整数", "float": "数字"}


class CommandParser(argparse.ArgumentParser):
    """An `ArgumentParser` whose help and errors a Chinese clerk can read; its exit code for bad usage is 2."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Takes what `ArgumentParser` takes."""
        named.setdefault("formatter_class", UsageFormatter)
        super().__init__(*arguments, **{**named, "add_help": False})
        self._positionals.title, self._optionals.title = "参数 · arguments", "选项 · options"
        self.add_argument("-h", "--help", action="help", help="显示这段说明 · this help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parses; a command says itself what it does not know, for only it can say what it does."""
        found, rest = super().parse_known_args(args, namespace)
        if rest and not list(_commands(self)):
            self.error(f"unrecognized arguments: {' '.join(rest)}")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Ends with 2 and what is wrong, Chinese first."""
        words = usage_error(message, tuple(_known(self)))
        help_ = f"写法 · usage: {self.prog} --help"
        self.exit(BAD_USAGE, f"{self.prog}：{words.zh}\n    {words.en}\n{help_}\n{self.format_usage()}")


class UsageFormatter(argparse.HelpFormatter):
    """Writes help with a Chinese word before the usage."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Adds the usage."""
        super().add_usage(usage, actions, groups, "用法 usage: " if prefix is None else prefix)


def usage_error(message: str, known: Sequence[str] = ()) -> Words:
    """Returns what argparse says about wrong words in both languages; `known` are the options there are."""
    told = printable(message)[:MOST_TOLD]
    found = re.fullmatch(r"argument ([^:]+): (.*)", told, re.DOTALL)
    where, what = (found[1], found[2]) if found else ("", told)
    for pattern, say in _SENTENCES:
        if (match := re.fullmatch(pattern, what, re.DOTALL)) is not None:
            zh = say(match, known)
            return Words(f"{where}：{zh}" if where else zh, told)
    return Words(f"{where}：{what}" if where else f"命令写得不对（{told}）", told)


def _invalid_choice(match: re.Match[str], _known: Sequence[str]) -> str:
    choices = [each.strip(" '\"") for each in match[2].split(",")]
    near = _nearest(match[1], choices)
    hint = f"，是不是 {near}？" if near else "，"
    return f"没有 {match[1]}{hint}可以写：{'、'.join(choices)}"


def _unknown(match: re.Match[str], known: Sequence[str]) -> str:
    first = match[1].split()[0] if match[1].split() else ""
    near = _nearest(first.partition("=")[0], known) if first.startswith("-") else ""
    return f"不认识 {match[1]}" + (f"，是不是 {near}？" if near else "，请改正或删去")


def _nearest(written: str, known: Sequence[str]) -> str:
    from signage.suggest import nearest  # noqa: PLC0415 - it loads the formats

    return nearest(written, known)


_Say = Callable[[re.Match[str], Sequence[str]], str]
_SENTENCES: tuple[tuple[str, _Say], ...] = (
    (r"the following arguments are required: (.+)", lambda m, _: f"还缺 {m[1]}，请补上"),
    (r"unrecognized arguments: (.+)", _unknown),
    (r"invalid choice: '?(.*?)'? \(choose from (.+)\)", _invalid_choice),
    (r"expected one argument", lambda _m, _: "后面要写一个值"),
    (r"expected at most one argument", lambda _m, _: "后面最多写一个值"),
    (r"expected at least one argument", lambda _m, _: "后面至少要写一个值"),
    (r"expected (\d+) arguments?", lambda m, _: f"后面要写 {m[1]} 个值"),
    (r"not allowed with argument (.+)", lambda m, _: f"不能和 {m[1]} 一起写，请去掉一个"),
    (r"one of the arguments (.+) is required", lambda m, _: f"这几个里要写一个：{m[1]}"),
    (r"invalid (\w+) value: (.+)", lambda m, _: f"{m[2]} 不是{_VALUES.get(m[1], '可用的值')}，请改正"),
    (r"ambiguous option: (\S+) could match (.+)", lambda m, _: f"{m[1]} 写得太短，可能是 {m[2]}，请写全"),
    (r"ignored explicit argument (.+)", lambda m, _: f"后面不能写值，现在写了 {m[1]}"),
    (r"can't open (.+?): (.+)", lambda m, _: f"打不开 {m[1]}（{m[2]}）"),
)


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices


def _known(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from (name for name in action.option_strings if action.help is not argparse.SUPPRESS)
