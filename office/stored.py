"""Stored rows, each read by itself: one that cannot be read stops no other.

Rule: whatever shows, counts or exports rows that hold what screens said, reads them through here, and shows what could
not be read as such. Only the database's own trouble is raised.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from django.db import DatabaseError, InterfaceError

from signage.errors import Words

_Row = TypeVar("_Row")
_Read = TypeVar("_Read")

UNREADABLE = Words(zh="无法读取", en="unreadable")
EARLIEST, LATEST = 1969, 9998
"""Years that every database and calendar takes, in any zone."""


class Garbled(dict[str, Any]):
    """What stands for an object that cannot be read: empty, and known from an empty one by its class."""


class Unreadable(msgspec.Struct, frozen=True):
    """A row that cannot be read."""

    screen: str
    """Whose it is; empty when nobody knows."""
    table: str
    key: str


class BadRowError(ValueError):
    """A row holds what cannot be."""


def read_each(
    rows: Iterable[_Row], read: Callable[[_Row], _Read], whose: Callable[[_Row], object]
) -> Iterator[_Read | Unreadable]:
    """Returns what `read` makes of each row, in their order; `whose` says which screen's a row is.

    Raises the database's errors alone: whatever else `read` raises, it is for what the row holds.
    """
    for row in rows:
        try:
            yield read(row)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            yield _unreadable(row, whose)


def readable(
    rows: Iterable[_Row], read: Callable[[_Row], _Read], whose: Callable[[_Row], object]
) -> tuple[list[_Read], list[Unreadable]]:
    """Returns what could be read, and the rows that could not."""
    good: list[_Read] = []
    bad: list[Unreadable] = []
    for found in read_each(rows, read, whose):
        if isinstance(found, Unreadable):
            bad.append(found)
        else:
            good.append(found)
    return good, bad


def sound(*values: object) -> None:
    """Raises BadRowError for an object or a time that came out of the database and cannot be read."""
    for value in values:
        if isinstance(value, Garbled):
            raise BadRowError("no object")
        if isinstance(value, dt.datetime) and not EARLIEST <= value.year <= LATEST:
            raise BadRowError("no time")


def whole(value: object, least: int, most: int) -> int:
    """Returns a whole number as it came out of the database. Raises BadRowError for anything else."""
    if type(value) is not int or not least <= value <= most:
        raise BadRowError("no number")
    return value


def _unreadable(row: Any, whose: Callable[[Any], object]) -> Unreadable:
    meta = getattr(row, "_meta", None)
    try:
        screen = str(whose(row))
    except Exception:
        screen = ""
    return Unreadable(screen, "row" if meta is None else str(meta.model_name), str(getattr(row, "pk", ""))[:40])
