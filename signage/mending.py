"""What a line or a value of a person's file was most likely meant to be: the cure of a complaint, ready to be copied.

Rule: pure; nothing is taken in silence. A guess is made only where one meaning is left, and never one that lets more
play, or at other times: what may mean two things is left to the person.
"""

import calendar
import datetime as dt
import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Callable

from signage.errors import Words
from signage.printable import BLANKS, TURNS

LISTS = frozenset({"item", "quiet", "zone"})
"""Tables of which there may be many: `[[item]]`."""
MOST_LINE = 2000
"""Letters of a line that anybody tries to mend."""

DATES = frozenset({"from", "until"})
NUMBERS = frozenset(
    {"dwell_s", "share", "priority", "weight", "volume", "lasts_min", "chars_per_min", "rotate", "published_mib"}
    | {"expired_days", "day", "night"}
)
FLAGS = frozenset({"ticker", "fullscreen", "enabled"})
"""Keys that hold a date, a number, true or false: a text in quotes is never what was meant there."""
_TEXTS = frozenset({"title", "text", "footer"})

_QUOTES = "\"“”„‟″＂「」『』〝〞'‘’‚‛＇`´"
_OPEN, _CLOSE = "[［【〔〖(（", "]］】〕〗)）"
_STOPS = ",，、;；"
_ENDS = _STOPS + "。．"
_SPLIT = re.compile(r"[,，、;；\s]+")
_HEADER = re.compile(
    rf"[{re.escape(_OPEN)}{{<《]{{1,3}}\s*([\w.]+)\s*[{re.escape(_CLOSE)}}}>》]{{0,3}}\s*[,，;；。:：]*"
)
_KEY = re.compile(r"\s*([^\s=＝:：\"'#＃\[\]]+(?:[ 　]+[A-Za-z_]+)?)\s*(?:[=＝:：]+>?)\s*(.*)", re.DOTALL)
_SPACED = re.compile(r"\s*([A-Za-z_]{3,20})\s+([0-9０-９\[【\"“].*)", re.DOTALL)
_DATE = re.compile(
    r"(\d{4})\s*[-/.年_]\s*(\d{1,2})\s*[-/.月_]\s*(\d{1,2})\s*[日号]?(?:[T ]*00?:00(?::00(?:\.0+)?)?)?", re.ASCII
)
_PLAIN_DATE = re.compile(r"(20\d\d|21\d\d)(\d\d)(\d\d)", re.ASCII)
_PARTS = "凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚|夜里|am|pm"
_TIME = re.compile(
    rf"({_PARTS})?(\d{{1,2}})(?:[:点时.h](\d{{1,2}}|半|整|一刻|三刻)?分?)(am|pm)?",
    re.I,
)
_DIGITS_TIME = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−~～〜至到", "-"))
_LINES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_REMARK = re.compile(r"\s*(?:＃|//+|;+|；+|--+(?=\s)|/\*)\s*(.*?)\s*(?:\*/)?\s*")
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([^\d\s].*)?", re.ASCII)
_SECONDS = {
    "": 1.0,
    "秒": 1.0,
    "秒钟": 1.0,
    "s": 1.0,
    "sec": 1.0,
    "seconds": 1.0,
    "分": 60.0,
    "分钟": 60.0,
    "min": 60.0,
}
_MINUTES = {"": 1.0, "分": 1.0, "分钟": 1.0, "min": 1.0, "minutes": 1.0, "小时": 60.0, "h": 60.0}
_COUNTS = dict.fromkeys(("", "%", "份", "次", "度", "°", "px", "像素", "天"), 1.0)
_FLAGS = {"true": True, "yes": True, "on": True, "1": True, "是": True, "开": True, "真": True, "对": True} | {
    "false": False, "no": False, "off": False, "0": False, "否": False, "关": False, "假": False, "不": False,
}  # fmt: skip
_WHOLE_DAY = frozenset({"全天", "整天", "全日", "24小时", "allday"})
_HALVES = {"半": 30, "整": 0, "一刻": 15, "三刻": 45, "": 0}
_LATE = frozenset({"下午", "傍晚", "晚上", "晚", "夜里", "pm"})
_NIGHT = frozenset({"傍晚", "晚上", "晚", "夜里"})
"""Words for hours on both sides of midnight: 晚上12点 ends the day, and nobody can tell when 晚上2点 is."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(rf"({_PARTS})", re.I)


def written(value: object) -> str:
    """Returns a value as TOML: text in double quotes, a date bare, a list in brackets; "" for what has no such form."""
    told = ""
    match value:
        case bool():
            told = "true" if value else "false"
        case int() if abs(value) < 10**18:
            told = str(value)
        case float() if math.isfinite(value):
            told = f"{value:g}" if abs(value) >= 10**15 or value != int(value) else f"{value:.1f}"
        case str():
            told = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dt.date() if not isinstance(value, dt.datetime):
            told = value.isoformat()
        case list():
            parts = [written(part) for part in value]
            told = f"[{', '.join(parts)}]" if all(parts) else ""
    return told


def written_key(name: str) -> str:
    """Returns a key as TOML takes it: bare where that may be, else in double quotes."""
    return name if _BARE_KEY.fullmatch(name) else written(name)


def unseen(text: str) -> list[int]:
    """Returns where a text has characters that nobody sees, or spaces that are none for a machine."""
    if text.isascii():
        return []
    return [at for at, c in enumerate(text) if _is_unseen(c) or (c != " " and unicodedata.category(c) == "Zs")]


def only_hidden(text: str) -> str | None:
    """Returns a text without what nobody sees in it; None if there is none, or if something turns the writing."""
    plain = without_unseen(text)
    return None if plain == text or TURNS & set(text) else plain


def without_unseen(text: str) -> str:
    """Returns a text without characters that nobody sees, and with plain spaces."""
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text if not _is_unseen(c))


def _is_unseen(char: str) -> bool:
    return char in BLANKS or (unicodedata.category(char) in ("Cf", "Zl", "Zp", "Cc") and char not in "\t\n\r")


def line(text: str) -> str | None:
    """Returns the line of a file that the text was meant to be, or None: it is one already, or nobody can tell."""
    if len(text) > MOST_LINE:
        return None
    plain = whole = without_unseen(text.rstrip("\r\n")).rstrip()
    if plain.startswith('"') and '""' in plain and (sheet := plain.rstrip(",;\t ")).endswith('"'):
        plain = sheet[1:-1].replace('""', '"')  # a spreadsheet puts quotes around a cell that has some
    if found := _header(plain):
        return found if found != text.strip(" \t\r\n") else None
    if _is_toml(plain):
        return plain if plain != whole or unseen(text) else None
    if remark := _REMARK.fullmatch(plain):
        return f"# {remark[1]}"
    for guess in (_triple(plain), _entry(plain)):
        if guess is not None and guess != text and _is_toml(guess):
            return guess
    return None


def closing(text: str) -> str | None:
    """Returns the last line of a text of several, closed with the quotes that it was opened with; None for others."""
    found = re.fullmatch(rf"(.*?)[{re.escape(_QUOTES)}]{{3}}\s*", text) if len(text) <= MOST_LINE else None
    meant = f'{found[1]}"""' if found else None
    return None if meant is None or meant == text.rstrip() or "=" in text else meant


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text if text.count('"""') % 2 == 0 else text + '"""')
    except (ValueError, RecursionError):
        return False
    return True


