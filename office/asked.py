"""What somebody asks for: plays of some days, of a screen, a publication, a file."""

import datetime as dt
from typing import Any

import msgspec

from office.models import LedgerEpoch, Play, Screen, Shown
from signage.errors import BadInput, Complaint, Words

MOST_NAMED = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which plays; None: all."""

    first: dt.date | None = None
    last: dt.date | None = None
    """Inclusive; days as the screen's own clock has them."""
    screen: str | None = None
    publication: int | None = None
    media: str | None = None


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


def asked_plays(asked: Asked) -> Any:
    """Returns the query for what is asked for."""
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


def _number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
