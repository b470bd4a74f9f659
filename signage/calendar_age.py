"""Whether a calendar still knows what is coming: the public holidays of the next months, and the next exams.

Rule: pure. The holiday table that is shipped ends with a year; `years` in a calendar file says for which further years
that file lists the days of rest and the weekends worked for them, so no new version is needed.
"""

import datetime as dt
import re

from signage import calendar
from signage.calendar import QuietPeriod
from signage.errors import Words
from signage.program import Program

WARN_DAYS = 92
"""So long before the last known day it is told: the State Council's notice for a year comes out about two months
before it begins."""
_BY_WORK = frozenset({"workdays", "restdays"})


def outdated(program: Program, today: dt.date) -> tuple[Words, ...]:
    """Returns what somebody has to write into the calendar, in sentences; () while it reaches far enough."""
    return (*_holidays(program, today), *_exams(program, today))


def _holidays(program: Program, today: dt.date) -> tuple[Words, ...]:
    named = [playlist.runs.days for playlist in program.playlists]
    named += [item.runs.days for playlist in program.playlists for item in playlist.items]
    ends = calendar.known_until(program.calendar)
    if today + dt.timedelta(days=WARN_DAYS) <= ends or not any(_BY_WORK & set(days) for days in named):
        return ()
    year = ends.year + 1
    zh = f"节假日和调休只知道到 {ends}" + ("" if today <= ends else "，已经过了")
    en = f"holidays are known up to {ends} only" + ("" if today <= ends else ", which is over")
    return (
        Words(
            zh=f"{zh}：此后 workdays 只按周一至周五算，春节也当工作日。"
            f"国务院公布 {year} 年放假安排后，在 playlists/calendar.toml 里写 years = [{year}]、restdays 和 workdays",
            en=f"{en}: after it workdays are plain Monday to Friday, Spring Festival too. As soon as those of {year}"
            f" are published, write years = [{year}], restdays and workdays into playlists/calendar.toml",
        ),
    )


def _exams(program: Program, today: dt.date) -> tuple[Words, ...]:
    """Quiet periods of which no day is left; one of the same name but for its year may have taken over."""
    kinds: dict[str, list[QuietPeriod]] = {}
    for period in program.calendar.quiet:
        kinds.setdefault(re.sub(r"[\d\s年]+", "", period.name), []).append(period)
    found = []
    for periods in kinds.values():
        last = max((span.last for period in periods for span in period.dates), default=today)
        if last < today:
            name = periods[-1].name
            year = today.year if (last.month, last.day) > (today.month, today.day) else today.year + 1
            found.append(
                Words(
                    zh=f"静音期“{name}”的日期都过去了（最后一天 {last}），下一次不会静音："
                    f"在 playlists/calendar.toml 里写上 {year} 年的日期",
                    en=f'the dates of the quiet period "{name}" are all over (the last was {last}): write those of'
                    f" {year} into playlists/calendar.toml, or the next one is not quiet",
                )
            )
    return tuple(found)
