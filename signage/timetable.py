"""Who owns a zone from when to when: time cut into spans within which nothing that the clock decides can change."""

import datetime as dt
import functools
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from signage import calendar, lineup, walltime
from signage.daypart import Daypart, Window, is_on
from signage.lineup import Cast, Line, Lineup
from signage.playlist import RANKS, Playlist
from signage.program import Program

HORIZON = dt.timedelta(days=8)
"""How far ahead edges are looked for: every weekday, and one day more."""


@dataclass(frozen=True, slots=True, eq=False)
class Airing:
    """A playlist that is on air, with the lines it may show."""

    cast: Cast
    lines: tuple[Line, ...]
    by_key: dict[str, Line]
    run: dt.datetime | None
    """When the present run of a broadcast began."""

    @property
    def playlist(self) -> Playlist:
        return self.cast.playlist


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A stretch of time, start inclusive, end exclusive, both UTC."""

    start: dt.datetime
    end: dt.datetime
    on_air: tuple[Airing, ...]
    """All that may run, highest rank and priority first, then by name."""
    owners: tuple[Airing, ...]
    """Those that do: the ones of the highest rank and priority."""
    quiet: str | None
    """Name of the quiet period."""


class Timetable:
    """The spans of one zone, worked out a day at a time and kept for the days in use."""

    def __init__(self, line_up: Lineup, zone: str) -> None:
        self.lineup = line_up
        self.casts = line_up.zones.get(zone, ())
        self.zone = zone
        self.cuts = any(c.playlist.rank in ("emergency", "broadcast") for c in self.casts)
        """Whether the zone has playlists that begin and end exactly."""
        self._day = functools.lru_cache(maxsize=24)(partial(_Day, line_up, self.casts))

    def span(self, at: dt.datetime) -> Span:
        """Gives the span that holds `at` (UTC)."""
        return self._day(at.date()).span(at)

    def spans(self, after: dt.datetime, until: dt.datetime) -> Iterator[Span]:
        """Gives the spans that start after `after` and before `until` (both UTC), in order."""
        start = self.span(after).end
        while start < until:
            span = self.span(start)
            yield span
            start = span.end

    @property
    def folder(self) -> Cast | None:
        """The media folder itself, where it plays for want of any playlist."""
        return self.lineup.folder if self.zone == self.lineup.folder_zone else None


def of(program: Program, zone: str) -> Timetable:
    """Gives the zone's timetable; a program is worked out once and kept as long as it is in use."""
    return _of(_Same(program))(zone)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A program as a key: equal to itself only, because comparing thousands of media is dear and it is frozen."""

    program: Program

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.program is self.program


@functools.lru_cache(maxsize=4)
def _of(same: _Same) -> Callable[[str], Timetable]:
    return functools.lru_cache(maxsize=64)(partial(Timetable, lineup.compile(same.program)))


class _Day:
    """One UTC day of a zone; a span is judged when it is first asked for."""

    def __init__(self, line_up: Lineup, casts: tuple[Cast, ...], day: dt.date) -> None:
        self._lineup = line_up
        self._casts = casts
        self._runs = {c.playlist.name: _runs(line_up, c.playlist, day) for c in casts if c.playlist.rank == "broadcast"}
        self._edges = self._cut(day)
        self._spans: list[Span | None] = [None] * (len(self._edges) - 1)

    def span(self, at: dt.datetime) -> Span:
        index = bisect_right(self._edges, at) - 1
        found = self._spans[index]
        if found is None:
            found = self._spans[index] = self._judged(self._edges[index], self._edges[index + 1])
        return found

    def _cut(self, day: dt.date) -> list[dt.datetime]:
        first = dt.datetime.combine(day, dt.time(), dt.UTC)
        last = first + walltime.DAY
        tz = self._lineup.timezone
        edges = {first, *walltime.jumps(first, last, tz)}
        seconds = _seconds(self._lineup.program, self._casts)
        for offset in (-2, -1, 0, 1):
            local_day = day + dt.timedelta(days=offset)
            edges.update(i for s in seconds for i in walltime.instants(local_day, s, tz))
        for cast in self._casts:
            lasts = dt.timedelta(minutes=cast.playlist.lasts_min)
            edges.update(i for run in self._runs.get(cast.playlist.name, ()) for i in (run, run + lasts))
        return [*sorted(e for e in edges if first <= e < last), last]

    def _judged(self, start: dt.datetime, end: dt.datetime) -> Span:
        program = self._lineup.program
        wall = walltime.wall(start, self._lineup.timezone)
        covers = functools.cache(lambda d: is_on(d, wall, partial(calendar.is_workday, program.calendar)))
        quiet = calendar.quiet_at(program.calendar, program.site.screen, program.site.kind, wall)
        found = [a for c in self._casts if (a := self._airing(c, start, covers, quiet))]
        on_air = tuple(sorted(found, key=lambda a: (*_standing(a), a.playlist.name)))
        owners = tuple(a for a in on_air if _standing(a) == _standing(on_air[0]))
        return Span(start=start, end=end, on_air=on_air, owners=owners, quiet=quiet)

    def _airing(
        self, cast: Cast, at: dt.datetime, covers: Callable[[Daypart], bool], quiet: str | None
    ) -> Airing | None:
        playlist = cast.playlist
        run = None
        if playlist.rank == "broadcast":
            lasts = dt.timedelta(minutes=playlist.lasts_min)
            run = max((r for r in self._runs[playlist.name] if r <= at < r + lasts), default=None)
            if run is None or quiet is not None:
                return None
        elif not covers(playlist.runs):
            return None
        lines = tuple(line for line in cast.lines if line.shows and (not cast.timed or covers(line.item.runs)))
        if not lines:
            return None
        return Airing(cast=cast, lines=lines, by_key={line.key: line for line in lines}, run=run)


def whole(cast: Cast) -> Airing:
    """Gives the cast with all its lines, whatever the time."""
    lines = tuple(line for line in cast.lines if line.shows)
    return Airing(cast=cast, lines=lines, by_key={line.key: line for line in lines}, run=None)


def _standing(airing: Airing) -> tuple[int, int]:
    return RANKS.index(airing.playlist.rank), -airing.playlist.priority


def _seconds(program: Program, casts: tuple[Cast, ...]) -> set[int]:
    """The times of day at which something may begin or end, midnight among them for all that goes by dates."""
    windows: set[Window] = {w for q in program.calendar.quiet for w in q.times}
    for cast in casts:
        windows.update(cast.playlist.runs.times)
        windows.update(w for line in cast.lines for w in line.item.runs.times)
    return {0, *(w.start for w in windows), *(w.end for w in windows)}


def _runs(line_up: Lineup, playlist: Playlist, day: dt.date) -> tuple[dt.datetime, ...]:
    """The instants at which runs that may touch the UTC day begin; the broadcast's dayparts are judged as it begins."""
    tz = line_up.timezone
    works = partial(calendar.is_workday, line_up.program.calendar)
    back = 2 + int(playlist.lasts_min // (24 * 60))
    found = {
        i
        for offset in range(-back, 2)
        for second in playlist.starts
        for i in walltime.instants(day + dt.timedelta(days=offset), second, tz)
        if is_on(playlist.runs, walltime.wall(i, tz), works)
    }
    return tuple(sorted(found))
