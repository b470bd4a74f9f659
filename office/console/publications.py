"""The page of publications: what was signed by whom, where it is on the screens, and who is missing."""

import datetime as dt
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from office.collecting.alarms import tell_unreadable
from office.collecting.heartbeat import read_hearing
from office.console import wording
from office.console.fragments import live_page
from office.console.progress import HEADS, ScreenLine, publication_label, screen_line, unreadable_line
from office.console.wording import Label
from office.hearing import Hearing
from office.models import Assignment, Publication, Receipt, Screen
from office.receipts import telling
from office.stored import Unreadable, readable

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
    return live_page(request, "console/publications.html", lambda: _values(request.GET.get("before", "")))


def _values(before: str) -> dict[str, object]:
    found = Publication.objects.all()
    if before.isascii() and before.isdigit() and len(before) < 12:
        found = found.filter(number__lt=int(before))
    page = list(found.prefetch_related("playlists", "files", "assignments")[: AT_ONCE + 1])
    sheets = _sheets(page[:AT_ONCE], timezone.now())
    return {
        "page": "publications",
        "sheets": sheets,
        "heads": tuple(HEADS.values()),
        "older": page[AT_ONCE - 1].number if len(page) > AT_ONCE else None,
        "newest": bool(before),
    }


def _sheets(page: list[Publication], now: dt.datetime) -> list[Sheet]:
    receipts = telling([one.number for one in page])
    aimed_at = _screens(Assignment.aimed_at.through, page)
    wanted = _screens(Assignment.screens.through, page)
    every = set().union(*aimed_at.values()) if aimed_at else set()
    screens = {screen.pk: screen for screen in Screen.objects.filter(id__in=every)}
    hearing = read_hearing(now)
    found = []
    for one in page:
        aims = [screens[name] for name in sorted(aimed_at[one.pk]) if name in screens]
        lines, bad = _lines(one, aims, receipts[one.number], wanted[one.pk], now=now, hearing=hearing)
        tell_unreadable(bad)
        found.append(_sheet(one, lines))
    return found


def _screens(through: Any, page: list[Publication]) -> dict[int, set[str]]:
    """Returns the screens of each publication's assignments, through one of their two tables."""
    found: dict[int, set[str]] = {one.pk: set() for one in page}
    pairs = through.objects.filter(assignment__publication__in=page)
    for publication, screen in pairs.values_list("assignment__publication", "screen"):
        found[publication].add(screen)
    return found


def _lines(
    one: Publication,
    screens: list[Screen],
    receipts: dict[str, list[Receipt]],
    wanted: set[str],
    *,
    now: dt.datetime,
    hearing: Hearing,
) -> tuple[tuple[ScreenLine, ...], list[Unreadable]]:
    def line(screen: Screen) -> ScreenLine:
        name = screen.pk
        return screen_line(screen, receipts.get(name, ()), one.number, wanted=name in wanted, now=now, hearing=hearing)

    good, bad = readable(screens, line, lambda screen: screen.pk)
    rest = [unreadable_line(each.screen, wanted=each.screen in wanted) for each in bad]
    return tuple(sorted([*good, *rest], key=lambda each: each.id)), bad


def _sheet(one: Publication, lines: tuple[ScreenLine, ...]) -> Sheet:
    assignments = list(one.assignments.all())
    asked = tuple(line for line in lines if line.wanted)
    return Sheet(
        publication=one,
        label=publication_label(one.state, lines),
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
