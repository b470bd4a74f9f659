"""The page of publications: what was signed by whom, where it is on the screens, and who is missing."""

import datetime as dt
from collections import defaultdict

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from office.console import wording
from office.console.progress import HEADS, ScreenLine, screen_line
from office.console.wording import Label
from office.models import Publication, Receipt

AT_ONCE = 10
"""Publications on one page."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One publication."""

    publication: Publication
    label: Label
    aims: tuple[str, ...]
    playlists: tuple[str, ...]
    files: int
    lines: tuple[ScreenLine, ...]
    missing: tuple[ScreenLine, ...]
    """Those that are to show it and do not yet."""
    wanted: int
    shown: int

    @property
    def percent(self) -> int:
        """How many of the screens show it, rounded down so that 100 is all of them."""
        return 100 * self.shown // self.wanted if self.wanted else 0


@require_safe
@login_required
def publications(request: HttpRequest) -> HttpResponse:
    """Shows the newest publications, or those before a number."""
    before = request.GET.get("before", "")
    found = Publication.objects.all()
    if before.isascii() and before.isdigit() and len(before) < 12:
        found = found.filter(number__lt=int(before))
    page = list(
        found.prefetch_related(
            "playlists", "files", "assignments__aimed_at__tags", "assignments__screens", "assignments__aimed_at__site"
        )[: AT_ONCE + 1]
    )
    sheets = _sheets(page[:AT_ONCE], timezone.now())
    values = {
        "page": "publications",
        "sheets": sheets,
        "heads": tuple(HEADS.values()),
        "older": page[AT_ONCE - 1].number if len(page) > AT_ONCE else None,
        "newest": bool(before),
    }
    return render(request, "console/publications.html", values)


def _sheets(page: list[Publication], now: dt.datetime) -> list[Sheet]:
    receipts: dict[tuple[int, str], list[Receipt]] = defaultdict(list)
    for each in Receipt.objects.filter(publication__in=[one.number for one in page]):
        receipts[each.publication, each.screen_id].append(each)
    return [_sheet(one, receipts, now) for one in page]


def _sheet(one: Publication, receipts: dict[tuple[int, str], list[Receipt]], now: dt.datetime) -> Sheet:
    assignments = list(one.assignments.all())
    screens = {screen.id: screen for each in assignments for screen in each.aimed_at.all()}
    wanted = {screen.id for each in assignments for screen in each.screens.all()}
    lines = tuple(
        screen_line(screen, receipts[one.number, name], one.number, wanted=name in wanted, now=now)
        for name, screen in sorted(screens.items())
    )
    asked = tuple(line for line in lines if line.wanted)
    return Sheet(
        publication=one,
        label=wording.PUBLICATION[one.state],
        aims=tuple(each.aim for each in assignments),
        playlists=tuple(
            f"{each.title or each.name}（{wording.RANKS.get(each.rank, each.rank)}）" for each in one.playlists.all()
        ),
        files=len(one.files.all()),
        lines=lines,
        missing=tuple(line for line in asked if not line.shown),
        wanted=len(asked),
        shown=sum(line.shown for line in asked),
    )
