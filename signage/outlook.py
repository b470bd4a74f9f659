"""When a publication is next seen on a screen, or why it never will be.

Rule: pure; it asks the same timetable that the screen plays by, so it cannot promise what the screen will not do.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

import msgspec

from signage import calendar, cards, timetable, walltime
from signage.daypart import Daypart, is_on
from signage.errors import Words
from signage.playlist import Item, Playlist
from signage.printable import printable
from signage.program import Program, Site
from signage.timetable import Airing, Span, Timetable

Prospect = Literal["on-air", "waits", "held", "never"]
PROSPECTS: tuple[Prospect, ...] = ("on-air", "waits", "held", "never")
"""Best first: what a publication comes to is the best of its playlists."""

FARTHEST_DAYS = 400
"""So far behind the first day that its dates admit a turn is looked for: a year, and the holidays of the next."""
MOST_VARIABLES = 6
MOST_NAME = 60
"""Characters of a name in a sentence, which has to fit a message whole."""
_RANK = {
    "emergency": Words("紧急", "an emergency"),
    "broadcast": Words("广播", "a broadcast"),
    "normal": Words("普通", "a normal one"),
    "filler": Words("垫片", "a filler"),
}
_NO_MEDIA = ("它的素材一个也不能播", "none of its media can be shown")
NO_MEDIA = Words(f"永远不会播：{_NO_MEDIA[0]}", f"it never plays: {_NO_MEDIA[1]}")
"""Which is not for ever where the media are only put aside for a while."""
_DAYS_ZH = "一二三四五六日"


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one playlist, or of one publication."""

    name: str
    """The playlist's."""
    prospect: Prospect
    at: dt.datetime | None = None
    """When it waits: from when it is on air, as the screen's local time."""
    why: Words | None = None
    """The sentence for people; None when it is on air."""


def outlooks(program: Program, publication: int, at: dt.datetime) -> tuple[Outlook, ...]:
    """Returns what becomes of each playlist of a publication (0: of the local ones) on this screen, by name."""
    mine = [playlist for playlist in program.playlists if playlist.publication == publication]
    return tuple(outlook(program, playlist, at) for playlist in mine)


def best(found: Iterable[Outlook]) -> Outlook | None:
    """Returns what a publication comes to: the best of its playlists, of those that wait the earliest."""
    return min(
        found,
        key=lambda each: (PROSPECTS.index(each.prospect), each.at.timestamp() if each.at is not None else 0.0),
        default=None,
    )


def on_air_now(program: Program, at: dt.datetime) -> frozenset[int]:
    """Returns the numbers of the publications that own a zone at `at`; 0 stands for local playlists."""
    instant = walltime.utc(at)
    spans = (timetable.of(program, zone.name).span(instant) for zone in program.zones)
    return frozenset(airing.playlist.publication for span in spans for airing in span.owners)


def outlook(program: Program, playlist: Playlist, at: dt.datetime) -> Outlook:
    """Returns what becomes of one playlist of the program."""
    name = playlist.name
    if playlist.zone not in {zone.name for zone in program.zones}:
        has_zh, has_en = "、".join(z.name for z in program.zones), ", ".join(z.name for z in program.zones)
        return _never(name, f"这块屏幕没有区域 {_named(playlist.zone)}（有 {has_zh}）",
                      f"this screen has no zone {_named(playlist.zone)} (it has {has_en})")  # fmt: skip
    table = timetable.of(program, playlist.zone)
    cast = next((cast for cast in table.casts if cast.playlist is playlist), None)
    items = [line.item for line in cast.lines if line.shows] if cast is not None else []
    if cast is None or not items:
        return _never(name, *_no_item(playlist, program.site))
    instant = walltime.utc(at)
    if _owns(table.span(instant), playlist):
        return Outlook(name=name, prospect="on-air")
    first = _first(table, playlist, items, instant)
    if first is None:
        return _never(name, *_no_day(playlist, items, walltime.wall(instant, table.lineup.timezone).date()))
    return _once_it_may(table, playlist, first, instant)


