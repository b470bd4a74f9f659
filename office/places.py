"""Where screens stood when: a screen that moves keeps its past plays where it stood when it played them.

Rule: a row is added when somebody says that a screen stands elsewhere, and none is ever changed. What was written later
holds from its moment on, whatever a clock that was ahead had dated before.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from office.models import Screen, ScreenPlace
from office.stored import sound

ALWAYS_MS = -(1 << 62)


class Stay(msgspec.Struct, frozen=True):
    """What a screen's place was from a moment on; empty for what it has not."""

    since_ms: int
    """Milliseconds since 1970; of the first one `ALWAYS_MS`."""
    site: str = ""
    kind: str = ""
    village: str = ""


def note_places(at: dt.datetime) -> int:
    """Writes down where screens stand now, for those that stand elsewhere than was written; returns how many.

    Within the caller's transaction, if there is one.
    """
    newest: dict[str, tuple[object, ...]] = {}
    written = ScreenPlace.objects.order_by("id")
    for screen, *place in written.values_list("screen_id", "site_id", "kind", "village_id"):
        newest[screen] = tuple(place)
    rows = Screen.objects.order_by("id").values_list("id", "site_id", "site__kind", "site__village_id")
    news = [
        ScreenPlace(screen_id=screen, since=at, site_id=site, kind=kind or "", village_id=village)
        for screen, site, kind, village in rows
        if newest.get(screen) != (site, kind or "", village)
    ]
    ScreenPlace.objects.bulk_create(news)
    return len(news)


def read_stays() -> dict[str, tuple[Stay, ...]]:
    """Returns where each screen stood, in order of time; one that nothing was written of stands where it does now."""
    found: dict[str, list[Stay]] = {}
    rows = ScreenPlace.objects.order_by("screen_id", "id")
    for screen, since, *names in rows.values_list("screen_id", "since", "site__name", "kind", "village__name"):
        try:
            sound(since)
        except ValueError:
            continue  # a moment that cannot be read orders nothing
        mine, since_ms = found.setdefault(screen, []), round(since.timestamp() * 1000)
        while len(mine) > 1 and mine[-1].since_ms >= since_ms:
            mine.pop()
        mine.append(Stay(since_ms if mine else ALWAYS_MS, *(name or "" for name in names)))
    for screen, *names in Screen.objects.values_list("id", "site__name", "site__kind", "site__village__name"):
        found.setdefault(screen, [Stay(ALWAYS_MS, *(name or "" for name in names))])
    return {screen: tuple(stays) for screen, stays in found.items()}


def stay_at(stays: Iterable[Stay], at_ms: int) -> Stay:
    """Returns where a screen stood at a moment; of two that began then, the one that was written later."""
    found = Stay(ALWAYS_MS)
    for stay in stays:
        if stay.since_ms <= at_ms:
            found = stay
    return found


def spans(stays: Mapping[str, tuple[Stay, ...]], by: str) -> dict[str, tuple[tuple[int, str], ...]]:
    """Returns of each screen what its `site`, `kind` or `village` was, from which moment on; changes only."""
    found = {}
    for screen, mine in stays.items():
        changes: list[tuple[int, str]] = []
        for stay in mine:
            value = str(getattr(stay, by))
            while changes and changes[-1][0] == stay.since_ms and len(changes) > 1:
                changes.pop()
            if not changes or changes[-1][1] != value:
                changes.append((stay.since_ms, value))
        found[screen] = tuple(changes)
    return found