def _header(text: str) -> str | None:
    code = text.split("#", maxsplit=1)[0].split("＃", maxsplit=1)[0].strip()
    found = _HEADER.fullmatch(code) if code[:1] in _OPEN + "{<《" else None
    if found is None or "=" in code:
        return None
    name = unicodedata.normalize("NFKC", found[1]).casefold()
    many = name in LISTS or (code[1:2] in _OPEN + "{<《" and "." not in name and name not in _SINGLE)
    return f"[[{name}]]" if many else f"[{name}]"


_SINGLE = frozenset({"screen", "site", "site.variables", "folders", "sound", "office", "trust", "brightness", "power"})


def _triple(text: str) -> str | None:
    """The beginning or the end of a text of several lines, in other quotes."""
    found = re.sub(rf"[{re.escape(_QUOTES)}]{{3}}", '"""', text)
    found = re.sub(r"^(\s*\w+)\s*[=＝:：]\s*(?=\"\"\")", r"\1 = ", found)
    return found if found.count('"""') == 1 else None


def _entry(text: str) -> str | None:
    found = _KEY.fullmatch(text) or _SPACED.fullmatch(text)
    if found is None:
        return None
    key = re.sub(r"\s+", "_", unicodedata.normalize("NFKC", found[1]).strip())
    if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
        key = f'"{key}"' if key.isidentifier() else ""
    value, comment = _code_and_comment(found[2])
    value = value.strip()
    bare = value.rstrip(_ENDS).rstrip()
    if key not in _TEXTS or bare[-1:] in _QUOTES + _CLOSE:
        value = bare  # a stop behind the value; a sentence without quotes keeps its own
    if not key or not value:
        return None
    told = _value(key, value)
    if told is None:
        return None
    return f"{key} = {told}{'  # ' + comment.strip() if comment.strip() else ''}"


