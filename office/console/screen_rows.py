"""Reads the screens for the page again and again: whole only those whose row changed since the last time.

Rule: a row is compared as the database has it, with everything that its tile says; what a tile says of the time that
passes – that its screen is silent – stands beside it.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from office.console.tiles import Tile, tile, unreadable_tile
from office.hearing import HEARS, Hearing, is_silent, newest
from office.models import Screen
from office.stored import Unreadable, read_each

MOST_ROWS = 2048
"""Beyond these, rows are read whole each time."""
MOST_NAMED = 200
"""Rows that a query names; for more it asks for all."""
COLUMNS = (
    "pk", "status", "status_at", "state_at", "birth_at", "shot_at", "title",
    "site__name", "site__kind", "site__village__name",
)  # fmt: skip


class ReadTile(msgspec.Struct, frozen=True):
    """What a row was read as."""

    facts: tuple[Any, ...]
    tile: Tile
    bad: Unreadable | None


class ScreenRows:
    """The screens that are not revoked; any thread."""

    def __init__(self, most: int = MOST_ROWS) -> None:
        self._most = most
        self._known: dict[str, ReadTile] = {}

    def read(self, now: dt.datetime, hearing: Hearing = HEARS) -> tuple[list[Tile], list[Unreadable]]:
        """Returns a tile for each, and the rows that cannot be read."""
        known, rows = self._known, _rows(now, hearing)
        found = {name: known[name] for name, facts in rows.items() if name in known and known[name].facts == facts}
        stale = [name for name in rows if name not in found]
        if stale:
            # A row that changes between the two queries has other facts the next time.
            found.update((each.tile.id, each) for each in _whole(stale, rows, now, hearing))
        # Whoever is later wins: what he overwrites is read again.
        self._known = dict(list(found.items())[: self._most])
        return [each.tile for each in found.values()], [each.bad for each in found.values() if each.bad is not None]


def _rows(now: dt.datetime, hearing: Hearing) -> dict[str, tuple[Any, ...]]:
    tags: defaultdict[str, list[str]] = defaultdict(list)
    through: Any = Screen.tags.through
    for screen, name in through.objects.order_by("tag__name").values_list("screen_id", "tag__name"):
        tags[screen].append(name)
    found = Screen.objects.filter(revoked_at=None).values_list(
        *COLUMNS, Cast("state", TextField()), Cast("birth", TextField())
    )
    return {
        row[0]: (
            *row[:-2],
            _digest(row[-2]),
            _digest(row[-1]),
            hearing.hears,
            is_silent(row[1], newest(*row[2:5]), now, hearing),
            *tags[row[0]],
        )
        for row in found
    }


def _digest(text: str | None) -> bytes | None:
    """Returns what stands for a long text, for the row is kept."""
    return None if text is None else hashlib.sha256(text.encode(errors="replace")).digest()


def _whole(
    names: list[str], rows: dict[str, tuple[Any, ...]], now: dt.datetime, hearing: Hearing
) -> Iterator[ReadTile]:
    asked: QuerySet[Screen] = Screen.objects.filter(revoked_at=None)
    asked = asked.select_related("site__village").prefetch_related("tags")
    wanted = set(names)
    screens = asked.filter(pk__in=wanted) if len(wanted) <= MOST_NAMED else asked
    screens = [each for each in screens if each.pk in wanted]
    for screen, read in zip(
        screens, read_each(screens, lambda each: tile(each, now, hearing), lambda each: each.pk), strict=True
    ):
        bad = read if isinstance(read, Unreadable) else None
        shown = unreadable_tile(screen.pk) if isinstance(read, Unreadable) else read
        yield ReadTile(rows[screen.pk], shown, bad)
