"""Playlists and items that read well and can never play, or not as their writer meant; and why.

Rule: pure. Nothing is claimed that was not looked at: the timetable is worked out for every kind of day ahead, and a
playlist is called hidden only when it was looked for on each of them.
"""

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec

from signage import timetable, walltime
from signage.calendar import is_workday
from signage.daypart import ALWAYS, Daypart, Window, includes, within
from signage.errors import Complaint, Words
from signage.filenames import AUDIO, VIDEO
from signage.playlist import Item, Playlist
from signage.program import Program
from signage.source import Place
from signage.timetable import Span, Timetable

LOOK_DAYS = 400
MOST_SPANS, MOST_JUDGED = 12_000, 1_500_000
"""Of one zone, and playlists in all of them; beyond, nothing is said of what was not seen by then."""
FAR_DAYS = 366
"""What begins later than that has a mistyped year."""
LONG_DWELL_S = 3600.0
"""A picture that stands longer is told: nobody sees another one meanwhile."""
MINUTE_S, DAY_S = 60, 86400


def idle_playlists(program: Program, at: dt.datetime) -> Iterator[Complaint]:
    """Returns what never plays from `at` on, windows that lack a minute, and pictures that stay for hours."""
    today = walltime.wall(walltime.utc(at), ZoneInfo(program.timezone)).date()
    live = []
    for playlist in program.playlists:
        told = list(_dates(program, playlist, today))
        yield from told or ()
        yield from _short_windows(playlist)
        yield from _long(playlist)
        if not told:
            live.append(playlist)
    for zone in program.zones:
        names = {playlist.name for playlist in live if playlist.zone == zone.name}
        yield from _unseen(program, timetable.of(program, zone.name), names, walltime.utc(at))


def place_of(playlist: Playlist, item: Item | None = None) -> Place:
    """Returns the place of a playlist or of one of its items, as sentences call it."""
    file = f"{playlist.name}.toml"
    if item is None:
        return Place(where=file, words=Words(f"播放表 {file}", f'playlist "{playlist.name}"'))
    return Place(
        where=f"{file}, item {item.number}",
        words=Words(f"播放表 {file} 第 {item.number} 项", f'playlist "{playlist.name}", item {item.number}'),
    )


def _dates(program: Program, playlist: Playlist, today: dt.date) -> Iterator[Complaint]:
    """What the dates alone say against a playlist."""
    first, last = playlist.runs.first, playlist.runs.last
    place = place_of(playlist)
    if last is not None and last < today:
        problem = Words(f"已经在 {last} 结束，不会再播放", f"it ended on {last} and does not play any more")
        cure = Words("还要播就改 until（看看年份对不对），不用就删掉这个文件",
                     "to go on, change until (is the year right?); else delete the file")  # fmt: skip
        yield place.complaint("until", problem, cure)
    elif first is not None and first > today + dt.timedelta(days=FAR_DAYS):
        problem = Words(f"要到 {first} 才开始，一年以后", f"it begins on {first}, in more than a year")
        yield place.complaint(
            "from", problem, Words("看看 from 的年份对不对", "look whether the year of from is right")
        )
    elif next(_days(program, playlist.runs, today), None) is None:
        problem = Words("from、until、days 和 except 合起来，一天也不剩，永远不会播放",
                        "from, until, days and except leave no day on which it plays")  # fmt: skip
        cure = Words("放宽其中一个", "loosen one of them")
        yield place.complaint("days" if playlist.runs.days else "except", problem, cure)


def _days(program: Program, runs: Daypart, today: dt.date) -> Iterator[dt.date]:
    first = max(today, runs.first or today) - dt.timedelta(days=1)  # a window over midnight began yesterday
    for number in range(LOOK_DAYS):
        day = first + dt.timedelta(days=number)
        if includes(runs, day, lambda one: is_workday(program.calendar, one)):
            yield day