def _code_and_comment(text: str) -> tuple[str, str]:
    """What stands before a `#` that is in no quotes, and behind it."""
    quoted = False
    for at, char in enumerate(text):
        if char in "#＃" and not quoted and (at == 0 or text[at - 1].isspace()):
            return text[:at], text[at + 1 :]
        if char in _QUOTES:
            quoted = not quoted
    return text, ""


def _value(key: str, text: str) -> str | None:
    if text[0] in "[［【〔" or (text[0] in "(（" and text[-1] in _CLOSE):
        inner = text[1:].rstrip()
        closed = inner.rstrip(_CLOSE)
        if not closed or (closed == inner and closed[-1] in _STOPS):
            return None  # it goes on below
        return _listed(key, _parts(closed))
    parts = _parts(text)
    if len(parts) > 1 and all(part[0] in _QUOTES for part in parts):
        return _listed(key, parts)
    return _scalar(key, text)


def _listed(key: str, parts: list[str]) -> str | None:
    told = [_scalar(key, part) or "" for part in parts]
    return f"[{', '.join(told)}]" if all(told) else None


def _parts(text: str) -> list[str]:
    """What stands between commas of any kind, those within quotes left alone."""
    parts, begun, quoted = [], 0, False
    for at, char in enumerate(text):
        before, after = text[begun:at].strip(), text[at + 1 :].lstrip()
        if char in _QUOTES and (not quoted and not before):
            quoted = True
        elif char in _QUOTES and quoted and (not after or after[0] in _STOPS + _CLOSE):
            quoted = False
        elif char in _STOPS and not quoted:
            parts.append(before)
            begun = at + 1
    return [part for part in (*parts, text[begun:].strip()) if part]