def _once_it_may(table: Timetable, playlist: Playlist, first: dt.datetime, instant: dt.datetime) -> Outlook:
    """What becomes of a playlist that its own dates and times admit from `first` on."""
    zone = table.lineup.timezone
    span = table.span(first)
    if _owns(span, playlist):
        return _waits(playlist, walltime.local(first, zone), None, instant)
    above = span.owners[0].playlist if span.owners else None
    if above is not None and above.items and above.items[0].card == cards.BLACK:
        return Outlook(name=playlist.name, prospect="held", why=BLACKED_OUT)
    end = first + timetable.HORIZON
    turn = next((each.start for each in table.spans(first, end) if _owns(each, playlist)), None)
    if turn is not None:
        return _waits(playlist, walltime.local(turn, zone), _before(span.owners), instant)
    why = _before(span.owners)
    days = timetable.HORIZON.days
    if first > instant:
        day = walltime.local(first, zone).date()
        why = Words(f"{day} 才到它的日期，而且{why.zh}", f"its dates come on {day}, and {why.en}")
    words = Words(
        zh=f"{why.zh}，{days} 天内轮不到它：改优先级或日期，或者撤回那一个",
        en=f"{why.en}, and its turn does not come within {days} days: change priority or dates, or withdraw that one",
    )
    return Outlook(name=playlist.name, prospect="held", why=words)


BLACKED_OUT = Words(
    zh="屏幕按命令黑屏，解除以后才播：wuzha-office command blackout on=false --to screen:编号",
    en="the screen is blacked out by order; it plays after that: wuzha-office command blackout on=false --to screen:ID",
)
FILLER_ONLY = Words(
    zh="屏幕按命令只播垫片，解除以后才播：wuzha-office command filler on=false --to screen:编号",
    en="filler only by order; after that it plays: wuzha-office command filler on=false --to screen:ID",
)


def _may_run(span: Span, playlist: Playlist) -> bool:
    return any(airing.playlist is playlist for airing in span.on_air)


def _named(text: str) -> str:
    return printable(text[:MOST_NAME])


def _owns(span: Span, playlist: Playlist) -> bool:
    return any(airing.playlist is playlist for airing in span.owners)


def _before(owners: tuple[Airing, ...]) -> Words:
    """Who goes first."""
    first = owners[0].playlist
    rank, name = _RANK[first.rank], _named(first.name)
    of = (
        Words(f"（发布 {first.publication}）", f" of publication {first.publication}")
        if first.publication
        else Words("", "")
    )
    return Words(
        zh=f"{rank.zh}播放表 {name}{of.zh} 级别或优先级更高",
        en=f"{rank.en}, playlist {name}{of.en}, goes first by rank or priority",
    )


def _waits(playlist: Playlist, at: dt.datetime, why: Words | None, instant: dt.datetime) -> Outlook:
    here = instant.astimezone(at.tzinfo)
    shown = f"{at:%H:%M}" if at.date() == here.date() else f"{at:%Y-%m-%d} 周{_DAYS_ZH[at.weekday()]} {at:%H:%M}"
    shown_en = f"{at:%H:%M}" if at.date() == here.date() else f"{at:%Y-%m-%d %H:%M}"
    because = why or Words("还没到它的日期和时段", "its dates and times have not come")
    words = Words(zh=f"{shown} 起上屏：{because.zh}", en=f"it comes on at {shown_en}: {because.en}")
    return Outlook(name=playlist.name, prospect="waits", at=at, why=words)


def _never(name: str, zh: str, en: str) -> Outlook:
    return Outlook(name=name, prospect="never", why=Words(f"永远不会播：{zh}", f"it never plays: {en}"))


def _no_item(playlist: Playlist, site: Site) -> tuple[str, str]:
    """Why none of its items can be shown."""
    texts = [text for item in playlist.items for text in (item.title, item.text, item.footer, item.qr)]
    lacks = list(dict.fromkeys(name for text in texts for name in cards.missing(text, site)))
    if lacks:
        names = " ".join(f"{{{_named(name)}}}" for name in lacks[:MOST_VARIABLES])
        return (f"这块屏幕没有填写 {names}，写进播放机的 kiosk_config.toml：{place(lacks)}，或在管理端登记后重新发布",
                f"this screen lacks {names}: enter them in its kiosk_config.toml, {place(lacks)}, "
                "or at the office and push again")  # fmt: skip
    return _NO_MEDIA


