"""Reads one table of a person's file key by key, and gathers every complaint instead of stopping at the first."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from signage import mending
from signage.errors import Edit, Words
from signage.findings import Findings
from signage.key_hints import meant_key
from signage.notation import Misread, shown
from signage.printable import printable
from signage.source import Place
from signage.suggest import meant_choice, not_one_of
from signage.text_rules import Use, flaw

T = TypeVar("T")
Choice = TypeVar("Choice", bound=str | int)
NumberOrNone = TypeVar("NumberOrNone", float, None)
MOST_REWRITTEN = 50
"""Entries of a list that a cure writes anew."""
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
        edits: Mapping[str, Edit] | None = None,
    ) -> None:
        """Complains about keys that are not `known`; `elsewhere` says where such a key belongs, by key, `edits` how."""
        self.place = place
        self._values = values
        self._findings = findings
        self._known = known
        self._edits = edits or {}
        for key in values:
            if key not in known:
                self._unknown(key, elsewhere or {})

    def __contains__(self, key: str) -> bool:
        assert key in self._known, f"{key} is read but not listed as known"
        return key in self._values

    def is_blank(self, key: str) -> bool:
        """Returns whether nothing is written for a key; what is written and cannot be read was complained of."""
        value = self._values[key] if key in self else ""
        return isinstance(value, str) and not value.strip()

    def complain(self, key: str, problem: Words, cure: Words, edit: Edit | None = None) -> None:
        """Adds a complaint about a key, or about the whole table with ""; an `edit` is told behind the cure."""
        self._findings.add(self.place.complaint(key, problem, cure, edit))

    def text(
        self, key: str, default: TextOrNone, *, most: int, lines: bool = False, use: Use = "text"
    ) -> str | TextOrNone:
        """Returns text of at most `most` characters, of one line unless `lines`, made as `text_rules` says."""
        if key not in self:
            return default
        value = self._values[key]
        if not isinstance(value, str):
            is_plain = isinstance(value, int | float | dt.date) and not isinstance(value, bool)
            example = shown(value) if is_plain else "…"
            self._expected(key, Words("文字", "text"), f'{key} = "{example}"', example if is_plain else None)
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
            plain = mending.only_hidden(text)
            is_good = plain is not None and flaw(plain, use) is None
            self._misread(key, wrong, self.place.rewritten(key, plain) if is_good else None)
        return default

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """Gives a whole number from `least` to `most`."""
        if key not in self:
            return default
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, int):
            meant = _number(key, value)
            whole = int(meant) if meant is not None and meant == int(meant) and least <= meant <= most else None
            self._expected(key, Words("整数", "a whole number"), "", whole)
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
            meant = _number(key, value)
            if meant is not None and least <= meant <= most:
                self._expected(key, Words("数字", "a number"), "", int(meant) if meant == int(meant) else meant)
            else:
                self._expected(key, Words("数字", "a number"), "")
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
        self._expected(key, Words("true 或 false", "true or false"), "", mending.flag(value))
        return default

    def choice(self, key: str, default: Choice, allowed: Sequence[Choice]) -> Choice:
        """Gives one of `allowed`; a near miss is answered with "did you mean"."""
        if key not in self:
            return default
        value = self._values[key]
        for one in allowed:
            if type(one) is type(value) and one == value:
                return one
        problem, cure = not_one_of(key, value, allowed)
        meant = meant_choice(value, allowed)
        self.complain(key, problem, cure, None if meant is None else self.place.rewritten(key, meant))
        return default

    def one(self, key: str, default: T, read: Callable[[object], T | Misread]) -> T:
        """Gives the value as `read` understands it."""
        if key not in self:
            return default
        value = read(self._values[key])
        if not isinstance(value, Misread):
            return value
        written = self._values[key]
        meant = value.meant or (mending.last_real_day(key, written) if isinstance(written, str) else None)
        self._misread(key, value, None if meant is None else self.place.rewritten(key, meant))
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
            listed = _listed(value, read)
            edit = self.place.rewritten(key, listed) if listed else None
            self._expected(key, Words("列表", "a list"), f"{key} = {shown(listed or [value])}", edit=edit)
            return ()
        if not value and not empty:
            problem = Words(zh=f"{key} 是空的列表", en=f"{key} is an empty list")
            cure = Words(
                zh="写上内容；不要限制才删去这一行", en="fill it in; delete the line only if nothing is to limit it"
            )
            self.complain(key, problem, cure)
        if len(value) > most:
            problem = Words(
                zh=f"{key} 有 {len(value)} 个值，最多 {most} 个", en=f"{key} has {len(value)} values, at most {most}"
            )
            self.complain(key, problem, Words(zh="删去多余的", en="delete the surplus"))
            return ()
        good: list[T] = []
        meant = self.place.rewritten(key, _entries(value, read, anyhow=True)) if len(value) <= MOST_REWRITTEN else None
        for entry in value:
            result = read(entry)
            if isinstance(result, Misread):
                self._misread(key, result, meant if result.meant is not None else None)
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
            self.place.bracketed(key) if isinstance(value, list) and len(value) == 1 else None,
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
                self.place.bracketed(key) if isinstance(value, dict) else None,
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
        near = meant_key(key, self._values[key], (*self._known, *elsewhere))
        edit: Edit | None = None
        if key in elsewhere:
            cure, edit = elsewhere[key], self._edits.get(key)
        elif near:
            there = elsewhere.get(near, Words("", "")) if near not in self._known else Words("", "")
            cure = Words(zh=f"是不是 {near}？{there.zh}", en=f"did you mean {near}? {there.en}".strip())
            is_table = near in self.place.headers or key in self.place.headers
            if near in self._known and (near not in self._values or is_table):
                edit = self.place.renamed(key, near)
        else:
            names = " ".join(self._known)
            cure = Words(
                zh=f"写对它的名字，确实没有用才删去；可以写的键：{names}",
                en=f"correct its name, or delete it if it is of no use; the keys here are: {names}",
            )
        self.complain(name, Words(zh=f"没有 {name} 这个键", en=f"unknown key {name}"), cure, edit)

    def _expected(
        self, key: str, wanted: Words, example: str, meant: object = None, *, edit: Edit | None = None
    ) -> None:
        value = shown(self._values[key])
        problem = Words(zh=f"{key} 必须是{wanted.zh}，现在是 {value}", en=f"{key} must be {wanted.en}, got {value}")
        cure = Words(zh=f"例如 {example}", en=f"for example {example}")
        if not example:
            # No example of a value: whoever copies it changes what plays.
            cure = Words(zh=f"写{wanted.zh}，不加引号", en=f"write {wanted.en} without quotes")
        self.complain(key, problem, cure, edit or (None if meant is None else self.place.rewritten(key, meant)))

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

    def _misread(self, key: str, value: Misread, edit: Edit | None = None) -> None:
        problem = Words(zh=f"{key} {value.problem.zh}", en=f"{key}: {value.problem.en}")
        self.complain(key, problem, value.cure, edit)


def _number(key: str, value: object) -> float | None:
    """The number that was meant by a text, or by a whole number with a point."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return mending.number(key, value) if isinstance(value, str) else None


def _listed(value: object, read: Callable[[object], object]) -> list[object]:
    """The list that was meant by a single value, or by several in one text; [] if it is not understood."""
    whole = _entries([value], read)
    if whole or not isinstance(value, str):
        return whole
    parts = mending.pieces(value, lambda one: bool(_entries([one], read)))
    return _entries(parts or (), read)


def _entries(values: Sequence[object], read: Callable[[object], object], *, anyhow: bool = False) -> list[object]:
    """The entries of a list as they were meant; [] if one of them is not understood, which `anyhow` leaves as it is."""
    found: list[object] = []
    for value in values:
        result = read(value)
        if not isinstance(result, Misread):
            found.append(value)
        elif isinstance(result.meant, tuple):
            found += result.meant
        elif result.meant is not None:
            is_day = isinstance(result.meant, dt.date) and isinstance(value, str)
            found.append(str(result.meant) if is_day else result.meant)
        elif anyhow:
            found.append(value)
        else:
            return []
    return found
