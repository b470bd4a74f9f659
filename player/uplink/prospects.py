"""Which of the publications that are here whole are on air, and what the others wait for, as the office is told.

Rule: worked out again only when the program is another one or an edge of the timetable is passed.
"""

import datetime as dt
from collections.abc import Collection, Iterator

import msgspec

from player.state import State
from player.uplink.standing import Kept
from player.uplink.telling import Sight
from signage import timetable, walltime
from signage.errors import Words
from signage.messages import PublicationState, trouble
from signage.outlook import BLACKED_OUT, FILLER_ONLY, NO_MEDIA, Outlook, best, on_air_now, outlook, outlooks
from signage.program import Program


class _Judged(msgspec.Struct, frozen=True, kw_only=True):
    program: Program
    numbers: tuple[int, ...]
    orders: tuple[bool, bool]
    aside: frozenset[int]
    """Publications of which files are in quarantine."""
    since: dt.datetime
    until: dt.datetime
    on_air: tuple[int, ...]
    troubles: tuple[Words, ...]
    waiting: tuple[PublicationState, ...]


_ASIDE = Outlook(
    name="",
    prospect="held",
    why=Words("它的素材被隔离，到期再试", "its files are in quarantine and are tried again when that ends"),
)


class Prospects:
    """For one thread."""

    def __init__(self) -> None:
        self._last: _Judged | None = None

    def judged(self, sight: Sight, state: State | None, kept: Kept) -> Sight:
        """Returns the sight with only what is on air among its publications, and the others as staged, with why."""
        if state is None or not sight.publications:
            return sight
        at = walltime.utc(sight.told.at)
        last, orders = self._last, (kept.blackout, kept.filler)
        aside = frozenset(each.publication for each in sight.quarantined)
        if (
            last is None
            or last.program is not state.program
            or (last.numbers, last.orders, last.aside) != (sight.publications, orders, aside)
            or not last.since <= at < last.until
        ):
            last = self._last = _judged(state.program, sight.publications, at, kept, aside)
        coming = {each.number for each in sight.coming}
        waiting = tuple(each for each in last.waiting if each.number not in coming)
        troubles = (*sight.troubles, *last.troubles)
        return msgspec.structs.replace(
            sight, publications=last.on_air, coming=(*sight.coming, *waiting), troubles=troubles
        )


def _judged(program: Program, numbers: tuple[int, ...], at: dt.datetime, kept: Kept, aside: frozenset[int]) -> _Judged:
    on_air = on_air_now(program, at)
    waiting = []
    for number in numbers:
        if number not in on_air:
            found = _outlook(program, number, at, kept)
            if found is not None and found.why == NO_MEDIA and number in aside:
                found = _ASIDE
            waiting.append(_state(number, found))
    spans = [timetable.of(program, zone.name).span(at) for zone in program.zones]
    return _Judged(
        program=program,
        numbers=numbers,
        orders=(kept.blackout, kept.filler),
        aside=aside,
        since=max(span.start for span in spans),
        until=min(span.end for span in spans),
        on_air=tuple(number for number in numbers if number in on_air),
        troubles=tuple(_lost(program, [number for number in numbers if number in on_air], at)),
        waiting=tuple(waiting),
    )


def _lost(program: Program, numbers: Collection[int], at: dt.datetime) -> Iterator[Words]:
    """The playlists that never play although their publication is on air; a zone that lacks is told elsewhere."""
    zones = {zone.name for zone in program.zones}
    for playlist in program.playlists:
        if playlist.publication in numbers and playlist.zone in zones:
            found = outlook(program, playlist, at)
            if found.prospect == "never" and found.why is not None:
                yield Words(
                    f"发布 {playlist.publication} 的播放表 {playlist.name} {found.why.zh}",
                    f"playlist {playlist.name} of publication {playlist.publication}: {found.why.en}",
                )


def _outlook(program: Program, number: int, at: dt.datetime, kept: Kept) -> Outlook | None:
    """What a publication waits for; None: the program is not composed with it yet."""
    found = best(outlooks(program, number, at))
    if found is None and (kept.blackout or kept.filler):
        return Outlook(name="", prospect="held", why=BLACKED_OUT if kept.blackout else FILLER_ONLY)
    return found


def _state(number: int, found: Outlook | None) -> PublicationState:
    if found is None or found.why is None:
        return PublicationState(number=number, step="staged")
    return PublicationState(number=number, step="staged", why=trouble(found.why), prospect=found.prospect)
