"""How times, windows and dates are written: `07:00-21:30`, `2026-10-01..2026-10-07`."""

import datetime as dt
import re
import unicodedata

import msgspec

from signage import mending
from signage.daypart import DateRange, TimeOfDay, Window
from signage.errors import Words
from signage.printable import printable

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years outside are taken for typing errors; inside, adding days never overflows."""

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "workdays", "restdays", "all")

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_DAY_ALIASES = {
    "weekdays": "workdays", "weekday": "workdays", "weekend": "restdays", "weekends": "restdays",
    "holidays": "restdays", "daily": "all", "everyday": "all", "every day": "all",
    "工作日": "workdays", "休息日": "restdays", "节假日": "restdays", "周末": "restdays", "每天": "all", "每日": "all",
}  # fmt: skip
_NEARLY = frozenset({"weekdays", "weekday", "weekend", "weekends", "holidays", "节假日", "周末"})
_MOST_MENDED = 100
_CHINESE_DAY = re.compile("(?:周|星期|礼拜)([一二三四五六日天])")
_CHINESE_DAYS = dict(zip("一二三四五六日天", (*DAY_NAMES[:7], "sun"), strict=True))


class Misread(msgspec.Struct, frozen=True):
    """A value that is not what it should be: the end of a sentence that begins with its key, and the cure."""

    problem: Words
    cure: Words
    meant: object = None
    """The value that was meant, as TOML has it, or a tuple of several entries of a list; None: nobody can tell."""


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
    mended = mending.time(value) if isinstance(value, str) else ""
    if not mended or mended == value or isinstance(time_of_day(mended), Misread):
        mended, most = "", "24:00" if as_end else "23:59"
        cure = Words(zh=f'写成 "00:00" 到 "{most}"，例如 "07:00"', en=f'write "00:00" to "{most}", such as "07:00"')
    else:
        cure = Words(zh=f'写成 "{mended}"', en=f'write "{mended}"')
    found = mending.pieces(value, lambda part: bool(mending.time(part))) if isinstance(value, str) else None
    parts = tuple(mending.time(part) for part in found or ())
    if len(parts) > 1:
        told = ", ".join(f'"{part}"' for part in parts)
        cure = Words(zh=f"分开写成 {told}", en=f"write {told}")
    problem = Words(zh=f"{shown(value)} 不是一天里的时刻", en=f"{shown(value)} is not a time of day")
    return Misread(problem, cure, (parts if len(parts) > 1 else "") or mended or None)


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
                zh='全天写成 "00:00-24:00"，否则改正其中一个时刻',
                en='write "00:00-24:00" for the whole day, or correct one of the times',
            ),
        )
    return Window(start, end)


def _wrong_part(value: str, part: Misread) -> Misread:
    whole = _no_window(value)
    return Misread(_inside(value, part.problem), whole.cure if whole.meant else part.cure, whole.meant)


def _no_window(value: object) -> Misread:
    problem = Words(zh=f"{shown(value)} 不是时间段", en=f"{shown(value)} is not a window of time")
    mended = mending.window(value) if isinstance(value, str) else ""
    if mended and mended != value and not isinstance(window(mended), Misread):
        return Misread(problem, Words(zh=f'写成 "{mended}"', en=f'write "{mended}"'), mended)
    found = mending.pieces(re.sub("[和与及]", "、", value), _is_window) if isinstance(value, str) else None
    if found:
        parts = [mending.window(part) or part for part in found]
        told = ", ".join(f'"{part}"' for part in parts)
        return Misread(problem, Words(zh=f"分开写成 {told}", en=f"write {told}"), tuple(parts))
    return Misread(
        problem, Words(zh='写成 "开始-结束"，例如 "07:00-21:30"', en='write "start-end", such as "07:00-21:30"')
    )


def _is_window(text: str) -> bool:
    return bool(mending.window(text)) or not isinstance(window(text), Misread)


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
    return _no_date(value)


def _no_date(value: object) -> Misread:
    problem = Words(zh=f"{shown(value)} 不是有效的日期", en=f"{shown(value)} is not a valid date")
    if isinstance(value, dt.datetime):
        if value.tzinfo is None and value.time() == dt.time() and FIRST_YEAR <= value.year <= LAST_YEAR:
            return Misread(problem, Words(f"写成 {value.date()}", f"write {value.date()}"), value.date())
        cure = Words(
            "日期不带时刻：只写日期，几点到几点写在 times 里",
            "a date has no time of day: write the date only, and the hours as times",
        )
        return Misread(problem, cure)
    text = value if isinstance(value, str) else str(value) if type(value) is int and 0 < value < 10**9 else ""
    if lacks := mending.no_such_day(text):
        problem = Words(zh=f"{problem.zh}：{lacks.zh}", en=f"{problem.en}: {lacks.en}")
    meant = mending.date(text)
    if meant is not None and FIRST_YEAR <= meant.year <= LAST_YEAR:
        return Misread(problem, Words(f"写成 {meant}", f"write {meant}"), meant)
    cure = Words(
        zh=f"写成 2026-08-05 这样的日期，要是日历上有的日子，年份 {FIRST_YEAR} 到 {LAST_YEAR}",
        en=f"write a date such as 2026-08-05, a day that exists, years {FIRST_YEAR} to {LAST_YEAR}",
    )
    return Misread(problem, cure)


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
        problem = Words(zh=f"{shown(value)} 的结束早于开始", en=f"{shown(value)} ends before it begins")
        meant = f"{last}..{first}"
        if last.year == first.year and last.month <= 2 and first.month >= 11:  # over the turn of the year
            meant = f"{first}..{last.replace(year=last.year + 1, day=min(last.day, 28))}"
        return Misread(problem, Words(zh=f'写成 "{meant}"', en=f'write "{meant}"'), meant)
    return DateRange(first, last)


def _range_of(text: str) -> str:
    """A span of days that was written with another sign between them, as it was meant; "" if it is none."""
    if len(text) > 60:
        return ""
    plain = unicodedata.normalize("NFKC", mending.without_unseen(text)).strip()
    for sign in ("...", "..", "…", "至", "到", "~", "～", "—", "–", " - ", "--", "/到/"):
        left, found, right = plain.partition(sign)
        first, last = mending.date(left), mending.date(right.strip(sign + " "))
        if found and first is not None and last is not None and first <= last:
            return f"{first}..{last}"
    left, _, right = plain.partition("..")
    first = mending.date(left)
    if first is not None and (short := re.fullmatch(r"(?:(\d{1,2})-)?(\d{1,2})", right)):
        last = mending.date(f"{first.year}-{short[1] or first.month}-{short[2]}")
        return f"{first}..{last}" if last is not None and first <= last else ""
    left, dash, right = plain.partition("-")  # between dates that have none themselves
    first, last = mending.date(left), mending.date(right)
    return f"{first}..{last}" if dash and first is not None and last is not None and first <= last else ""


def _wrong_end(value: object, end: Misread) -> Misread:
    text = value if isinstance(value, str) else ""
    if (meant := _range_of(text)) and not isinstance(date_range(meant), Misread):
        return Misread(end.problem, Words(f'写成 "{meant}"', f'write "{meant}"'), meant)
    if end.meant is not None and ".." not in text:
        return end
    if found := mending.pieces(text, _is_date_range):
        parts = [_range_of(part) or str(mending.date(part) or part) for part in found]
        told = ", ".join(f'"{part}"' for part in parts)
        return Misread(end.problem, Words(zh=f"分开写成 {told}", en=f"write {told}"), tuple(parts))
    cure = Words(
        zh='写成 "2026-10-01..2026-10-07"，或者一天 "2026-10-01"',
        en='write "2026-10-01..2026-10-07", or one day "2026-10-01"',
    )
    of_two = isinstance(value, str) and value.count("..") == 1
    return Misread(_inside(value, end.problem) if of_two else end.problem, cure)


def _is_date_range(text: str) -> bool:
    return bool(_range_of(text)) or mending.date(text) is not None or not isinstance(date_range(text), Misread)


def day_name(value: object) -> str | Misread:
    """Reads one of `DAY_NAMES`; for others it knows what was meant."""
    if isinstance(value, str) and value in DAY_NAMES:
        return value
    problem = Words(zh=f"{shown(value)} 不是星期的写法", en=f"{shown(value)} is not a name of days")
    meant = _meant_day(value) if isinstance(value, str) else ""
    if meant:
        # Weekends are not all days of rest, nor the other way round: whether that is meant, only the writer knows.
        is_same = isinstance(value, str) and value.strip().casefold() not in _NEARLY
        return Misread(
            problem, Words(zh=f"是不是“{meant}”？", en=f'did you mean "{meant}"?'), meant if is_same else None
        )
    several = _meant_days(value) if isinstance(value, str) and len(value) <= _MOST_MENDED else ()
    if several:
        told = ", ".join(f'"{day}"' for day in several)
        return Misread(problem, Words(zh=f"写成 {told}", en=f"write {told}"), several)
    names = " ".join(DAY_NAMES)
    return Misread(problem, Words(zh=f"可以写：{names}", en=f"write one of: {names}"))


def _meant_day(value: str) -> str:
    plain = value.strip().casefold()
    if plain in _DAY_ALIASES:
        return _DAY_ALIASES[plain]
    if found := _CHINESE_DAY.fullmatch(plain):
        return _CHINESE_DAYS[found[1]]
    if plain in DAY_NAMES:
        return plain
    plain = plain.rstrip(".")
    return next((name for name in DAY_NAMES[:7] if plain.isalpha() and plain.startswith(name) and len(plain) <= 9), "")


def _meant_days(value: str) -> tuple[str, ...]:
    """The days named in one text, `周一至周五`, `周一、周三`, `mon-fri`; () unless all of it is understood."""
    plain = unicodedata.normalize("NFKC", value).strip().casefold()
    first, dash, last = re.sub("[-~—–至到]+", "-", plain).partition("-")
    if dash:
        ends = [_meant_day(first), _meant_day(last) or _CHINESE_DAYS.get(last, "")]
        if not all(end in DAY_NAMES[:7] for end in ends):
            return ()
        at, count = DAY_NAMES.index(ends[0]), (DAY_NAMES.index(ends[1]) - DAY_NAMES.index(ends[0])) % 7 + 1
        return tuple(DAY_NAMES[(at + n) % 7] for n in range(count))
    if found := re.fullmatch("(?:周|星期|礼拜)([一二三四五六日天]{2,7})", plain):
        return tuple(dict.fromkeys(_CHINESE_DAYS[mark] for mark in found[1]))
    parts = mending.pieces(plain.replace("和", "、"), lambda part: bool(_meant_day(part) or _CHINESE_DAYS.get(part)))
    return tuple(dict.fromkeys(_meant_day(part) or _CHINESE_DAYS[part] for part in parts or ()))


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