def _scalar(key: str, text: str) -> str | None:
    if text[0] in _QUOTES or text[-1] in _QUOTES:
        inner = text[text[0] in _QUOTES : len(text) - (len(text) > 1 and text[-1] in _QUOTES)]
        inner = (inner if key in _TEXTS else inner.strip(_QUOTES)).replace("\\\\", "\\").replace("\\", "/")
        for mark in "“”" * (inner.count('"') // 2):
            inner = inner.replace('"', mark, 1)
        are_two = re.search(r"[\"”]\s+[\"“]", text) is not None  # beside each other
        return written(inner) if '"' not in inner and not are_two else None
    plain = unicodedata.normalize("NFKC", text).strip()
    if (day := date(plain)) or (day := last_real_day(key, plain)):
        return day.isoformat()
    if plain.casefold() in _FLAGS and not plain.isdecimal():
        return written(_FLAGS[plain.casefold()])
    told = number(key, plain)
    if told is not None:
        return written(int(told) if told == int(told) and "." not in plain else told)
    if "=" in plain or plain[0] in "[{" or key in DATES | NUMBERS | FLAGS:
        return None
    is_time = time(plain) or (plain.count("-") == 1 and all(map(time, plain.split("-"))))
    return written(plain if is_time or plain.isascii() else text)


def date(text: str) -> dt.date | None:
    """Returns the date written as `2026/12/1`, `2026年12月1日`, `20261201`, also with a midnight behind it."""
    if len(text) > 60:
        return None
    plain = unicodedata.normalize("NFKC", without_unseen(text)).translate(_LINES).strip().strip(_ENDS + ".")
    found = _DATE.fullmatch(plain) or _PLAIN_DATE.fullmatch(plain)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def last_real_day(key: str, text: str) -> dt.date | None:
    """Returns the nearest day inside what was meant by a day that its month does not have, such as 30 February.

    At an end (`until`) it is the month's last, at a beginning (`from`) the first of the next month; None elsewhere.
    """
    plain = unicodedata.normalize("NFKC", text[:60]).strip()
    found = _DATE.fullmatch(plain) or _PLAIN_DATE.fullmatch(plain)
    if found is None or key not in ("from", "until") or not 1 <= int(found[2]) <= 12 or not 29 <= int(found[3]) <= 31:
        return None
    year, month = int(found[1]), int(found[2])
    if not 2000 <= year < 2200:
        return None
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    return last if key == "until" else last + dt.timedelta(days=1)


def no_such_day(text: str) -> Words | None:
    """Returns which month lacks the day that a text names, such as 30 February; None where it names a real day."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text[:60]).strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 1000 <= int(found[1]) <= 9999:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return Words(f"{year} 年 {month} 月没有 {day} 日", f"{year}-{month:02} has no day {day}")


def time(text: str) -> str:
    """Returns `07:30` for `7点半`, `７：30`, `0730`, `晚上7点30分`; "" where nobody can tell."""
    plain = unicodedata.normalize("NFKC", without_unseen(text[:40])).replace(" ", "").strip(_ENDS + ".").casefold()
    if _DIGITS_TIME.fullmatch(plain) and plain <= "2400":
        return f"{plain[:2]}:{plain[2:]}"
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", plain):
        return plain
    found = _TIME.fullmatch(plain)
    hour, minute = (int(found[2]), found[3] or "") if found else (99, "")
    past = int(minute) if minute.isdecimal() else _HALVES[minute]
    part = (found[1] or found[4] or "") if found else ""
    if (part in _NIGHT and (hour < 5 or hour == 12)) or (part in ("凌晨", "am") and hour == 12):
        return "24:00" if part in _NIGHT and hour == 12 and not past else ""
    if (part in _LATE and 1 <= hour < 12) or (part == "中午" and 1 <= hour <= 2):
        hour += 12
    # 7.5 may be half past seven, or five past.
    is_clear = not (minute.isdecimal() and len(minute) == 1) and past <= 59 and hour * 60 + past <= 1440
    return f"{hour:02}:{past:02}" if is_clear else ""


def window(text: str) -> str:
    """Returns `07:00-21:30` for `7点至21点半` and the like; "" where nobody can tell."""
    if len(text) > 60:
        return ""
    plain = unicodedata.normalize("NFKC", without_unseen(text)).translate(_DASHES).replace(" ", "").strip(_ENDS)
    if plain in _WHOLE_DAY:
        return "00:00-24:00"
    left, dash, right = re.sub("-+", "-", plain).partition("-")
    if not dash or "-" in right:
        return ""
    start, end = _clear(left, right)
    return f"{start}-{end}" if start and end and start != "24:00" else ""


def _clear(left: str, right: str) -> tuple[str, str]:
    """Returns both times of a window; empty ones where it is not clear which half of the day is meant."""
    start, end = time(left), time(right)
    first, last = _PART.search(left), _PART.search(right)
    if first and not last and _minute(same := time(f"{first[1]}{right}")) > _minute(start):
        return start, same  # 下午2点到5点: the word is meant for both
    if last and not first and _minute(start) < _minute(time(f"{last[1]}{left}")) < _minute(end):
        return "", ""  # 2点到下午5点, and not 8点到下午5点
    is_clear = _minute(end) > _minute(start) or bool(first and last) or (not first and _minute(start) >= 13 * 60)
    return (start, end) if is_clear else ("", "")


def _minute(told: str) -> int:
    """The minute of the day of a time as `time` returns it; -1 for none."""
    parts = told.split(":")
    return int(parts[0]) * 60 + int(parts[1]) if told else -1


def number(key: str, text: str) -> float | None:
    """Returns the number in `１５`, `15秒`, `2 分钟`, in the unit of its key; None for a unit that is not the key's."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", without_unseen(text[:40])).strip().rstrip(_ENDS + "."))
    if found is None:
        return None
    units = _SECONDS if key.endswith("_s") else _MINUTES if key.endswith("_min") else _COUNTS
    times = units.get((found[2] or "").strip().casefold())
    return None if times is None else float(found[1]) * times


def flag(value: object) -> bool | None:
    """Returns what `"true"`, `是` or 1 says; None for anything else."""
    text = value if isinstance(value, str) else str(value) if value in (0, 1) else ""
    return _FLAGS.get(unicodedata.normalize("NFKC", text[:20]).strip().casefold())


def pieces(text: str, fits: Callable[[str], bool]) -> list[str] | None:
    """Returns the entries of a list that were written as one text, `mon、wed`; None unless several fit, and all."""
    if len(text) > MOST_LINE:
        return None
    found = [part.strip(_QUOTES) for part in _SPLIT.split(text.strip().strip(_OPEN + _CLOSE)) if part.strip(_QUOTES)]
    return found if len(found) > 1 and all(map(fits, found)) else None
