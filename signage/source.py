"""A TOML file as a person wrote it: decoded, parsed, and with the line of each key."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from signage import mending
from signage.errors import BadInput, Complaint, Edit, Words
from signage.printable import MISLEADING, code_point, printable, turned

MAX_FILE_BYTES = 256 * 1024
MAX_DOT_SQUARES = 4_000_000
"""Sum over the lines of their dots squared. tomllib keeps every beginning of a dotted key, so a key of 130,000 dots
in a file of 256 KiB takes tens of gigabytes (measured: killed for memory); this allows some 30 MB."""

_KEY = re.compile(r"""\s*(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)')\s*[=.]""")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_FULL_WIDTH = "“”‘’＂＇，＝［］【】：；｛｝"
_MOST_NAMED = 3
_MOST_BACK = 30
"""Lines above the one at which the reader stopped, in which a bracket or a quote may be missing."""
_BEGIN_ITEMS = ("media", "card", "ticker")
_WHAT = ("media", "card", "ticker", "name", "box")
"""Keys with which a table of a kind of which there may be many begins."""


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

    text: Sequence[str] = ()
    """The lines of the whole file."""
    headers: Mapping[str, tuple[int, bool]] = {}
    """Of a whole file: the first line of each table, and whether it has double brackets."""

    def complaint(self, key: str, problem: Words, cure: Words, edit: Edit | None = None) -> Complaint:
        """Returns a complaint about `key` ("" for the table as a whole) that says the place in both languages.

        With an `edit` that says it all, pass no words as the cure.
        """
        where = f"{self.where}, {key}" if key else self.where
        line = self.lines.get(key, self.line)
        return Complaint(
            where=f"{where} (第 {line} 行 / line {line})" if line else where,
            problem=Words(zh=f"{self.words.zh}：{problem.zh}", en=f"{self.words.en}: {problem.en}"),
            cure=cure if edit is None else _told(cure, edit),
            edit=edit,
        )

    def rewritten(self, key: str, value: object) -> Edit | None:
        """Returns how the line of `key` reads with another value; None unless it stands in one line."""
        number, told = self.lines.get(key), mending.written(value)
        if number is None or not told or not self._is_alone(key, number):
            return None
        return _line_edit(number, f"{key} = {told}")

    def renamed(self, key: str, name: str) -> Edit | None:
        """Returns how the line reads on which `key` begins, or the header of the table `key`, under another name."""
        if key in self.headers and key not in self.lines:
            return self.bracketed(key, name)
        number = self.lines.get(key)
        if number is None or number > len(self.text):
            return None
        found = _KEY.match(self.text[number - 1])
        if found is None or (found[1] or found[2] or found[3]) != key:
            return None
        rest = self.text[number - 1].rstrip("\r")[found.end() - 1 :]
        return _line_edit(number, f"{name} {rest}")

    def bracketed(self, key: str, name: str | None = None) -> Edit | None:
        """Returns the first header of the table `key` with the brackets that it must have."""
        if key not in self.headers:
            return None
        name = name or key
        return _line_edit(self.headers[key][0], f"[[{name}]]" if name in mending.LISTS else f"[{name}]")

    def parted(self, key: str) -> Edit | None:
        """Returns the header that is missing before `key`, where a gap shows that something else begins there."""
        number = self.lines.get(key)
        if number is None or self.line is None or not self.line + 1 < number <= len(self.text):
            return None
        return Edit(number, number - 1, ("[[item]]",)) if not self.text[number - 2].strip() else None

    def _is_alone(self, key: str, number: int) -> bool:
        try:
            return number <= len(self.text) and [*tomllib.loads(self.text[number - 1].rstrip("\r"))] == [key]
        except (ValueError, RecursionError):
            return False


MOST_SHOWN = 240
"""Letters of a line that stands in a sentence."""


def _line_edit(number: int, line: str) -> Edit | None:
    return Edit(number, number, (line,)) if len(line) <= MOST_SHOWN else None


