"""What does not fit together in what is stored, in a sentence for a person."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

from signage.errors import Words

What = Literal["missing", "extra", "changed"]
MOST_TOLD = 50
"""Findings of one kind in one table; further ones are counted."""


class Mismatch(msgspec.Struct, frozen=True):
    """One thing that does not fit."""

    table: str
    """As the database calls it, without `office_`."""
    where: str
    """What names the row: a screen, epoch and record, or a number."""
    what: What
    words: Words
    times: int = 1
    """How many alike this one stands for."""


def found(table: str, where: str, what: What, zh: str, en: str) -> Mismatch:
    """Returns a finding."""
    return Mismatch(table, where, what, Words(zh, en))


def guarded(findings: Iterator[Mismatch], table: str, where: str) -> Iterator[Mismatch]:
    """Returns findings; where a row cannot even be read, that is one, and the rest of its part is passed over."""
    try:
        yield from findings
    except (DatabaseError, InterfaceError) as fault:
        if type(fault) not in (DataError, IntegrityError):
            raise
        yield found(table, where, "changed", "有读不出的内容", "holds what cannot be read")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ObjectDoesNotExist):
        yield found(table, where, "changed", "有读不出的内容", "holds what cannot be read")


def shortened(findings: Iterable[Mismatch], most: int = MOST_TOLD) -> Iterator[Mismatch]:
    """Returns the first findings of each kind and table as they come, and at the end how many more there were."""
    told: dict[tuple[str, What], int] = {}
    for each in findings:
        key = (each.table, each.what)
        told[key] = told.get(key, 0) + 1
        if told[key] <= most:
            yield each
    for (table, what), times in told.items():
        if times > most:
            words = Words(f"还有 {times - most} 处同样的问题", f"{times - most} more of the same kind")
            yield Mismatch(table, "…", what, words, times - most)
