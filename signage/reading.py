"""Reads playlist files and the calendar file into values; a file with any mistake is refused whole."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

from signage import mending
from signage.calendar import Calendar, QuietPeriod
from signage.daypart import DateRange
from signage.errors import Edit, Words
from signage.findings import Findings
from signage.items import (
    FITS,
    ITEM_KEYS,
    LEAST_DWELL_S,
    MOST_DWELL_S,
    MOST_TITLE,
    RUN_KEYS,
    TRANSITIONS,
    read_item,
    read_runs,
)
from signage.notation import FIRST_YEAR, LAST_YEAR, Misread, date_range, shown, time_of_day, window
from signage.playlist import RANKS, Item, Order, Playlist
from signage.source import Place, Source, parse
from signage.tables import Table
from signage.text_rules import flaw, inside

CALENDAR_FILE = "calendar.toml"
"""The name in a playlist folder that is the calendar, not a playlist."""

PLAYLIST_KEYS = (
    "title", "zone", "rank", "priority", "share", *RUN_KEYS, "starts", "lasts_min",
    "order", "transition", "fit", "dwell_s", "volume", "item",
)  # fmt: skip
CALENDAR_KEYS = ("years", "workdays", "restdays", "quiet")
QUIET_KEYS = ("name", "dates", "times", "screens", "kinds")

ORDERS: tuple[Order, ...] = ("sequence", "shuffle", "weighted")
MOST_ITEMS = 2000
MOST_DAYS = 2000

_AT_HEAD = Words(
    zh="写到文件开头，第一个 [[item]] 之前", en="write it at the head of the file, before the first [[item]]"
)
_IN_ITEM = Words(zh="写到一行 [[item]] 的下面", en="write it below a line [[item]]")


def read_playlist(text: str | bytes, file: str) -> Playlist:
    """Gives the playlist written in `file`'s text; its name is the file's stem.

    Raises BadInput with every complaint found.
    """
    name = unicodedata.normalize("NFC", PurePath(file).stem)
    words = Words(zh=f"播放表 {PurePath(file).name}", en=f'playlist "{name}"')
    source = parse(text, Place(where=file, words=words))
    findings = Findings(source.place)
    elsewhere = {key: _IN_ITEM for key in ITEM_KEYS if key not in PLAYLIST_KEYS}
    table = Table(
        source.values,
        source.place,
        findings,
        known=PLAYLIST_KEYS,
        elsewhere=elsewhere,
        edits=_headless(source, ITEM_KEYS, PLAYLIST_KEYS, "item"),
    )
    order = table.choice("order", ORDERS[0], ORDERS)
    body = text.encode() if isinstance(text, str) else text
    playlist = Playlist(
        name=name,
        sha256=hashlib.sha256(body).hexdigest(),
        title=table.text("title", "", most=MOST_TITLE),
        zone=table.text("zone", "main", most=50),
        rank=table.choice("rank", "normal", RANKS),
        priority=table.integer("priority", 0, -100, 100),
        share=table.integer("share", 1, 1, 100),
        runs=read_runs(table),
        starts=tuple(sorted(table.each("starts", time_of_day, most=96))),
        lasts_min=table.number("lasts_min", 0.0, 0.5, 1440),
        order=order,
        transition=table.choice("transition", "fade", TRANSITIONS),
        fit=table.choice("fit", "contain", FITS),
        dwell_s=table.number("dwell_s", 15.0, LEAST_DWELL_S, MOST_DWELL_S),
        volume=table.integer("volume", 100, 0, 100),
        items=_items(table, source, findings, weighted=order == "weighted"),
    )
    _check_broadcast(table, playlist)
    findings.raise_if_any()
    return playlist


def _headless(source: Source, inner: Sequence[str], outer: Sequence[str], name: str) -> dict[str, Edit]:
    """The header that is missing where `inner` keys, those of a table, stand at the head, by the first of these keys.

    Not where something follows that would then hold for that table only.
    """
    lines = source.place.lines
    stray = [key for key in lines if key in inner and key not in outer]
    first = min(stray, key=lines.__getitem__, default="")
    after = {key for key in lines if first and lines[key] > lines[first]}
    begins = set(stray) & {"media", "card", "ticker", "name", "dates"}
    if not begins or not after <= set(inner) or after & set(outer):
        return {}
    return {first: Edit(lines[first], lines[first] - 1, (f"[[{name}]]",))}


def _items(table: Table, source: Source, findings: Findings, *, weighted: bool) -> tuple[Item, ...]:
    items: list[Item] = []
    elsewhere = {key: _AT_HEAD for key in PLAYLIST_KEYS if key not in ITEM_KEYS}
    for number, values in enumerate(table.tables("item", most=MOST_ITEMS), start=1):
        words = Words(zh=f"{source.place.words.zh} 第 {number} 项", en=f"{source.place.words.en}, item {number}")
        place = source.table_place("item", number, words)
        item = Table(values, place, findings, known=ITEM_KEYS, elsewhere=elsewhere)
        items.append(read_item(item, number, weighted=weighted))
    if "item" not in table or (not items and not table.tables("item", most=MOST_ITEMS)):
        table.complain(
            "",
            Words(zh="一项都没有", en="it has no item"),
            Words(
                zh='加上 [[item]]，下一行写 media = "…"、card = "…" 或 ticker = true',
                en='add [[item]], and below it media = "…", card = "…" or ticker = true',
            ),
        )
    return tuple(items)


def _check_broadcast(table: Table, playlist: Playlist) -> None:
    """Complains unless `starts` and `lasts_min` stand in a broadcast, and only there, and make sense together."""
    if playlist.rank != "broadcast":
        for key in ("starts", "lasts_min"):
            if key in table:
                table.complain(
                    key,
                    Words(zh=f'{key} 只用于 rank = "broadcast"', en=f'{key} is only for rank = "broadcast"'),
                    Words(
                        zh=f'写 rank = "broadcast"，或者改用 times 并删去 {key}',
                        en=f'write rank = "broadcast", or use times and delete {key}',
                    ),
                )
        return
    for key, example in (("starts", '["07:00", "12:00", "18:00"]'), ("lasts_min", "30")):
        if key not in table:
            problem = Words(zh=f"广播（broadcast）必须写 {key}", en=f"a broadcast needs {key}")
            table.complain(key, problem, Words(zh=f"加一行 {key} = {example}", en=f"add a line {key} = {example}"))
    if "times" in table:
        table.complain(
            "times",
            Words(
                zh="广播按 starts 和 lasts_min 播出，不用 times",
                en="a broadcast runs by starts and lasts_min, not by times",
            ),
            Words(zh="删去 times 这一行", en="delete the line of times"),
        )
    for earlier, later in zip(playlist.starts, playlist.starts[1:], strict=False):
        if later < earlier + playlist.lasts_min * 60 or later == earlier:
            table.complain(
                "starts",
                Words(
                    zh=f"{_clock(later)} 这一次开始时，{_clock(earlier)} 那一次还没有结束",
                    en=f"the run at {_clock(later)} begins before the one at {_clock(earlier)} is over",
                ),
                Words(zh="把两次隔开，或者缩短 lasts_min", en="move them apart, or shorten lasts_min"),
            )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def read_calendar(text: str | bytes, file: str) -> Calendar:
    """Gives the calendar written in `file`'s text. Raises BadInput with every complaint found."""
    words = Words(zh=f"日历 {PurePath(file).name}", en=f'calendar "{PurePath(file).name}"')
    source = parse(text, Place(where=file, words=words))
    findings = Findings(source.place)
    elsewhere = {key: Words("写到一行 [[quiet]] 的下面", "write it below a line [[quiet]]") for key in QUIET_KEYS}
    edits = _headless(source, QUIET_KEYS, CALENDAR_KEYS, "quiet")
    table = Table(source.values, source.place, findings, known=CALENDAR_KEYS, elsewhere=elsewhere, edits=edits)
    workdays = _days(table.each("workdays", date_range, most=MOST_DAYS, empty=True))
    restdays = _days(table.each("restdays", date_range, most=MOST_DAYS, empty=True))
    for day in sorted(set(workdays) & set(restdays)):
        table.complain(
            "restdays",
            Words(zh=f"{day} 既是工作日又是休息日", en=f"{day} is both a working day and a day of rest"),
            Words(zh="从 workdays 或 restdays 里删去它", en="delete it from workdays or from restdays"),
        )
    years = table.each("years", _year, most=50, empty=True)
    for year in years:
        if not any(day.year == year for day in restdays):
            problem = Words(
                f"years 里有 {year}，restdays 里没有这一年的一天", f"years has {year}, restdays no day of it"
            )
            cure = Words("照放假通知写上这一年的 restdays 和 workdays", "list the restdays and workdays of that year")
            table.complain("years", problem, cure)
    quiet = _quiet_periods(table, source, findings)
    findings.raise_if_any()
    return Calendar(workdays=workdays, restdays=restdays, quiet=quiet, years=years)


