"""Reads one table of a person's file key by key, and gathers every complaint instead of stopping at the first."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from signage.errors import Words
from signage.findings import Findings
from signage.notation import Misread, shown
from signage.printable import printable
from signage.source import Place
from signage.suggest import nearest, not_one_of
from signage.text_rules import Use, flaw

T = TypeVar("T")
Choice = TypeVar("Choice", bound=str | int)
NumberOrNone = TypeVar("NumberOrNone", float, None)
TextOrNone = TypeVar("TextOrNone", str, None)


class Table:
    """One table while it is read; a getter complains about a wrong value and gives its default in its stead."""

    def __init__(
        self,
        values: Mapping[str, object],
        place: Place,
        findings: Findings,
        *,
        known: Sequence[str],
        elsewhere: Mapping[str, Words] | None = None,
    ) -> None:
        """Complains about keys that are not `known`; `elsewhere` says where such a key belongs, by key."""
        self.place = place
        self._values = values
        self._findings = findings
        self._known = known
        for key in values:
            if key not in known:
                self._unknown(key, elsewhere or {})

    def __contains__(self, key: str) -> bool:
        assert key in self._known, f"{key} is read but not listed as known"
        return key in self._values

    def complain(self, key: str, problem: Words, cure: Words) -> None:
        """Adds a complaint about a key, or about the whole table with ""."""
        self._findings.add(self.place.complaint(key, problem, cure))

    def text(
        self, key: str, default: TextOrNone, *, most: int, lines: bool = False, use: Use = "text"
    ) -> str | TextOrNone:
        """Returns text of at most `most` characters, of one line unless `lines`, made as `text_rules` says."""
        if key not in self:
            return default
        value = self._values[key]
        if not isinstance(value, str):
            example = shown(value) if isinstance(value, int | float) and not isinstance(value, bool) else "…"
            self._expected(key, Words("文字", "text"), f'"{example}"')
        elif len(value) > most:
            problem = Words(
                zh=f"{key} 有 {len(value)} 个字，上限是 {most}",
                en=f"{key} has {len(value)} characters, the limit is {most}",
            )
            self.complain(key, problem, Words(zh="写短一些", en="shorten it"))
        elif not lines and "\n" in value.rstrip("\n"):
            problem = Words(zh=f"{key} 只能写一行", en=f"{key} must be one line")
            self.complain(key, problem, Words(zh="去掉换行", en="remove the line breaks"))
        else:
            text = value.replace("\r\n", "\n").rstrip("\n")
            wrong = flaw(text, use)
            if wrong is None:
                return text
            self._misread(key, wrong)
        return default

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """Gives a whole number from `least` to `most`."""
        if key not in self:
            return default
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, int):
            self._expected(key, Words("整数", "a whole number"), str(default))
        elif not least <= value <= most:
            self._out_of_range(key, value, least, most)
        else:
            return value
        return default

    def number(self, key: str, default: NumberOrNone, least: float, most: float) -> float | NumberOrNone:
        """Gives a number from `least` to `most`, whole or not."""
        if key not in self:
            return default
        value = self._values[key]
        if isinstance(value, float) and math.isnan(value):
            value = None  # compares with nothing; an integer may be too large for isnan
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._expected(key, Words("数字", "a number"), f"{least if default is None else default:g}")
        elif not least <= value <= most:
            self._out_of_range(key, value, least, most)
        else:
            return float(value)
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Gives true or false."""
        if key not in self:
            return default
        value = self._values[key]
        if isinstance(value, bool):
            return value
        self._expected(key, Words("true 或 false", "true or false"), "true")
        return default

    def choice(self, key: str, default: Choice, allowed: Sequence[Choice]) -> Choice:
        """Gives one of `allowed`; a near miss is answered with "did you mean"."""
        if key not in self:
            return default
        value = self._values[key]
        for one in allowed:
            if type(one) is type(value) and one == value:
                return one
        self.complain(key, *not_one_of(key, value, allowed))
        return default

    def one(self, key: str, default: T, read: Callable[[object], T | Misread]) -> T:
        """Gives the value as `read` understands it."""
        if key not in self:
            return default
        value = read(self._values[key])
        if not isinstance(value, Misread):
            return value
        self._misread(key, value)
        return default

    def each(
        self, key: str, read: Callable[[object], T | Misread], *, most: int = 366, empty: bool = False
    ) -> tuple[T, ...]:
        """Gives the entries of a list as `read` understands them, leaving out what it does not; () without the key.

        A list of no entries is refused unless `empty`: it leaves open whether it means never or always.
        """
        if key not in self:
            return ()
        value = self._values[key]
        if not isinstance(value, list):
            self._expected(key, Words("列表", "a list"), f"[{shown(value)}]")
            return ()
        if not value and not empty:
            problem = Words(zh=f"{key} 是空的列表", en=f"{key} is an empty list")
            self.complain(key, problem, Words(zh="写上内容，或者删去这一行", en="fill it in, or delete the line"))
        if len(value) > most:
            problem = Words(
                zh=f"{key} 有 {len(value)} 个值，最多 {most} 个", en=f"{key} has {len(value)} values, at most {most}"
            )
            self.complain(key, problem, Words(zh="删去多余的", en="delete the surplus"))
            return ()
        good: list[T] = []
        for entry in value:
            result = read(entry)
            if isinstance(result, Misread):
                self._misread(key, result)
            else:
                good.append(result)
        return tuple(good)

    def table(self, key: str) -> Mapping[str, object]:
        """Gives the values of the table `[key]`; empty without it."""
        if key not in self:
            return {}
        value = self._values[key]
        if isinstance(value, dict):
            return value
        self.complain(
            key,
            Words(zh=f"{key} 必须是一个表，现在是 {shown(value)}", en=f"{key} must be a table, got {shown(value)}"),
            Words(zh=f"单独写一行 [{key}]，下面每行一个键", en=f"write a line [{key}], then one key a line"),
        )
        return {}

    def tables(self, key: str, *, most: int) -> Sequence[Mapping[str, object]]:
        """Gives the values of each table `[[key]]`, at most `most`; none without it."""
        if key not in self:
            return ()
        value = self._values[key]
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.complain(
                key,
                Words(zh=f"{key} 必须用 [[{key}]] 写", en=f"{key} must be written as [[{key}]]"),
                Words(
                    zh=f"每一项前面单独写一行 [[{key}]]，两层方括号",
                    en=f"begin each with a line [[{key}]], with double brackets",
                ),
            )
            return ()
        if len(value) > most:
            problem = Words(
                zh=f"有 {len(value)} 个 [[{key}]]，最多 {most} 个", en=f"{len(value)} [[{key}]] tables, at most {most}"
            )
            self.complain(key, problem, Words(zh="分成几个文件", en="split the file"))
        return value[:most]

    def _unknown(self, key: str, elsewhere: Mapping[str, Words]) -> None:
        if self._findings.is_full():
            self._findings.add(self.place.complaint("", Words("", ""), Words("", "")))
            return
        name = shown(key) if len(key) > 40 or printable(key) != key or not key else key
        near = nearest(key, (*self._known, *elsewhere))
        if key in elsewhere:
            cure = elsewhere[key]
        elif near:
            there = elsewhere.get(near, Words("", "")) if near not in self._known else Words("", "")
            cure = Words(zh=f"是不是 {near}？{there.zh}", en=f"did you mean {near}? {there.en}".strip())
        else:
            names = " ".join(self._known)
            cure = Words(zh=f"删去它；可以写的键：{names}", en=f"delete it; the keys here are: {names}")
        self.complain(name, Words(zh=f"没有 {name} 这个键", en=f"unknown key {name}"), cure)

    def _expected(self, key: str, wanted: Words, example: str) -> None:
        value = shown(self._values[key])
        problem = Words(zh=f"{key} 必须是{wanted.zh}，现在是 {value}", en=f"{key} must be {wanted.en}, got {value}")
        self.complain(key, problem, Words(zh=f"例如 {key} = {example}", en=f"for example {key} = {example}"))

    def _out_of_range(self, key: str, value: float, least: float, most: float) -> None:
        got = shown(value)
        if value <= 0 < least:
            problem = Words(zh=f"{key} 必须大于 0，现在是 {got}", en=f"{key} must be above 0, got {got}")
        else:
            problem = Words(
                zh=f"{key} 必须在 {least:g} 到 {most:g} 之间，现在是 {got}",
                en=f"{key} must be from {least:g} to {most:g}, got {got}",
            )
        cure = Words(zh=f"写 {least:g} 到 {most:g} 之间的数", en=f"write a number from {least:g} to {most:g}")
        self.complain(key, problem, cure)

    def _misread(self, key: str, value: Misread) -> None:
        problem = Words(zh=f"{key} {value.problem.zh}", en=f"{key}: {value.problem.en}")
        self.complain(key, problem, value.cure)
