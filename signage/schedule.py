"""Which playlists own a zone at an instant, and when that may change next."""

import datetime as dt
from zoneinfo import ZoneInfo

from signage import calendar, timetable, walltime
from signage.playlist import Playlist
from signage.program import Program
from signage.timetable import Span


def on_air(program: Program, zone: str, at: dt.datetime) -> tuple[Playlist, ...]:
    """Gives the playlists that own the zone at `at`: of the highest rank and priority on air, by name; none leaves ().

    A playlist counts when its dates, days and times admit it and at least one of its items can be shown.
    """
    return tuple(a.playlist for a in timetable.of(program, zone).span(walltime.utc(at)).owners)


def next_edge(program: Program, zone: str, at: dt.datetime) -> dt.datetime | None:
    """Gives the next instant at which `on_air` or `is_muted` changes or a broadcast begins again, within 8 days."""
    table = timetable.of(program, zone)
    instant = walltime.utc(at)
    now = _state(table.span(instant))
    for span in table.spans(instant, instant + timetable.HORIZON):
        if _state(span) != now:
            return walltime.local(span.start, table.lineup.timezone)
    return None


def is_muted(program: Program, at: dt.datetime) -> bool:
    """Says whether sound is silent on this screen at `at`."""
    return quiet_now(program, at) is not None


def quiet_now(program: Program, at: dt.datetime) -> str | None:
    """Gives the name of the quiet period at `at`, if this screen is in one."""
    wall = walltime.wall(at, ZoneInfo(program.timezone))
    return calendar.quiet_at(program.calendar, program.site.screen, program.site.kind, wall)


def _state(span: Span) -> object:
    return span.quiet is not None, tuple((a.cast, a.run) for a in span.owners)
