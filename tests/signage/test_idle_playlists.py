"""What can never play, or not as it was meant, is named; what plays is not."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from signage import timetable, walltime
from signage.consistency import inconsistencies
from signage.errors import Complaint
from signage.idle_playlists import LOOK_DAYS, idle_playlists
from signage.layout import Box, Zone
from signage.media import Media, MediaFacts
from signage.program import Program, Site
from signage.reading import read_calendar, read_playlist
from tests.signage.programs import programs

NOW = dt.datetime(2026, 11, 30, 13, tzinfo=ZoneInfo("Asia/Shanghai"))
ITEM = '[[item]]\ncard = "notice"\n'
BROADCAST = 'rank = "broadcast"\nlasts_min = 30\n'


def told(*texts: str, calendar: str = "") -> tuple[Complaint, ...]:
    program = Program(
        site=Site(screen="abc"),
        timezone="Asia/Shanghai",
        zones=(Zone(name="main", box=Box(0, 0, 100, 90)),),
        playlists=tuple(read_playlist(text, f"{chr(97 + n)}.toml") for n, text in enumerate(texts)),
        media=(
            Media(name="a.mp4", path="/a.mp4", sha256="", size_bytes=1, facts=MediaFacts(kind="video", duration_s=9)),
        ),
        calendar=read_calendar(calendar, "calendar.toml"),
    )
    return inconsistencies(program, at=NOW)


@pytest.mark.parametrize(
    ("lists", "where", "says"),
    [
        (["until = 2026-11-29\n" + ITEM], "a.toml, until", "已经在 2026-11-29 结束"),
        (["from = 2025-12-01\nuntil = 2025-12-10\n" + ITEM], "a.toml, until", "年份"),
        (["from = 2062-12-01\n" + ITEM], "a.toml, from", "年份"),
        (['from = 2026-12-05\nuntil = 2026-12-06\ndays = ["mon"]\n' + ITEM], "a.toml, days", "一天也不剩"),
        (['from = 2026-12-05\nuntil = 2026-12-06\ndays = ["workdays"]\n' + ITEM], "a.toml, days", "一天也不剩"),
        (['until = 2026-12-06\nexcept = ["2026-11-01..2026-12-31"]\n' + ITEM], "a.toml, except", "一天也不剩"),
        (['times = ["07:00-08:00"]\n' + ITEM + 'times = ["09:00-10:00"]\n'], "a.toml, times", "没有重叠"),
        (['days = ["sat", "sun"]\n' + ITEM + 'days = ["mon"]\n'], "a.toml, times", "没有重叠"),
        ([ITEM + ITEM + "until = 2026-11-29\n"], "a.toml, item 2", "已经过去"),
        (['times = ["07:00-08:00"]\n' + ITEM + ITEM + 'times = ["08:00-09:00"]\n'], "a.toml, item 2", "没有重叠"),
        (["priority = 1\n" + ITEM, ITEM], "b.toml, priority", "总有等级或优先级更高的 a.toml"),
        (['rank = "emergency"\n' + ITEM, ITEM], "b.toml, priority", "总有等级或优先级更高的 a.toml"),
        (
            ['priority = 1\ntimes = ["06:00-12:00"]\n' + ITEM, 'times = ["08:00-09:00"]\n' + ITEM],
            "b.toml, priority", "a.toml",
        ),
        (['times = ["00:00-23:59"]\n' + ITEM], "a.toml, times", '写成 "00:00-24:00"'),
        (['times = ["07:00-11:59", "12:00-23:59:59"]\n' + ITEM], "a.toml, times", '写成 "07:00-12:00"'),
        ([ITEM + 'times = ["22:00-05:59"]\n'], "a.toml, item 1, times", '写成 "22:00-06:00"'),
        (['rank = "filler"\ndwell_s = 86400\n' + ITEM], "a.toml, item 1, dwell_s", "一次要停 24 小时"),
        ([BROADCAST + 'starts = ["07:00", "07:30"]\n' + ITEM], "a.toml, starts", "首尾相接"),
        ([BROADCAST + 'starts = ["00:10", "23:50"]\n' + ITEM], "a.toml, starts", "次日 00:10 的两次广播重叠"),
        (
            [BROADCAST + 'starts = ["07:00"]\n' + ITEM, BROADCAST + 'priority = 5\nstarts = ["06:45"]\n' + ITEM],
            "a.toml, starts",
            "优先级更高的 b.toml 也在广播",
        ),
    ],
)  # fmt: skip
def test_what_never_plays_or_not_as_meant_is_named(lists: list[str], where: str, says: str) -> None:
    found = told(*lists)
    assert any(one.where == where and says in one.problem.zh + one.cure.zh for one in found), found


def test_a_broadcast_that_only_falls_into_quiet_periods_is_named() -> None:
    quiet = '[[quiet]]\nname = "高考"\ndates = ["2026-12-07..2026-12-10"]\n'
    text = BROADCAST + 'starts = ["07:00"]\nfrom = 2026-12-07\nuntil = 2026-12-08\n' + ITEM
    (one,) = told(text, calendar=quiet)
    assert "都在静音期里" in one.problem.zh


@pytest.mark.parametrize(
    "lists",
    [
        [ITEM],
        ["from = 2027-09-01\n" + ITEM],
        ['rank = "filler"\n' + ITEM, ITEM],
        ['priority = 1\ntimes = ["06:00-12:00"]\n' + ITEM, ITEM],
        ['priority = 1\ndays = ["workdays"]\n' + ITEM, ITEM],
        ['priority = 1\nexcept = ["2027-10-01"]\n' + ITEM, ITEM],
        ["priority = 1\nuntil = 2027-06-30\n" + ITEM, ITEM],
        [ITEM + ITEM + "from = 2027-09-01\nuntil = 2027-09-01\n"],
        ['times = ["22:00-02:00"]\nuntil = 2026-11-30\n' + ITEM],
        ["dwell_s = 86400\n[[item]]\nmedia = 'a.mp4'\n"],
        [BROADCAST + 'starts = ["07:00", "08:00", "23:30"]\n' + ITEM],
        [BROADCAST + 'days = ["mon"]\nstarts = ["00:10", "23:50"]\n' + ITEM],
    ],
)
def test_what_plays_some_day_is_not_named(lists: list[str]) -> None:
    assert told(*lists) == ()


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(programs(NOW))
def test_whatever_is_named_as_never_playing_plays_at_no_time_and_nothing_else_does_not(chosen: Program) -> None:
    named = {
        one.where.removesuffix(".toml").partition(".toml,")[0]
        for one in idle_playlists(chosen, NOW)
        if "item" not in one.where
        and ("never" in one.problem.en or "no day" in one.problem.en or "ended" in one.problem.en)
    }
    table = timetable.of(chosen, "main")
    start = walltime.utc(NOW)
    spans = [table.span(start), *table.spans(start, start + dt.timedelta(days=LOOK_DAYS - 2))]
    owning = {airing.playlist.name for span in spans for airing in span.owners}
    assert not named & owning
    shown = {cast.playlist.name for cast in table.casts if any(line.shows for line in cast.lines)}
    normal = {playlist.name for playlist in chosen.playlists if playlist.rank != "filler"}
    assert (shown & normal) - owning <= named