def _told(cure: Words, edit: Edit) -> Words:
    """The cure with the edit in words."""
    line = printable(edit.lines[0]) if len(edit.lines) == 1 else ""
    if not edit.lines:
        words = Words(f"删去第 {edit.first} 行", f"delete line {edit.first}")
    elif not line:
        return cure
    elif edit.last < edit.first:
        words = Words(f"在第 {edit.first} 行前面加一行 {line}", f"before line {edit.first}, add a line {line}")
    else:
        words = Words(f"把第 {edit.first} 行改成 {line}", f"change line {edit.first} to {line}")
    if not cure.zh:
        return words
    stop, point = ("", " ") if cure.zh.endswith("？") else ("；", "; ")
    return Words(f"{cure.zh}{stop}{words.zh}", f"{cure.en}{point}{words.en}")


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
            text=self.place.text if found else (),
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
    headers: dict[str, tuple[int, bool]] = {}
    for (name, number), table in tables.items():
        if table.line is not None:
            headers.setdefault(name, (table.line, number > 0))
    return Source(
        values=values,
        place=Place(where=place.where, words=place.words, lines=lines, text=decoded.split("\n"), headers=headers),
        tables=tables,
    )


def _decoded(text: str | bytes, place: Place) -> str:
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
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
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            problem = Words(
                zh="文件不是 UTF-8 编码，而是 UTF-16（记事本里叫 Unicode）",
                en="the file is not UTF-8 but UTF-16 (Notepad calls it Unicode)",
            )
        cure = Words(
            zh="用记事本打开，点“文件 → 另存为”，“保存类型”选“所有文件”，“编码”选 UTF-8，文件名不改，"
            "点“保存”，问是否替换时点“是”",
            en="open it in Notepad, File → Save as, choose Save as type All files and Encoding UTF-8, leave its name,"
            " save, and answer Yes when asked to replace it",
        )
        raise BadInput((place.complaint("", problem, cure),)) from error


def _in_chinese(reason: str) -> str:
    return next((words for start, words in _REASONS.items() if reason.startswith(start)), "不合 TOML 的写法")


def _syntax_complaint(error: ValueError, text: str, place: Place) -> Complaint:
    all_lines = text.rstrip("\n").split("\n")
    if "\r" in text.replace("\r\n", ""):
        return place.complaint("", Words("换行符是旧式的（CR）", "the file has old line ends (CR)"), _OLD_ENDS)
    reason, number = str(error).partition(" (at ")[0], _error_line(error, len(all_lines))
    found = _mended(all_lines, number, at_end="end of document" in str(error)) if number else None
    if found is not None:
        number = found.first
    line = all_lines[number - 1].strip() if number and number <= len(all_lines) else ""
    here = Place(where=place.where, words=place.words, line=number or None)
    if not number:
        problem = Words(zh=f"不是合法的 TOML：{_in_chinese(reason)}", en=f"not valid TOML: {reason}")
        return here.complaint("", problem, _syntax_cure(line, reason))
    told = printable(line[:60])
    zh, en = _unseen_named(all_lines[number - 1])
    lacks = mending.no_such_day(line.partition("=")[2].split("#")[0])
    if lacks is not None:
        zh, en = lacks.zh, lacks.en
    zh = zh or _in_chinese(reason)
    problem = Words(
        zh=f"第 {number} 行写法不对：{told}（{zh}）",
        en=f"line {number} is not valid TOML: {en or reason}: {told}",
    )
    twice = _doubled(all_lines, number) if _is_doubled(reason) else None
    if twice is not None:
        return here.complaint("", *twice)
    if found is not None and _goes_on_below(all_lines, number):
        found = None
    cure = _syntax_cure(line, reason)
    if found is not None and cure not in (_HALF_WIDTH, _SLASHES):
        cure = Words("", "")
    return here.complaint("", problem, cure, found)


