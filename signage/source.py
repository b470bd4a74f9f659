"""A TOML file as a person wrote it: decoded, parsed, and with the line of each key."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from signage.errors import BadInput, Complaint, Words
from signage.printable import MISLEADING, code_point, printable, turned

MAX_FILE_BYTES = 256 * 1024
MAX_DOT_SQUARES = 4_000_000
"""Sum over the lines of their dots squared. tomllib keeps every beginning of a dotted key, so a key of 130,000 dots
in a file of 256 KiB takes tens of gigabytes (measured: killed for memory); this allows some 30 MB."""

_KEY = re.compile(r"""\s*(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)')\s*[=.]""")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_FULL_WIDTH = "“”‘’＂＇，＝［］【】：；｛｝"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where something stands in a file: a file, or one table of it."""

    where: str
    """`playlists/morning.toml, item 3`"""
    words: Words
    """`播放表 morning.toml 第 3 项` and `playlist "morning", item 3`."""
    line: int | None = None
    """1-based line of the table's header."""
    lines: Mapping[str, int] = {}
    """1-based line of each key of the table, as far as they were found."""

    def complaint(self, key: str, problem: Words, cure: Words) -> Complaint:
        """Gives a complaint about `key` ("" for the table as a whole) that says the place in both languages."""
        where = f"{self.where}, {key}" if key else self.where
        line = self.lines.get(key, self.line)
        return Complaint(
            where=f"{where} (第 {line} 行 / line {line})" if line else where,
            problem=Words(zh=f"{self.words.zh}：{problem.zh}", en=f"{self.words.en}: {problem.en}"),
            cure=cure,
        )


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed file; values are whatever TOML allows, nothing is checked yet."""

    values: Mapping[str, object]
    place: Place
    tables: Mapping[tuple[str, int], Place]
    """The place of each table by (name, number): number 1, 2, … for `[[name]]`, 0 for `[name]`."""

    def table_place(self, name: str, number: int, words: Words) -> Place:
        """Gives the place of a table, called `words` in sentences; without lines where they were not found."""
        found = self.tables.get((name, number))
        return Place(
            where=f"{self.place.where}, {name} {number}" if number else f"{self.place.where}, [{name}]",
            words=words,
            line=found.line if found else None,
            lines=found.lines if found else {},
        )


def parse(text: str | bytes, place: Place) -> Source:
    """Reads TOML text; a byte order mark is accepted.

    Raises BadInput with one complaint when the file is too large, not UTF-8 or not TOML.
    """
    decoded = _decoded(text, place)
    if sum(line.count(".") ** 2 for line in decoded.split("\n")) > MAX_DOT_SQUARES:
        problem = Words(zh="一行里的点太多，无法读取", en="there are too many dots in one line")
        raise BadInput((place.complaint("", problem, Words(zh="删去多余的点", en="delete the surplus dots")),))
    try:
        values = tomllib.loads(decoded)
    except RecursionError as error:
        problem = Words(zh="括号套得太深，无法读取", en="brackets are nested too deeply")
        cure = Words(zh="删去多余的 [ 和 {", en="remove the surplus [ and {")
        raise BadInput((place.complaint("", problem, cure),)) from error
    except ValueError as error:  # TOMLDecodeError, and integers with more digits than Python converts
        raise BadInput((_syntax_complaint(error, decoded, place),)) from error
    _refuse_turned(decoded, values, place)
    lines, tables = _line_numbers(decoded)
    return Source(
        values=values,
        place=Place(where=place.where, words=place.words, lines=lines),
        tables=tables,
    )


def _decoded(text: str | bytes, place: Place) -> str:
    try:
        content = text.encode() if isinstance(text, str) else text
        if len(content) > MAX_FILE_BYTES:
            problem = Words(
                zh=f"文件有 {len(content)} 字节，上限是 {MAX_FILE_BYTES} 字节",
                en=f"the file has {len(content)} bytes, the limit is {MAX_FILE_BYTES}",
            )
            cure = Words(
                zh="拆成几个文件，或者删去不用的内容", en="split it into several files or delete what is not used"
            )
            raise BadInput((place.complaint("", problem, cure),))
        return content.decode("utf-8-sig")
    except UnicodeError as error:
        problem = Words(
            zh="文件不是 UTF-8 编码，很可能是 GBK（记事本里叫 ANSI）",
            en="the file is not UTF-8, most likely GBK (Notepad calls it ANSI)",
        )
        cure = Words(
            zh="用记事本打开，“文件 → 另存为”，“编码”选 UTF-8，再保存",
            en="open it in Notepad, File → Save as, choose Encoding UTF-8 and save",
        )
        raise BadInput((place.complaint("", problem, cure),)) from error


def _syntax_complaint(error: ValueError, text: str, place: Place) -> Complaint:
    found = _AT_LINE.search(str(error))
    all_lines = text.rstrip("\n").split("\n")
    number = int(found[1]) if found else len(all_lines) if "end of document" in str(error) else None
    line = all_lines[number - 1].strip() if number and number <= len(all_lines) else ""
    told, reason = printable(line[:60]), str(error).partition(" (at ")[0]
    here = Place(where=place.where, words=place.words, line=number)
    if not number:
        problem = Words(zh=f"不是合法的 TOML（{reason}）", en=f"not valid TOML: {reason}")
    else:
        problem = Words(
            zh=f"第 {number} 行不是合法的 TOML：{told}（{reason}）",
            en=f"line {number} is not valid TOML: {reason}: {told}",
        )
    return here.complaint("", problem, _syntax_cure(line, reason))


def _syntax_cure(line: str, reason: str) -> Words:
    code = line.split("#", maxsplit=1)[0]
    if any(mark in code for mark in _FULL_WIDTH):
        return Words(
            zh='引号、逗号、等号、括号要用英文半角：" , = [ ]，先关掉中文输入法再改',
            en='use half-width punctuation: " , = [ ], with the Chinese input method switched off',
        )
    if "\\" in code:
        return Words(
            zh='路径里用 / 代替 \\，例如 "posters/a.png"', en='write / in place of \\ in paths, such as "posters/a.png"'
        )
    if "overwrite" in reason or "twice" in reason:
        return Words(zh="同一个键写了两次，删去一个", en="the same key stands twice, delete one")
    if "Invalid value" in reason:
        return Words(
            zh='文字要放在英文双引号里，例如 title = "早间"；日期写成 2026-08-05',
            en='put text in double quotes, such as title = "morning"; write dates as 2026-08-05',
        )
    return Words(
        zh="每行写成“键 = 值”，文字放在英文双引号里，列表用 [ ]，行末不要漏掉引号和括号",
        en="write lines as key = value, text in double quotes, lists in [ ]; look for a missing quote or bracket",
    )


def _line_numbers(text: str) -> tuple[dict[str, int], dict[tuple[str, int], Place]]:
    # A hint for people, so a scan by line is enough; only multi-line strings must not be mistaken for keys.
    root: dict[str, int] = {}
    tables: dict[tuple[str, int], Place] = {}
    lines, inside = root, ""
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if header := _header(line):
            name, many = header
            counts[name] += many
            count = counts[name] if many else 0
            lines = {}
            tables[name, count] = Place(where="", words=Words("", ""), line=number, lines=lines)
        elif key := _KEY.match(line):
            lines.setdefault(key[1] or key[2] or key[3] or "", number)
            inside = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return root, tables


def _header(line: str) -> tuple[str, bool] | None:
    """Returns the name in `[name]` or `[[name]]`, and whether there may be many; None for any other line.

    By hand, for a line of strangers: the regular expression took cubic time over a bracket and spaces behind it.
    """
    code = line.strip()
    if not code.startswith("["):
        return None
    many = code.startswith("[[")
    name, closed, after = code[2 if many else 1 :].partition("]")
    name, after = name.strip(), after.removeprefix("]").lstrip()
    if not closed or not name or "[" in name or (after and not after.startswith("#")):
        return None
    return name, many


def _refuse_turned(text: str, values: object, place: Place) -> None:
    """Refuses a file in which a comment or a gap turns the writing or ends a line for some: nobody reads it as it is.

    What stands in values is told with its key by whoever reads it.
    """
    at = turned(text)
    if at is None or sum(map(text.count, MISLEADING)) <= sum(map("".join(_strings(values)).count, MISLEADING)):
        return
    before = text[:at]
    line, column = before.count("\n") + 1, at - before.rfind("\n")
    here = Place(where=place.where, words=place.words, line=line)
    problem = Words(
        zh=f"第 {line} 行第 {column} 个字是 {code_point(text[at])}，会让人看错这个文件",
        en=f"line {line}, character {column} is {code_point(text[at])}: the file does not read as it looks",
    )
    cure = Words(zh="删去这一行，重新输入", en="delete the line and type it anew")
    raise BadInput((here.complaint("", problem, cure),))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