def place(names: Iterable[str]) -> str:
    """Returns the tables of a screen's configuration in which variables of these names are entered."""
    where = {"village": "[site]", "kind": "[site]", "screen_title": "[screen]"}
    return " ".join(dict.fromkeys(where.get(name, "[site.variables]") for name in names))


def entered(names: Iterable[str]) -> str:
    """Returns the words of `wuzha-office enroll` with which variables of these names are entered at the office."""
    flags = {"village": '--village "…"', "kind": '--kind "…"', "screen_title": '--title "…"'}
    return " ".join(flags.get(name, f'--variable {_named(name)}="…"') for name in names)


def _no_day(playlist: Playlist, items: list[Item], today: dt.date) -> tuple[str, str]:
    """Why its dates and times never come again."""
    last = _last(playlist, items)
    if last is not None and last < today:
        return (f"until = {last} 已经过了", f"its until = {last} is over")
    if playlist.rank == "broadcast":
        return ("一年内没有一次能开始：日期、星期和时段凑不到一起，或者都在静音时段里",
                "no run begins within a year: its dates and times never meet, or lie in quiet periods")  # fmt: skip
    return ("它的日期、星期和时段凑不到一起，一年内没有一天能播",
            "its dates, days and times never meet: there is no such day within a year")  # fmt: skip


def _last(playlist: Playlist, items: list[Item]) -> dt.date | None:
    """The last day that its own dates and those of its items admit; None: no end."""
    ends = [item.runs.last for item in items]
    of_items = None if None in ends else max(end for end in ends if end is not None)
    return min((end for end in (playlist.runs.last, of_items) if end is not None), default=None)


def _first(table: Timetable, playlist: Playlist, items: list[Item], instant: dt.datetime) -> dt.datetime | None:
    """The first instant (UTC) from `instant` on at which dates and times admit the playlist and one of its items."""
    if _may_run(table.span(instant), playlist):
        return instant
    zone = table.lineup.timezone
    parts = tuple(dict.fromkeys(item.runs for item in items))
    firsts = [part.first for part in parts]
    of_items = None if None in firsts else min(first for first in firsts if first is not None)
    today = walltime.wall(instant, zone).date()
    begin = max(day for day in (today, playlist.runs.first, of_items) if day is not None)
    last = _last(playlist, items)
    for offset in range(FARTHEST_DAYS):
        day = begin + dt.timedelta(days=offset)
        if last is not None and day > last:
            return None
        is_broadcast = playlist.rank == "broadcast"
        found = _broadcast(table, playlist, day) if is_broadcast else _openings(table, playlist, parts, day)
        if (first := min((at for at in found if at >= instant), default=None)) is not None:
            return first
    return None


def _openings(table: Timetable, playlist: Playlist, parts: tuple[Daypart, ...], day: dt.date) -> Iterator[dt.datetime]:
    """The instants of a day at which a window begins and both the playlist and an item are on.

    An overlap of two windows begins where one of them does, or at midnight.
    """
    zone = table.lineup.timezone
    works = partial(calendar.is_workday, table.lineup.program.calendar)
    for second in sorted({0, *(w.start for part in (playlist.runs, *parts) for w in part.times)}):
        wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=second)
        if is_on(playlist.runs, wall, works) and any(is_on(part, wall, works) for part in parts):
            yield from walltime.instants(day, second, zone)


def _broadcast(table: Timetable, playlist: Playlist, day: dt.date) -> Iterator[dt.datetime]:
    """The instants of a day from which a run of a broadcast is heard: in its items' windows, out of quiet periods."""
    zone = table.lineup.timezone
    works = partial(calendar.is_workday, table.lineup.program.calendar)
    for second in playlist.starts:
        for run in walltime.instants(day, second, zone):
            if not is_on(playlist.runs, walltime.wall(run, zone), works):
                continue
            end = run + dt.timedelta(minutes=playlist.lasts_min)
            spans = (table.span(run), *table.spans(run, end))
            yield from (max(run, span.start) for span in spans if _may_run(span, playlist))
