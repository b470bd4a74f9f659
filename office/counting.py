"""Counts plays: a count is a query over the stored plays, made when somebody asks; what is missing is told.

Days and hours are those of the wall clock where the screen stands.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db.models import Count as Number
from django.db.models import Q, Sum

from office import gaps
from office.gaps import Missing
from office.models import LedgerEpoch, Outcome, Play, Screen, Shown
from office.numbering import MOST_SEQ
from signage.errors import BadInput, Complaint, Words

__all__ = ["BYS", "Asked", "By", "Count", "Missing", "counted", "missing", "plays", "read_asked"]

Place = Literal["screen", "site", "kind", "village"]
Thing = Literal["publication", "playlist", "item", "media"]
By = Literal[Place, Thing, "day", "hour", "outcome"]
BYS: tuple[By, ...] = (*get_args(Place), *get_args(Thing), "day", "hour", "outcome")

_OUTCOMES = dict(zip(Outcome.values, ("complete", "cut", "failed"), strict=True))
_AT_ONCE = 500
MOST_NAMED = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which plays; None: all."""

    first: dt.date | None = None
    last: dt.date | None = None
    """Inclusive; days as the screen's own clock has them."""
    screen: str | None = None
    publication: int | None = None
    media: str | None = None


class Count(msgspec.Struct, frozen=True):
    """Plays that have something in common."""

    key: str
    """Empty for what has none, such as a site without a village."""
    plays: int
    complete: int
    cut: int
    failed: int
    seconds: float
    """On the screen, together; of plays whose end nobody saw nothing is counted."""
    doubtful: int = 0
    """Plays whose day and hour are in doubt: the player's clock was not to be believed."""


def counted(by: By, asked: Asked) -> tuple[Count, ...]:
    """Gives counts by their key, in its order."""
    column = _column(by)
    rows = (
        _plays(asked)
        .values_list(column)
        .annotate(
            plays=Number("id"),
            complete=Number("id", filter=Q(outcome=Outcome.COMPLETE)),
            cut=Number("id", filter=Q(outcome=Outcome.CUT)),
            failed=Number("id", filter=Q(outcome=Outcome.FAILED)),
            ms=Sum("actual_ms"),
            doubtful=Number("id", filter=Q(believed=False)),
        )
    )
    groups = list(rows.order_by(column))
    # The database tells apart by number; names are put to the few groups that are left, and the same name is one key.
    keys = _keys(by, sorted(row[0] for row in groups))
    found: dict[tuple[Any, ...], list[int]] = {}
    for number, *values in groups:
        sums = found.setdefault(keys[number], [0] * len(values))
        for place, value in enumerate(values):
            sums[place] += value or 0
    return tuple(
        Count(key[-1], number, complete, cut, failed, round(ms / 1000, 3), doubtful)
        for key, (number, complete, cut, failed, ms, doubtful) in sorted(found.items())
    )


def missing(asked: Asked) -> tuple[Missing, ...]:
    """Gives the records that are known to be missing from what is asked for; what they were, nobody knows."""
    return gaps.missing(asked.first, asked.last, asked.screen)


def plays(asked: Asked) -> Iterator[dict[str, object]]:
    """Gives every play with all that is known of it, oldest first of each screen."""
    names = ("publication", "playlist", "item", "zone", "rank", "shows", "media", "sha256", "card", "title")
    rows = _plays(asked).order_by("id").values_list(
        "epoch__screen_id", "epoch__screen__title", "epoch__screen__site__name", "epoch__screen__timezone",
        "epoch__name", "id", "at_ms", "day", "hour", "believed", "outcome", "actual_ms",
        *(f"shown__{name}" for name in names),
    )  # fmt: skip
    for screen, title, site, zone, epoch, key, at_ms, day, hour, believed, outcome, actual_ms, *shown in rows.iterator(
        5000
    ):
        at = dt.datetime.fromtimestamp(at_ms / 1000, _zone(zone))
        yield {
            "screen": screen, "screen_title": title, "site": site or "", "epoch": epoch, "seq": key & MOST_SEQ,
            "at": at.isoformat(timespec="milliseconds"), "day": _day(day), "hour": hour, "clock_believed": believed,
            "outcome": _OUTCOMES[outcome], "actual_ms": actual_ms, **dict(zip(names, shown, strict=True)),
        }  # fmt: skip


