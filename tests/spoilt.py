# ruff: noqa: E501 - a table of faults, one a line
"""Good files of people as Notepad, spreadsheets, phones and tired hands spoil them, and somebody who follows each cure.

`spoilt(seed)` is always the same for the same seed. `follow` does what the complaints say and nothing else: where a
complaint carries an edit it is made, after its sentence was compared with it; where it says to save the file in another
encoding or under another name, that is done; where only the writer knows what was meant, it stops.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from signage.errors import BadInput, Complaint, Edit
from signage.printable import printable
from signage.stray_files import strays

MOST_STEPS = 60

PLAYLISTS = (
    'title = "六个一律"\nzone = "main"\nrank = "normal"\npriority = 5\nshare = 2\nfrom = 2026-08-05\nuntil = 2026-11-30\n'
    'days = ["workdays"]\ntimes = ["07:00-21:30"]\nexcept = ["2026-10-01..2026-10-07"]\norder = "sequence"\n'
    'transition = "fade"\nfit = "contain"\ndwell_s = 15\n\n[[item]]\nmedia = "posters/*.png"\n\n[[item]]\n'
    'card = "contact"\ntext = "网格员 {grid_worker}"\ndwell_s = 20\n\n[[item]]\nmedia = "videos/shua-dan.mp4"\n'
    'times = ["18:00-21:00"]\n',
    '# 反诈广播\ntitle = "反诈广播"\nrank = "broadcast"\nstarts = ["07:00", "12:00", "18:00"]\nlasts_min = 30\n'
    'until = 2027-02-28\nvolume = 100\n[[item]]\nmedia = "audio/fan-zha.m4a"\ncard = "broadcast"\ntheme = "red"\n'
    'title = "正在播出"\ntext = """\n不轻信\n反诈专线 96110"""\nfooter = "{village}"\n',
    'title = "夜间"\ntimes = ["22:00-02:00", "05:00-06:30"]\ndays = ["mon", "wed", "fri"]\nfrom = "2026-09-01"\n'
    'until = "2027-06-30"\norder = "weighted"\n[[item]]\nmedia = "a/1.jpg"\nweight = 3\nfrom = 2026-09-10\n'
    '[[item]]\nmedia = "a/2.jpg"\nuntil = 2026-12-31\nexcept = ["2026-12-24", "2026-12-25"]\n',
    'title = "滚动"\nzone = "ticker"\nuntil = 2026-12-10\n\n[[item]]\nticker = true\ntext = "刷单先垫钱，都是诈骗！96110。"\n'
    'chars_per_min = 70\n\n[[item]]\nticker = true\ntext = "不转账"\ntimes = ["08:00-20:00"]\n',
)
CALENDARS = (
    'workdays = ["2026-10-10"]\nrestdays = ["2026-10-01..2026-10-07", "2026-10-12"]\n\n[[quiet]]\nname = "高考"\n'
    'dates = ["2026-06-07..2026-06-10"]\ntimes = ["07:00-19:00"]\nkinds = ["square"]\n\n[[quiet]]\nname = "中考"\n'
    'dates = ["2026-06-13..2026-06-16", "2027-06-13..2027-06-16"]\n',
)
CONFIGURATIONS = (
    '[screen]\nid = "sq-square-led1"\ntitle = "文化广场 LED"\ntimezone = "Asia/Shanghai"\ncanvas = [1280, 720]\n'
    'position = [0, 0]\nrotate = 0\nfullscreen = false\npresent = "auto"\n\n[site]\nkind = "square"\nvillage = "石桥村"\n\n'
    '[site.variables]\ngrid_phone = "13800000000"\n\n[[zone]]\nname = "main"\nbox = [0, 0, 1280, 656]\n\n[[zone]]\n'
    'name = "ticker"\nbox = [0, 656, 1280, 64]\n\n[folders]\nmedia = ["media"]\nplaylists = ["playlists"]\n'
    'unsigned = "allow"\n\n[sound]\nvolume = 80\nenabled = true\nquiet = ["高考"]\n',
)

Read = Callable[[str | bytes, str], object]
Spoil = Callable[[random.Random, str], str | bytes | None]


@dataclass(frozen=True)
class Spoilt:
    """A good file, and what became of it."""

    good: str
    name: str
    """The name that the file has now; it was written as `a.toml`."""
    text: bytes
    how: tuple[str, ...]


@dataclass(frozen=True)
class Followed:
    """Where somebody came who followed the cures."""

    value: object
    """What was read in the end; None where the writer is asked."""
    asked: tuple[Complaint, ...]
    """The complaints that were left to the writer."""
    steps: tuple[str, ...]
    """The cures that were followed."""
    touched: tuple[str, ...]
    """The lines that were changed or deleted by them."""


def spoilt(seed: int, goods: tuple[str, ...]) -> Spoilt:
    """Returns the file of that seed: one of the good ones with one to three faults, of which `how` tells."""
    dice = random.Random(seed)
    good, how = dice.choice(goods), []
    text: str | bytes = good
    faults = dice.choice((1, 1, 1, 2, 3))
    while len(how) < faults and isinstance(text, str):
        name, spoil = dice.choice(sorted(SPOILS.items()))
        made = spoil(dice, text)
        if made is not None and made != text:
            text = made
            how.append(name)
    file = dice.choice(NAMES) if dice.random() < 0.04 else "a.toml"
    body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if isinstance(text, str) and dice.random() < 0.3:
        name, save = dice.choice(sorted(SAVINGS.items()))
        body = save(text)
        how.append(name)
    return Spoilt(good, file, body, (*how, *([file] if file != "a.toml" else [])))


def follow(case: Spoilt, read: Read) -> Followed:
    """Follows every cure that says what to do, one at a time."""
    body, steps, touched = case.text, [], []
    name = case.name
    for stray in strays([f"playlists/{name}"]):
        wanted = re.search(r"改名为 (\S+)", stray.cure.zh)
        assert wanted, stray.cure.zh
        steps.append(stray.cure.zh)
        name = wanted[1]
    assert name == "a.toml", f"{case.name} is not read, and nobody says so"
    for _ in range(MOST_STEPS):
        try:
            return Followed(read(body, name), (), tuple(steps), tuple(touched))
        except BadInput as bad:
            complaints = bad.complaints
        assert all(c.problem.zh and c.problem.en and c.cure.zh and c.cure.en and c.where for c in complaints)
        done = next((c for c in complaints if c.edit is not None or "另存" in c.cure.zh), None)
        if done is None:
            return Followed(None, complaints, tuple(steps), tuple(touched))
        steps.append(f"{done.problem.zh} → {done.cure.zh}")
        after, gone = _done(body, done)
        assert after != body, f"nothing comes of: {steps[-1]}"
        body, touched = after, [*touched, *gone]
    raise AssertionError(f"no end: {steps}")


def _done(body: bytes, complaint: Complaint) -> tuple[bytes, list[str]]:
    edit = complaint.edit
    if edit is None:
        if "CRLF" in complaint.cure.zh:
            return re.sub(rb"\r\n?|\n", b"\r\n", body), []
        told = "utf-16" if "UTF-16" in complaint.problem.zh else "gb18030"
        return body.decode(told).encode(), []
    lines = body.decode("utf-8-sig").split("\n")
    _says_so(complaint, edit)
    gone = lines[edit.first - 1 : edit.last]
    ends = "\r" if lines[0].endswith("\r") else ""
    lines[edit.first - 1 : edit.last] = [line.rstrip("\r") + ends for line in edit.lines]
    return "\n".join(lines).encode(), [line.rstrip("\r") for line in gone]


def _says_so(complaint: Complaint, edit: Edit) -> None:
    """The sentences say what the edit does: the line, and how it is to read."""
    for sentence in (complaint.cure.zh, complaint.cure.en):
        assert re.search(rf"(第 |line ){edit.first}\b", sentence), sentence
        assert all(printable(line) in sentence for line in edit.lines), sentence


def _line(pattern: str, make: Callable[[random.Random, re.Match[str]], str]) -> Spoil:
    """Spoils one of the lines that the pattern fits, whole."""

    def spoil(dice: random.Random, text: str) -> str | None:
        lines = text.split("\n")
        fitting = [(n, m) for n, line in enumerate(lines) if (m := re.fullmatch(pattern, line))]
        if not fitting:
            return None
        number, match = dice.choice(fitting)
        lines[number] = make(dice, match)
        return "\n".join(lines)

    return spoil


def _all(before: str, after: str) -> Spoil:
    """Spoils every place, as an input method or a program does that was on all the time."""
    return lambda _, text: text.replace(before, after)


def _one(pattern: str, *made: str) -> Spoil:
    """Spoils one of the places that a pattern is found at."""

    def spoil(dice: random.Random, text: str) -> str | None:
        found = [*re.finditer(pattern, text, re.MULTILINE)]
        if not found:
            return None
        match = dice.choice(found)
        return text[: match.start()] + match.expand(dice.choice(made)) + text[match.end() :]

    return spoil


def _typo(dice: random.Random, match: re.Match[str]) -> str:
    key = match[1]
    at = dice.randrange(len(key) - 1)
    wrong = dice.choice(
        (
            key[:at] + key[at + 1] + key[at] + key[at + 2 :],
            key[:at] + key[at + 1 :],
            key[: at + 1] + key[at:],
            key.capitalize(),
            key.replace("_", "-"),
            key.upper(),
            {"media": "图片", "from": "开始日期", "until": "结束日期", "times": "时间", "title": "标题"}.get(
                key, key + "s"
            ),
        )
    )
    return f"{wrong}{match[2]}"


def _doubled(_: random.Random, match: re.Match[str]) -> str:
    return f"{match[0]}\n{match[0]}"


_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_KEY_LINE = r"([a-z_]{4,})( = .*)"
SPOILS: dict[str, Spoil] = {
    "curly quotes": _all('"', "”"),
    "curly quotes in one line": _line(r"([a-z_]+ = )\"(.*)\"", lambda _, m: f"{m[1]}“{m[2]}”"),
    "corner quotes": _line(r"([a-z_]+ = )\"(.*)\"", lambda _, m: f"{m[1]}「{m[2]}」"),
    "full width quotes": _one(r"\"([^\"\n]*)\"", "＂\\1＂"),
    "single curly quotes": _one(r"\"([^\"\n]+)\"", "‘\\1’"),
    "no quote at the end": _line(r"([a-z_]+ = \"[^\"]+)\"", lambda _, m: m[1]),
    "no quote at the beginning": _line(r"([a-z_]+ = )\"([^\"]+\")", lambda _, m: m[1] + m[2]),
    "no quotes": _line(r"([a-z_]+ = )\"([^\"]+)\"", lambda _, m: m[1] + m[2]),
    "no quotes in a list": _line(r"([a-z_]+ = \[)(\".*\")\]", lambda _, m: m[1] + m[2].replace('"', "") + "]"),
    "no closing bracket": _line(r"([a-z_]+ = \[.+)\]", lambda _, m: m[1]),
    "round brackets": _line(r"([a-z_]+ = )\[(.+)\]", lambda _, m: f"{m[1]}（{m[2]}）"),
    "full width brackets": _line(r"([a-z_]+ = )\[(.+)\]", lambda _, m: f"{m[1]}【{m[2]}】"),
    "no brackets": _line(r"([a-z_]+ = )\[(\"[^,]+\")\]", lambda _, m: m[1] + m[2]),
    "no brackets around several": _line(r"([a-z_]+ = )\[(\".+\", \".+\")\]", lambda _, m: m[1] + m[2]),
    "several in one text": _line(r"([a-z_]+ = )\[(\".+\", \".+\")\]", lambda d, m: m[1] + '["' + m[2].replace('"', "").replace(", ", d.choice("，、,; ")) + '"]'),
    "Chinese commas": _line(r"([a-z_]+ = \[.*\])", lambda d, m: m[1].replace(", ", d.choice(("、", "，", "；")))),
    "full width equals": _line(r"([a-z_]+) = (.*)", lambda _, m: f"{m[1]}＝{m[2]}"),
    "colon": _line(r"([a-z_]+) = (.*)", lambda d, m: f"{m[1]}{d.choice(('：', ': ', ':'))}{m[2]}"),
    "equals twice": _line(r"([a-z_]+) = (.*)", lambda _, m: f"{m[1]} == {m[2]}"),
    "no equals": _line(r"([a-z_]+) = (\d.*|\[.*)", lambda _, m: f"{m[1]} {m[2]}"),
    "stop behind": _line(r"([a-z_]+ = [^#]*[\]\"\d])", lambda d, m: m[1] + d.choice((";", "；", ",", "，", "。", "、"))),
    "full width digits": _line(r"([a-z_]+ = )(\d+)", lambda _, m: m[1] + m[2].translate({n + 48: 0xFF10 + n for n in range(10)})),
    "number in quotes": _line(r"([a-z_]+ = )(\d+)", lambda _, m: f'{m[1]}"{m[2]}"'),
    "number with its unit": _line(r"(dwell_s = )(\d+)", lambda d, m: f"{m[1]}{m[2]}{d.choice(('秒', 's', ' 秒'))}"),
    "percent": _line(r"(volume = )(\d+)", lambda d, m: m[1] + d.choice((f"{m[2]}%", f'"{m[2]}%"'))),
    "whole number with a point": _line(r"((?:share|priority|weight|volume) = )(\d+)", lambda _, m: f"{m[1]}{m[2]}.0"),
    "flag in words": _line(r"([a-z_]+ = )(true|false)", lambda d, m: m[1] + d.choice((f'"{m[2]}"', m[2].title(), m[2].upper(), "是" if m[2] == "true" else "否"))),
    "date with short parts": _line(r"(from|until)( = )\"?(\d{4})-0?(\d+)-0?(\d+)\"?", lambda _, m: f"{m[1]}{m[2]}{m[3]}-{m[4]}-{m[5]}"),
    "date with slashes": _line(r"(from|until)( = )\"?(\d{4})-(\d\d)-(\d\d)\"?", lambda d, m: f"{m[1]}{m[2]}{d.choice(('{0}/{1}/{2}', '{0}.{1}.{2}', '{0}年{1}月{2}日', '{0}{1}{2}', '“{0}-{1}-{2}”', '{0}－{1}－{2}')).format(m[3], m[4], m[5])}"),
    "date of a spreadsheet": _line(r"(from|until)( = )\"?(\d{4})-(\d\d)-(\d\d)\"?", lambda d, m: f"{m[1]}{m[2]}{m[3]}{d.choice('-/')}{m[4]}{d.choice('-/')}{m[5]} 00:00:00"),
    "date in quotes with slashes": _line(r"(from|until)( = )\"?(\d{4})-(\d\d)-(\d\d)\"?", lambda d, m: f"{m[1]}{m[2]}\"{d.choice(('{0}/{1}/{2}', '{0}年{1}月{2}日')).format(m[3], m[4], m[5])}\""),
    "a day that does not exist": _line(r"(until = \"?)(\d{4}-(?:02-28|06-30|11-30))(\"?)", lambda d, m: m[1] + m[2][:8] + ("30" if m[2][5:7] == "02" else "31") + m[3]),
    "range in words": _one(rf"{_DATE}\.\.{_DATE}", r"\1-\2-\3至\4-\5-\6", r"\1-\2-\3 ~ \4-\5-\6", r"\1/\2/\3-\4/\5/\6", r"\1-\2-\3...\4-\5-\6", r"\1年\2月\3日到\4年\5月\6日"),
    "range the wrong way round": _one(rf"({_DATE})\.\.({_DATE})", r"\5..\1"),
    "window in words": _one(r"0?(\d+):(\d\d)-0?(\d+):(\d\d)", r"\1点\2分至\3点\4分", r"\1：\2－\3：\4", r"\1:\2—\3:\4", r"\1:\2 到 \3:\4", r"\1：\2~\3：\4"),
    "time in words": _line(r"(starts = .*)", lambda _, m: m[1].replace("07:00", "早上7点").replace("18:00", "下午6点")),
    "times bare": _line(r"((?:times|starts) = )(\[.*\])", lambda _, m: m[1] + m[2].replace('"', "")),
    "days in Chinese": _line(r"(days = )\[.*\]", lambda d, m: m[0].replace("workdays", "工作日").replace('"mon", "wed", "fri"', d.choice(('"周一", "周三", "周五"', '"周一、周三、周五"', '"周一三五"', '"Monday", "Wed.", "friday"')))),
    "one bracket": _line(r"\[\[(\w+)\]\]", lambda _, m: f"[{m[1]}]"),
    "one bracket everywhere": lambda _, text: text.replace("[[", "[").replace("]]", "]"),
    "odd brackets": _line(r"\[\[(\w+)\]\]", lambda d, m: d.choice(("（（{}））", "【【{}】】", "［［{}］］", "[[{}]", "[{}]]", "(({}))", "{{{{{}}}}}", "[[ {} ]]", "[[{}]]：")).format(m[1])),
    "odd brackets everywhere": lambda _, text: text.replace("[[", "【【").replace("]]", "】】"),
    "capital header": _line(r"\[\[(\w+)\]\]", lambda _, m: f"[[{m[1].title()}]]"),
    "header lost": lambda d, text: _drop(d, text, r"\[\[\w+\]\]"),
    "key misspelt": _line(_KEY_LINE, _typo),
    "line twice": _line(r"[a-z_]+ = [^\"].*|[a-z_]+ = \"[^\"]+\"", _doubled),
    "hidden character": lambda d, text: _at(d, text, d.choice("\u200b\ufeff\u00ad\u2060")),
    "no-break space": lambda d, text: text.replace(" = ", "\u00a0= ", 1) if d.random() < 0.5 else text.replace(" = ", "\u3000=\u3000"),
    "byte order mark inside": _line(r"(\[\[\w+\]\]|[a-z_]+ = .*)", lambda _, m: f"\ufeff{m[0]}"),
    "backslashes": _line(r"(media = \")(.*/.*)(\")", lambda _, m: m[1] + m[2].replace("/", "\\") + m[3]),
    "quotes within": _line(r"((?:title|text) = \")([^\"]{3,})(\")", lambda _, m: f'{m[1]}{m[2][0]}"{m[2][1:]}"{m[3]}'),
    "a cell of a spreadsheet": _line(r"([a-z_]+ = .*\".*)", lambda _, m: '"' + m[1].replace('"', '""') + '"'),
    "rank in Chinese": _line(r"(rank = )\"(\w+)\"", lambda _, m: f"{m[1]}\"{ {'normal': '普通', 'broadcast': '广播'}.get(m[2], m[2]) }\""),
    "choice misspelt": _line(r"((?:order|transition|fit|rank|present|unsigned) = \")(\w+)\"", lambda _, m: f'{m[1]}{m[2][:-2]}{m[2][-1]}{m[2][-2]}"'),
    "zone of Windows": _line(r"(timezone = )\".*\"", lambda d, m: f"{m[1]}\"{d.choice(('UTC+8', 'GMT+8', 'CST', 'China Standard Time', '北京时间', 'Etc/GMT+8', 'Asia/Beijing', 'asia/shanghai', 'Asia/Shanghia', '东八区', '(UTC+08:00) Beijing'))}\""),
    "size with a cross": _line(r"(canvas = )\[(\d+), (\d+)\]", lambda d, m: d.choice(('{0}"{1}x{2}"', "{0}{1}x{2}", '{0}["{1}", "{2}"]', "{0}{1}×{2}", "{0}[{1}*{2}]", '{0}"{1}，{2}"')).format(m[1], m[2], m[3])),
    "id in capitals": _line(r"(id = )\"(.*)\"", lambda d, m: f'{m[1]}"{d.choice((m[2].upper(), m[2].replace("-", "_"), m[2].replace("-", " ")))}"'),
    "phone without quotes": _line(r"(grid_phone = )\"(\d+)\"", lambda _, m: m[1] + m[2]),
    "table in double brackets": _line(r"\[(screen|site|folders|sound)\]", lambda _, m: f"[[{m[1]}]]"),
    "full width table": _line(r"\[([a-z.]+)\]", lambda _, m: f"［{m[1]}］"),
    "remark without its sign": lambda d, text: _at_line(d, text, d.choice(("这里改时间", "改过了 2026", "---", "“"))),
}  # fmt: skip
SAVINGS: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "GBK": lambda text: text.encode("gb18030"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CRLF and byte order mark": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "two byte order marks": lambda text: b"\xef\xbb\xbf" * 2 + text.encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "tabs behind": lambda text: (text if '"""' in text else text.replace("\n", "\t\t\n")).encode(),
}
NAMES = ("a.toml.txt", "a.toml.bak.txt", "a。toml", "a.tml", "a.ｔｏｍｌ", "a.toml.", "a.toml.doc")


def _drop(dice: random.Random, text: str, pattern: str) -> str | None:
    lines = text.split("\n")
    found = [n for n, line in enumerate(lines) if re.fullmatch(pattern, line)]
    if not found:
        return None
    number = dice.choice(found)
    return "\n".join(lines[:number] + lines[number + 1 :])


def _at(dice: random.Random, text: str, mark: str) -> str:
    at = dice.randrange(len(text))
    return text[:at] + mark + text[at:]


def _at_line(dice: random.Random, text: str, line: str) -> str:
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    return "\n".join([*lines[:at], line, *lines[at:]])
