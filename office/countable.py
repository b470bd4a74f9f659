"""Which stored plays can be counted, and what counts that cannot be are known by.

Counting is done by the database, which adds up whatever stands in a column: SQLite keeps text and numbers beyond all
bounds anywhere. Its answers are looked at here; only when one of them cannot be is the question asked again, over the
plays that can be counted.
Rule: what the collector writes always can be; so honest counts cost nothing more.
"""

from typing import Any

from django.db import OperationalError, connection
from django.db.models import Count, F, Func, Q, TextField

from office.collecting.alarms import tell_unreadable
from office.collecting.reading import MOST_PLAY_MS
from office.models import LedgerEpoch, Outcome, Play, PresentedAs, Shown
from office.stored import EARLIEST, LATEST, Unreadable

BOUNDS = {
    "at_ms": ((EARLIEST - 1970) * 366 * 86_400_000, (LATEST - 1970) * 366 * 86_400_000),
    "day": (EARLIEST * 10_000 + 101, LATEST * 10_000 + 1231), "hour": (0, 23), "outcome": (0, len(Outcome) - 1),
    "presented": (0, len(PresentedAs) - 1),
    "doubt": (0, 2**15 - 1), "epoch_id": (1, 2**63 - 1), "shown_id": (1, 2**63 - 1), "actual_ms": (0, MOST_PLAY_MS),
}  # fmt: skip
"""Of each column, both inclusive."""
MOST_NAMED = 50


def fits(column: str, number: object) -> bool:
    """Says whether a column can hold this."""
    least, most = BOUNDS[column]
    return type(number) is int and least <= number <= most


def adds_up(plays: int, ended: int, ms: object) -> bool:
    """Says whether one group of a count can be: its plays, how many of them ended in a known way, their time."""
    return ended == plays and (ms is None or (isinstance(ms, int) and 0 <= ms <= plays * MOST_PLAY_MS))


def overflowed(fault: OperationalError) -> bool:
    """Says whether the database could not add up what stands in a column."""
    return "overflow" in str(fault)


def countable() -> Q:
    """Returns what plays that can be counted have in common."""
    there = Q(epoch__in=LedgerEpoch.objects.values("id")) & Q(shown__in=Shown.objects.values("id"))
    for column, (least, most) in BOUNDS.items():
        fits = Q(**{f"{column}__gte": least, f"{column}__lte": most})
        there &= fits | Q(actual_ms=None) if column == "actual_ms" else fits
    if connection.vendor == "sqlite":
        for column in BOUNDS:
            there &= Q(**{f"type_{column}__in": ("integer", "null")})
    return there


def typed(plays: Any) -> Any:
    """Returns plays with what `countable` asks of them."""
    if connection.vendor != "sqlite":
        return plays
    return plays.annotate(
        **{f"type_{column}": Func(F(column), function="typeof", output_field=TextField()) for column in BOUNDS}
    )


def uncountable(plays: Any) -> int:
    """Returns how many of the plays cannot be counted, and has it told."""
    bad = typed(plays).exclude(pk__in=typed(plays).filter(countable()).values("id"))
    owners = bad.values_list("epoch_id").annotate(number=Count("id")).order_by()
    found = list(owners)
    screens = dict(
        LedgerEpoch.objects.filter(id__in=[e for e, _ in found if type(e) is int]).values_list("id", "screen_id")
    )
    tell_unreadable(
        Unreadable(str(screens.get(epoch, "")), Play._meta.model_name, f"{number}")
        for epoch, number in found[:MOST_NAMED]
    )
    return sum(number for _, number in found)