_REASONS = {
    "Expected newline or end": "后面多了不该有的东西",
    "Invalid value": "值的写法不对",
    "Invalid statement": "不是“键 = 值”",
    "Expected '='": "键后面没有半角的等号",
    "Unclosed array": "方括号没有关上",
    "Unterminated string": "引号没有关上",
    "Illegal character": "引号没有关上，或者有不该有的字符",
    "Invalid date": "没有这个日期",
    "Cannot overwrite": "同一个键写了两次",
    "Cannot declare": "同一个表写了两次",
    "Cannot mutate": "有的写了一层方括号，有的写了两层",
    "Expected ']": "方括号没有关上",
}


def _goes_on_below(lines: Sequence[str], number: int) -> bool:
    """Whether a text that is not closed in its line seems to be closed in one of the next, before any other key."""
    if not _OPEN_TEXT.fullmatch(lines[number - 1].rstrip("\r")):
        return False
    for line in lines[number : number + _MOST_BACK]:
        if _KEY.match(line) or _header(line):
            return False
        if line.rstrip().endswith('"'):
            return True
    return False


def _error_line(error: ValueError, lines: int) -> int:
    """The line at which the reader stopped; 0 where it does not say."""
    found = _AT_LINE.search(str(error))
    return int(found[1]) if found else lines if "end of document" in str(error) else 0


def _is_doubled(reason: str) -> bool:
    return "overwrite" in reason or "twice" in reason


def _unseen_named(line: str) -> tuple[str, str]:
    """Names what stands in a line and is not seen, so that the line looks faultless; "" where nothing does."""
    found = mending.unseen(line)[:_MOST_NAMED]
    zh = "，".join(f"第 {at + 1} 个字是看不见的 {code_point(line[at])}" for at in found)
    en = ", ".join(f"character {at + 1} is {code_point(line[at])}, which is not seen" for at in found)
    return zh, en


def _mended(lines: Sequence[str], number: int, *, at_end: bool) -> Edit | None:
    """The line that is most likely wrong, as it was meant: the one at which the reader stopped, or one before it.

    A list or a text that is not closed is noticed only further down. Nothing is proposed after which the reader would
    stop at the same line or before; `at_end` says that it stopped at none, but for want of an end.
    """
    above = [n for n in range(number - 1, max(0, number - _MOST_BACK), -1) if lines[n - 1].strip()]
    for at in (min(number, len(lines)), *above):
        meant = mending.line(lines[at - 1]) or mending.closing(lines[at - 1])
        if meant is None:
            continue
        edit = _line_edit(at, meant)
        if edit is None:
            return None
        stops, is_doubled = _stops_at([*lines[: at - 1], meant, *lines[at:]])
        if stops == 0 or stops > (at if at_end else number) - is_doubled or meant.startswith("[["):
            return edit
    return None


def _stops_at(lines: Sequence[str]) -> tuple[int, bool]:
    """The line at which the reader stops, 0 if at none, and whether only because a key stands there again."""
    try:
        tomllib.loads("\n".join(lines))
    except RecursionError:
        return 1, False
    except ValueError as error:
        return _error_line(error, len(lines)) or 1, _is_doubled(str(error))
    return 0, False


