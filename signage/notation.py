"""How times, windows and dates are written: `07:00-21:30`, `2026-10-01..2026-10-07`."""

import datetime as dt
import re
import unicodedata

import msgspec

from signage.daypart import DateRange, TimeOfDay, Window
from signage.errors import Words
from signage.printable import printable

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years outside are taken for typing errors; inside, adding days never overflows."""

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "workdays", "restdays", "all")

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−~～〜至到", "-"))
_DAY_ALIASES = {
    "weekdays": "workdays", "weekday": "workdays", "weekend": "restdays", "weekends": "restdays",
    "holidays": "restdays", "daily": "all", "everyday": "all", "every day": "all",
    "工作日": "workdays", "休息日": "restdays", "节假日": "restdays", "周末": "restdays", "每天": "all", "每日": "all",
}  # fmt: skip
_MOST_MENDED = 100
_CHINESE_DAYS = dict(zip("一二三四五六日天", (*DAY_NAMES[:7], "sun"), strict=True))


class Misread(msgspec.Struct, frozen=True):
    """A value that is not what it should be: the end of a sentence that begins with its key, and the cure."""

    problem: Words
    cure: Words


def time_of_day(value: object, *, as_end: bool = False) -> TimeOfDay | Misread:
    """Reads `07:00` or `07:00:30` as seconds after midnight; `24:00` only `as_end`. TOML times are read too."""
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if not isinstance(value, str) or not (found := _TIME.fullmatch(value.strip())):
        return _no_time(value, as_end)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > 86400 or (seconds == 86400 and not as_end):
        return _no_time(value, as_end)
    return seconds


def _no_time(value: object, as_end: bool) -> Misread:
    if isinstance(value, str) and (mended := _mended(value)) and not isinstance(time_of_day(mended), Misread):
        cure = Words(zh=f'写成 "{mended}"', en=f'write "{mended}"')
    else:
        most = "24:00" if as_end else "23:59"
        cure = Words(zh=f'写成 "00:00" 到 "{most}"，例如 "07:00"', en=f'write "00:00" to "{most}", such as "07:00"')
    return Misread(Words(zh=f"{shown(value)} 不是一天里的时刻", en=f"{shown(value)} is not a time of day"), cure)


def window(value: object) -> Window | Misread:
    """Reads `07:00-21:30`; `22:00-02:00` ends on the next day, `24:00` may be the end."""
    if not isinstance(value, str) or value.count("-") != 1:
        return _no_window(value)
    left, right = value.split("-")
    start, end = time_of_day(left), time_of_day(right, as_end=True)
    if isinstance(start, Misread):
        return _wrong_part(value, start)
    if isinstance(end, Misread):
        return _wrong_part(value, end)
    if start == end:
        return Misread(
            Words(zh=f"{shown(value)} 的起止时间相同", en=f"{shown(value)} begins and ends at the same time"),
            Words(
                zh='全天写成 "00:00-24:00"，或者删去这个键',
                en='write "00:00-24:00" for the whole day, or delete the key',
            ),
        )
    return Window(start, end)


def _wrong_part(value: str, part: Misread) -> Misread:
    mended = _mended(value)
    whole = bool(mended) and not isinstance(window(mended), Misread)
    return Misread(_inside(value, part.problem), _no_window(value).cure if whole else part.cure)


def _no_window(value: object) -> Misread:
    mended = _mended(value) if isinstance(value, str) else ""
    if mended and not isinstance(window(mended), Misread):
        cure = Words(zh=f'写成 "{mended}"', en=f'write "{mended}"')
    else:
        cure = Words(zh='写成 "开始-结束"，例如 "07:00-21:30"', en='write "start-end", such as "07:00-21:30"')
    return Misread(Words(zh=f"{shown(value)} 不是时间段", en=f"{shown(value)} is not a window of time"), cure)


def date(value: object) -> dt.date | Misread:
    """Reads a TOML date or the text `2026-08-05`; a date with a time is refused."""
    day: dt.date | None = None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = value
    elif isinstance(value, str) and (found := _DATE.fullmatch(value.strip())):
        try:
            day = dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            day = None
    if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    return Misread(
        Words(zh=f"{shown(value)} 不是有效的日期", en=f"{shown(value)} is not a valid date"),
        Words(
            zh=f"写成 2026-08-05 这样的日期，年份 {FIRST_YEAR} 到 {LAST_YEAR}",
            en=f"write a date such as 2026-08-05, years {FIRST_YEAR} to {LAST_YEAR}",
        ),
    )


def date_range(value: object) -> DateRange | Misread:
    """Reads `2026-10-01..2026-10-07`, or a single date as a range of one day."""
    parts = value.split("..") if isinstance(value, str) else [value]
    if len(parts) > 2:
        parts = [value]
    first, last = date(parts[0]), date(parts[-1])
    if isinstance(first, Misread):
        return _wrong_end(value, first)
    if isinstance(last, Misread):
        return _wrong_end(value, last)
    if last < first:
        return Misread(
            Words(zh=f"{shown(value)} 的结束早于开始", en=f"{shown(value)} ends before it begins"),
            Words(zh=f'写成 "{last}..{first}"', en=f'write "{last}..{first}"'),
        )
    return DateRange(first, last)


def _wrong_end(value: object, end: Misread) -> Misread:
    cure = Words(
        zh='写成 "2026-10-01..2026-10-07"，或者一天 "2026-10-01"',
        en='write "2026-10-01..2026-10-07", or one day "2026-10-01"',
    )
    of_two = isinstance(value, str) and value.count("..") == 1
    return Misread(_inside(value, end.problem) if of_two else end.problem, cure)


def day_name(value: object) -> str | Misread:
    """Reads one of `DAY_NAMES`; for others it knows what was meant."""
    if isinstance(value, str) and value in DAY_NAMES:
        return value
    problem = Words(zh=f"{shown(value)} 不是星期的写法", en=f"{shown(value)} is not a name of days")
    meant = _meant_day(value) if isinstance(value, str) else ""
    if meant:
        return Misread(problem, Words(zh=f"是不是“{meant}”？", en=f'did you mean "{meant}"?'))
    names = " ".join(DAY_NAMES)
    return Misread(problem, Words(zh=f"可以写：{names}", en=f"write one of: {names}"))


def _meant_day(value: str) -> str:
    plain = value.strip().casefold()
    if plain in _DAY_ALIASES:
        return _DAY_ALIASES[plain]
    if plain.startswith(("周", "星期", "礼拜")):
        return _CHINESE_DAYS.get(plain[-1], "")
    return next((name for name in DAY_NAMES if plain.startswith(name[:3])), "")


def _mended(value: str) -> str:
    if len(value) > _MOST_MENDED:  # to compose tens of thousands of accents takes a minute, and nobody meant a time
        return ""
    plain = unicodedata.normalize("NFKC", value).translate(_DASHES).replace(" ", "")
    return plain if plain != value else ""


def _inside(value: object, problem: Words) -> Words:
    return Words(zh=f"{shown(value)} 里的 {problem.zh}", en=f"{shown(value)}: {problem.en}")


def shown(value: object) -> str:
    """Gives a value as a person wrote it, cut to a length that fits a sentence."""
    match value:
        case bool():
            text = "true" if value else "false"
        case int():
            # Python refuses to convert a number of thousands of digits to text, and nobody would read it.
            text = str(value) if abs(value) < 10**18 else "10^18+"
        case str():
            plain = "".join(mark if printable(mark) == mark else "�" for mark in value[:40])
            text = f'"{plain}…"' if len(value) > 40 else f'"{plain}"'
        case dt.date() | dt.time():
            text = value.isoformat()
        case list():
            flat = [shown(part) if not isinstance(part, list | dict) else "…" for part in value[:6]]
            text = f"[{', '.join(flat)}{', …' if len(value) > 6 else ''}]"
        case dict():
            text = "{…}"
        case _:
            text = str(value)
    return text