def _zone(name: str) -> dt.tzinfo:
    """Gives the zone that a screen was enrolled with, UTC when this system does not know it."""
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError):
        return dt.UTC


def read_asked(first: str | None, last: str | None, screen: str | None, publication: int | None) -> Asked:
    """Reads what was typed. Raises BadInput."""
    days: list[dt.date | None] = []
    for name, text in (("--from", first), ("--to", last)):
        try:
            days.append(dt.date.fromisoformat(text) if text else None)
        except ValueError as error:
            problem = Words(f"{text!r} 不是日期", f"{text!r} is not a day")
            raise BadInput((Complaint(name, problem, Words("写成 2026-06-01", "write 2026-06-01")),)) from error
    if days[0] is not None and days[1] is not None and days[0] > days[1]:
        problem = Words(f"{first} 在 {last} 之后", f"{first} is after {last}")
        raise BadInput((Complaint("--from, --to", problem, Words("把两个日期调换", "change the two round")),))
    if screen:
        must_be_known(screen)
    return Asked(first=days[0], last=days[1], screen=screen or None, publication=publication)


def must_be_known(screen: str) -> None:
    """Raises BadInput for a screen that was never enrolled and never sent anything."""
    if not Screen.objects.filter(id=screen).exists():
        names = Screen.objects.order_by("id").values_list("id", flat=True)[:MOST_NAMED]
        problem = Words(f"没有屏幕 {screen[:50]!r}", f"there is no screen {screen[:50]!r}")
        known = " ".join(names) or "—"
        raise BadInput((Complaint("--screen", problem, Words(f"有的是：{known}", f"there are: {known}")),))


def _plays(asked: Asked) -> Any:
    found = Play.objects.all()
    if asked.first is not None:
        found = found.filter(day__gte=_number(asked.first))
    if asked.last is not None:
        found = found.filter(day__lte=_number(asked.last))
    if asked.screen is not None:
        found = found.filter(epoch__in=LedgerEpoch.objects.filter(screen_id=asked.screen).values("id"))
    if asked.publication is not None:
        found = found.filter(shown__in=Shown.objects.filter(publication=asked.publication).values("id"))
    if asked.media is not None:
        found = found.filter(shown__in=Shown.objects.filter(media=asked.media).values("id"))
    return found


def _column(by: By) -> str:
    match by:
        case "screen" | "site" | "kind" | "village":
            return "epoch_id"
        case "publication" | "playlist" | "item" | "media":
            return "shown_id"
        case "day" | "hour" | "outcome":
            return by


def _keys(by: By, numbers: list[int]) -> dict[int, tuple[Any, ...]]:
    """Gives the key of each group, last of what keys are sorted by."""
    match by:
        case "screen" | "site" | "kind" | "village":
            return _places(by)
        case "publication" | "playlist" | "item" | "media":
            some = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
            return {each.pk: _thing(by, each) for ids in some for each in Shown.objects.filter(id__in=ids)}
        case "day":
            return {each: (_day(each),) for each in numbers}
        case "hour":
            return {each: (f"{each:02}:00",) for each in numbers}
        case "outcome":
            return {each: (each, _OUTCOMES[each]) for each in numbers}


def _places(by: Place) -> dict[int, tuple[str]]:
    column = {"screen": "id", "site": "site__name", "kind": "site__kind", "village": "site__village__name"}[by]
    rows = LedgerEpoch.objects.values_list("id", f"screen__{column}")
    return {epoch: (name or "",) for epoch, name in rows}


def _thing(by: Thing, shown: Shown) -> tuple[Any, ...]:
    match by:
        case "publication":
            return shown.publication, str(shown.publication)
        case "playlist":
            return (shown.playlist,)
        case "item":
            where = f"{shown.playlist or '-'} {shown.item} " if shown.playlist or shown.item else ""
            return shown.playlist, shown.item, f"{where}{shown.name}"
        case "media":
            return (shown.media or "-",)


def _day(number: int) -> str:
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