def _short_windows(playlist: Playlist) -> Iterator[Complaint]:
    """Windows up to :59, meant to end with that minute and not before it."""
    for place, runs in [
        (place_of(playlist), playlist.runs),
        *((place_of(playlist, i), i.runs) for i in playlist.items),
    ]:
        for window in runs.times:
            end = -(-(window.end + 1) // MINUTE_S) * MINUTE_S
            if end // MINUTE_S % 60 == 0 and window.end // MINUTE_S % 60 == 59 and end != window.start:
                wrong, right = _shown(window), _shown(Window(window.start, end))
                problem = Words(f"{wrong} 不含最后一分钟：结束的那一刻不算在内",
                                f"{wrong} leaves out the last minute: the end is not included")  # fmt: skip
                yield place.complaint("times", problem, Words(f'写成 "{right}"', f'write "{right}"'))


def _shown(window: Window) -> str:
    return "-".join(
        f"{at // 3600:02}:{at // 60 % 60:02}" + (f":{at % 60:02}" if at % 60 else "")
        for at in (window.start, window.end)
    )


def _long(playlist: Playlist) -> Iterator[Complaint]:
    for item in playlist.items:
        has_own = item.ticker or (item.media or "").casefold().endswith((*VIDEO, *AUDIO))
        dwell_s = item.dwell_s or (0.0 if has_own else playlist.dwell_s)
        if dwell_s > LONG_DWELL_S and playlist.rank in ("normal", "filler"):
            hours = f"{dwell_s / 3600:.3g}"
            problem = Words(f"一次要停 {hours} 小时，这段时间里同级的播放表都轮不到",
                            f"it stays for {hours} hours at a time; playlists of its rank wait so long")  # fmt: skip
            cure = Words(
                "dwell_s 的单位是秒，例如 15；放完会再轮到它", "dwell_s is in seconds, such as 15; its turn comes again"
            )
            yield place_of(playlist, item).complaint("dwell_s", problem, cure)


def _unseen(program: Program, table: Timetable, names: set[str], at: dt.datetime) -> Iterator[Complaint]:
    """Playlists of a zone that own it at no time, and items that are shown at none."""
    casts = {cast.playlist.name: cast for cast in table.casts if cast.playlist.name in names}
    showing = {name: cast for name, cast in casts.items() if any(line.shows for line in cast.lines)}
    owning = {name for name in showing if showing[name].playlist.rank != "filler"}
    wanted = {(name, line.item.number) for name, cast in showing.items() for line in cast.lines
              if line.shows and line.item.runs != ALWAYS}  # fmt: skip
    on_air: set[str] = set()
    hidden: dict[str, Counter[str]] = {name: Counter() for name in owning}
    quiet: set[str] = set()
    count, most = 0, min(MOST_SPANS, MOST_JUDGED // max(1, len(table.casts)))
    for span in _spans(program, table, at):
        count += 1
        if not (owning or wanted) or count > most:
            break
        for airing in span.on_air:
            on_air.add(airing.playlist.name)
            wanted -= {(airing.playlist.name, line.item.number) for line in airing.lines}
        mine = {airing.playlist.name for airing in span.owners}
        owning -= mine
        for airing in span.on_air:
            if airing.playlist.name in owning:
                hidden[airing.playlist.name].update(mine)
        quiet |= owning if span.quiet is not None else set()
    if count > most:
        return
    for name in sorted(owning):
        yield _never(showing[name].playlist, [other for other, _ in hidden[name].most_common(3)], quiet=name in quiet)
    for name, number in sorted(wanted):
        playlist = showing[name].playlist
        if name in on_air:
            item = next(one for one in playlist.items if one.number == number)
            problem = Words("这一项自己的日期、星期或时间和播放表的没有重叠，或者已经过去，不会播放",
                            "its own dates, days and times never meet those of the playlist, or are over")  # fmt: skip
            cure = Words("改正其中一个，不用就删掉这一项", "correct one of them, or delete the item")
            yield place_of(playlist, item).complaint("", problem, cure)


def _spans(program: Program, table: Timetable, at: dt.datetime) -> Iterator[Span]:
    """The spans of every kind of day that `LOOK_DAYS` hold, each kind once.

    Days are of one kind when the same dates, days and exceptions admit both, and the days before them: for windows
    over midnight.
    """
    zone = ZoneInfo(program.timezone)
    today = walltime.wall(at, zone).date()
    late = {cast.playlist.runs.first for cast in table.casts}
    days = [today + dt.timedelta(days=n) for n in range(LOOK_DAYS)]
    days += [first + dt.timedelta(days=n) for first in late if first and first > days[-1] for n in range(14)]
    parts = {runs for cast in table.casts for runs in (cast.playlist.runs, *(line.item.runs for line in cast.lines))}
    dates = list({msgspec.structs.replace(runs, times=()) for runs in parts})
    kind_of = functools.cache(lambda day: _kind(program, dates, day))
    seen = set()
    for day in days:
        kind = (kind_of(day - walltime.DAY), kind_of(day))
        if kind in seen:
            continue
        seen.add(kind)
        start, end = (walltime.instants(each, 0, zone) for each in (day, day + walltime.DAY))
        begin = max(at, start[0]) if start else at
        if day == today:
            seen.discard(kind)  # what is left of today is no whole day
        yield table.span(begin)
        yield from table.spans(begin, end[0] if end else begin + walltime.DAY)


def _kind(program: Program, dates: Sequence[Daypart], day: dt.date) -> tuple[bool, ...]:
    works = is_workday(program.calendar, day)
    return (
        *(includes(runs, day, lambda _: works) for runs in dates),
        *(within(period.dates, day) for period in program.calendar.quiet),
    )


def _never(playlist: Playlist, above: Sequence[str], *, quiet: bool) -> Complaint:
    place = place_of(playlist)
    if above:
        names = "、".join(f"{name}.toml" for name in above)
        problem = Words(
            zh=f"永远轮不到它：它的时间里总有等级或优先级更高的 {names}",
            en=f"its turn never comes: {', '.join(above)} of higher rank or priority always runs then",
        )
        cure = Words("改 priority、rank，或者把时间错开", "change priority or rank, or its times")
        return place.complaint("priority", problem, cure)
    if playlist.rank == "broadcast":
        why = ("都在静音期里", "all lie in quiet periods") if quiet else ("没有一次能播", "none can take place")
        problem = Words(f"它的广播{why[0]}，永远不会播放", f"its runs: {why[1]}; it never plays")
        return place.complaint(
            "starts", problem, Words("改 starts、days 或日历", "change starts, days or the calendar")
        )
    problem = Words("它的时间和各项自己的时间没有重叠，永远不会播放",
                    "its times and those of its items never meet; it never plays")  # fmt: skip
    return place.complaint("times", problem, Words("改正其中一个", "correct one of them"))
