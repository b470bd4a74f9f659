"""Broadcasts that want the same zone at the same time with the same priority, so that neither can start exactly."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

from signage.daypart import Daypart
from signage.errors import Complaint, Words
from signage.notation import DAY_NAMES
from signage.playlist import Playlist
from signage.source import Place

LOOK_DAYS = 400
"""How many days of two broadcasts' common dates are compared; their pattern repeats by the week."""


def clashes(playlists: Sequence[Playlist]) -> Iterator[Complaint]:
    """Gives a complaint about the later of each two that run at the same time; quiet periods are left aside."""
    broadcasts = [playlist for playlist in playlists if playlist.rank == "broadcast" and playlist.starts]
    for one, other in combinations(broadcasts, 2):
        if (one.zone, one.priority) == (other.zone, other.priority) and (day := _common_day(one, other)):
            place = Place(
                where=f"{other.name}.toml", words=Words(f"播放表 {other.name}.toml", f'playlist "{other.name}"')
            )
            problem = Words(
                zh=f"和播放表 {one.name}.toml 在 {day} 同时广播，优先级也相同（{one.priority}）",
                en=f'it runs at the same time as playlist "{one.name}" on {day}, with the same priority {one.priority}',
            )
            cure = Words(zh="改 starts、lasts_min，或者 priority", en="change starts, lasts_min or priority")
            yield place.complaint("starts", problem, cure)


def outranked_runs(playlists: Sequence[Playlist]) -> Iterator[Complaint]:
    """Returns a complaint about the lower of each two of another priority that run at the same time."""
    broadcasts = [playlist for playlist in playlists if playlist.rank == "broadcast" and playlist.starts]
    for one, other in combinations(broadcasts, 2):
        if one.zone == other.zone and one.priority != other.priority and (day := _common_day(one, other)):
            low, high = sorted((one, other), key=lambda playlist: playlist.priority)
            yield _outranked(low, high, day)


def _outranked(low: Playlist, high: Playlist, day: dt.date) -> Complaint:
    place = Place(where=f"{low.name}.toml", words=Words(f"播放表 {low.name}.toml", f'playlist "{low.name}"'))
    problem = Words(
        zh=f"{day} 到点时，优先级更高的 {high.name}.toml 也在广播：这一次会晚开始、被打断或者播不成",
        en=f'on {day} the broadcast "{high.name}" of higher priority runs too: this one is late, cut or does not run',
    )
    return place.complaint("starts", problem, Words("把时间错开", "move them apart"))


def meeting_runs(playlist: Playlist) -> Iterator[Complaint]:
    """Returns a complaint about runs of one broadcast that meet, on one day or over midnight: they become one."""
    if playlist.rank != "broadcast" or not playlist.starts:
        return
    lasts_s = playlist.lasts_min * 60
    following = [*playlist.starts[1:], playlist.starts[0] + 86400]
    daily = not playlist.runs.days or "all" in playlist.runs.days or len(playlist.runs.days) > 1
    for start, after in zip(playlist.starts, following, strict=True):
        if start + lasts_s < after or (after >= 86400 and not daily):
            continue
        place = Place(
            where=f"{playlist.name}.toml", words=Words(f"播放表 {playlist.name}.toml", f'playlist "{playlist.name}"')
        )
        zh, en = ("首尾相接，中间不停", "meet without a pause") if start + lasts_s == after else ("重叠", "overlap")
        next_day = ("次日 ", " of the next day") if after >= 86400 else ("", "")
        problem = Words(
            zh=f"{_clock(start)} 和{next_day[0]}{_clock(after % 86400)} 的两次广播{zh}",
            en=f"the runs at {_clock(start)} and {_clock(after % 86400)}{next_day[1]} {en}",
        )
        cure = Words("把 starts 隔开，或者缩短 lasts_min", "move starts apart, or shorten lasts_min")
        yield place.complaint("starts", problem, cure)


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"


def _common_day(one: Playlist, other: Playlist) -> dt.date | None:
    """Gives the first day, by the start of `one`, on which a run of each may overlap."""
    firsts = [runs.first for runs in (one.runs, other.runs) if runs.first]
    lasts = [runs.last for runs in (one.runs, other.runs) if runs.last]
    # A day more at both ends for runs over midnight; any Monday serves where neither has a first date.
    first = max(firsts) - dt.timedelta(days=1) if firsts else dt.date(2024, 1, 1)
    last = min(lasts) + dt.timedelta(days=1) if lasts else first + dt.timedelta(days=LOOK_DAYS)
    shifts = [shift for shift in (-1, 0, 1) if _overlap(one, other, shift * 86400)]
    for count in range(min((last - first).days + 1, LOOK_DAYS)):
        day = first + dt.timedelta(days=count)
        for shift in shifts:
            if _may_both(one.runs, day, other.runs, day + dt.timedelta(days=shift)):
                return day
    return None


def _overlap(one: Playlist, other: Playlist, shift_s: int) -> bool:
    """Says whether a run of `one` meets a run of `other` that begins `shift_s` seconds later in days."""
    long, other_long = one.lasts_min * 60, other.lasts_min * 60
    return any(a < b + shift_s + other_long and b + shift_s < a + long for a in one.starts for b in other.starts)


def _may_both(one: Daypart, day: dt.date, other: Daypart, other_day: dt.date) -> bool:
    if not (_may(one, day) and _may(other, other_day)):
        return False
    if day != other_day:
        return True
    # On one and the same day work and rest exclude each other; weekdays by name go with both.
    mine, theirs = _tempers(one, day), _tempers(other, day)
    return bool(mine & theirs)


def _may(runs: Daypart, day: dt.date) -> bool:
    in_dates = (runs.first is None or runs.first <= day) and (runs.last is None or day <= runs.last)
    return in_dates and not any(r.first <= day <= r.last for r in runs.exceptions) and bool(_tempers(runs, day))


def _tempers(runs: Daypart, day: dt.date) -> set[str]:
    if not runs.days or "all" in runs.days or DAY_NAMES[day.weekday()] in runs.days:
        return {"workdays", "restdays"}
    return {"workdays", "restdays"} & set(runs.days)