def _year(value: object) -> int | Misread:
    if isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= LAST_YEAR:
        return value
    meant = mending.number("years", value.removesuffix("年")) if isinstance(value, str) else None
    return Misread(
        Words(f"{shown(value)} 不是年份", f"{shown(value)} is no year"),
        Words("写成 2027 这样的四位数，不加引号", "write a year such as 2027, without quotes"),
        int(meant) if meant is not None and FIRST_YEAR <= meant <= LAST_YEAR else None,
    )


def _days(ranges: tuple[DateRange, ...]) -> tuple[dt.date, ...]:
    days = {
        one.first + dt.timedelta(days=n)
        for one in ranges
        for n in range(min((one.last - one.first).days + 1, MOST_DAYS))
    }
    return tuple(sorted(days))


def _quiet_periods(table: Table, source: Source, findings: Findings) -> tuple[QuietPeriod, ...]:
    periods: dict[str, QuietPeriod] = {}
    for number, values in enumerate(table.tables("quiet", most=200), start=1):
        words = Words(
            zh=f"{source.place.words.zh} 第 {number} 个静音期", en=f"{source.place.words.en}, quiet period {number}"
        )
        quiet = Table(values, source.table_place("quiet", number, words), findings, known=QUIET_KEYS)
        period = QuietPeriod(
            name=quiet.text("name", "", most=50).strip(),
            dates=quiet.each("dates", date_range),
            times=quiet.each("times", window),
            screens=quiet.each("screens", _name),
            kinds=quiet.each("kinds", _name),
        )
        if not period.name:
            problem = Words(zh="静音期没有名字", en="the quiet period has no name")
            quiet.complain("name", problem, Words(zh='加一行 name = "高考"', en='add a line such as name = "高考"'))
        elif period.name in periods:
            problem = Words(zh=f"名字 {shown(period.name)} 用了两次", en=f"the name {shown(period.name)} is used twice")
            quiet.complain("name", problem, Words(zh="换一个名字", en="choose another name"))
        if "dates" not in quiet:
            problem = Words(zh="静音期没有日期", en="the quiet period has no dates")
            example = 'dates = ["2026-06-07..2026-06-10"]'
            quiet.complain("dates", problem, Words(zh=f"加一行 {example}", en=f"add a line {example}"))
        periods[period.name] = period
    return tuple(periods.values())


def _name(value: object) -> str | Misread:
    if isinstance(value, str) and value.strip() and len(value) <= 50:
        wrong = flaw(value, "name")
        return value.strip() if wrong is None else inside(value, wrong)
    return Misread(
        Words(zh=f"{shown(value)} 不是名字", en=f"{shown(value)} is not a name"),
        Words(zh="写一个名字，不超过 50 个字", en="write a name of at most 50 characters"),
    )