def _doubled(lines: Sequence[str], number: int) -> tuple[Words, Words, Edit | None] | None:
    """What to say of a key that stands twice in one table, where `number` is the second line; None: it is no key."""
    found = _KEY.match(lines[number - 1])
    key = found and (found[1] or found[2] or found[3])
    begins = next((n for n in range(number - 1, 0, -1) if _header(lines[n - 1])), 0)
    same = [n for n in range(begins + 1, number) if (m := _KEY.match(lines[n - 1])) and key == (m[1] or m[2] or m[3])]
    if not key or not same:
        return None
    first = same[0]
    problem = Words(
        zh=f"{printable(key[:40])} 写了两次：第 {first} 行和第 {number} 行",
        en=f"{printable(key[:40])} stands twice: in line {first} and in line {number}",
    )
    if lines[first - 1].strip() == lines[number - 1].strip() and (
        first == number - 1 or (not begins and key not in _BEGIN_ITEMS)
    ):
        return problem, Words("", ""), Edit(number, number, ())
    header = _header(lines[begins - 1]) if begins else ("item", True)
    between = [n for n in range(first + 1, number) if (m := _KEY.match(lines[n - 1])) and m[1] in _BEGIN_ITEMS]
    if between and header == ("item", True):
        lost = Words(zh="下面一项开头的那一行丢了", en="the line with which the next item begins is missing")
        return problem, lost, Edit(between[0], between[0] - 1, ("[[item]]",))
    header = header if begins else None
    if header is None or not header[1]:
        return problem, Words("只留下对的那一行", "leave the line that is right"), None
    one = Words(
        zh=f"是同一项就只留下对的那一行；是两项，就在第二项前面加一行 [[{header[0]}]]",
        en=f"leave the line that is right; or, if these are two, begin the second with a line [[{header[0]}]]",
    )
    if not lines[number - 2].strip() and key in _WHAT:
        return (
            problem,
            Words("两项之间少了一行", "a line between the two is missing"),
            Edit(number, number - 1, (f"[[{header[0]}]]",)),
        )
    return problem, one, None


_DATE = Words(
    zh="写成 2026-08-05 这样的日期，要是日历上有的日子，不带时刻；几点到几点写在 times 里",
    en="write a date such as 2026-08-05, a day that exists, without a time of day; the hours belong to times",
)
_NUMBER = Words(zh="只写数字，不加引号和单位", en="write the number only, without quotes and units")
_FLAG = Words(zh="写 true 或 false，不加引号", en="write true or false, without quotes")
_SEVERAL_LINES = Words(
    zh='一行里的文字要在这一行用 " 结束；文字有几行，开头和结尾都改成三个引号 """',
    en='a text of one line ends with " on that line; one of several lines begins and ends with three quotes',
)
_OPEN_TEXT = re.compile(r'\s*\w+\s*=\s*"[^"]*')
_HALF_WIDTH = Words(
    zh='引号、逗号、等号、括号要用英文半角：" , = [ ]，先关掉中文输入法再改',
    en='use half-width punctuation: " , = [ ], with the Chinese input method switched off',
)
_SLASHES = Words(
    zh='路径里用 / 代替 \\，例如 "posters/a.png"', en='write / in place of \\ in paths, such as "posters/a.png"'
)
_OLD_ENDS = Words(zh="换一个编辑器另存一次，换行选 CRLF", en="save it anew in another editor, with line ends CRLF")
_TWICE = Words(zh="同一个键或同一个 [表] 写了两次，合成一个", en="the same key or table stands twice, make one of them")
_VALUES = Words(
    zh='文字要放在英文双引号里，例如 title = "早间"；日期写成 2026-08-05，要是日历上有的日子',
    en='put text in double quotes, such as title = "morning"; write dates as 2026-08-05, days that exist',
)
_LINES = Words(
    zh="每行写成“键 = 值”，文字放在英文双引号里，列表用 [ ]，行末不要漏掉引号和括号；说明文字前面加 #",
    en="write lines as key = value, text in double quotes, lists in [ ]; look for a missing quote or bracket;"
    " put # before remarks",
)


def _syntax_cure(line: str, reason: str) -> Words:
    code = line.split("#", maxsplit=1)[0]
    key = code.partition("=")[0].strip()
    cures = (
        (key in mending.DATES, _DATE),
        (key in mending.NUMBERS, _NUMBER),
        (key in mending.FLAGS, _FLAG),
        (_OPEN_TEXT.fullmatch(code) is not None, _SEVERAL_LINES),
        (any(mark in code for mark in _FULL_WIDTH), _HALF_WIDTH),
        ("\\" in code, _SLASHES),
        (_is_doubled(reason), _TWICE),
        ("Invalid value" in reason or "Invalid date" in reason, _VALUES),
    )
    return next((cure for fits, cure in cures if fits), _LINES)


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
