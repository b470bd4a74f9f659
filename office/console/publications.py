"""The page of publications: what was signed by whom, where it is on the screens, and who is missing."""

import datetime as dt
from functools import cache, partial
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from office.collecting.alarms import tell_unreadable
from office.collecting.heartbeat import read_hearing
from office.console import wording
from office.console.deltas import PagePart
from office.console.parted_page import PageDrawing, PartedPage
from office.console.progress import HEADS, ScreenLine, publication_label
from office.console.receipt_lines import ReceiptLines
from office.console.wording import Label
from office.models import Assignment, Publication, Screen

HEAD, ROW, PART = "console/publication_head.html", "console/receipt_row.html", "console/publications_part.html"
AT_ONCE = 10
"""Publications on one page."""
EVERY_S = 2
MOST_PARTS = 6000
"""Ten publications of 500 screens, and their heads."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One publication."""

    number: int
    line: str
    author: str
    approver: str
    published_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
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
    return memory().page.answer(request, lambda: _drawing(request.GET.get("before", "")), page="publications")


class RememberedPublications(msgspec.Struct, frozen=True):
    """What a process remembers of the page, the same for everybody who looks at it; each has its bound."""

    page: PartedPage
    lines: ReceiptLines


@cache
def memory() -> RememberedPublications:
    """Returns that of this process."""
    return RememberedPublications(PartedPage("console/publications.html", EVERY_S, MOST_PARTS), ReceiptLines())


def _drawing(before: str) -> PageDrawing:
    asked = Publication.objects.all()
    if before.isascii() and before.isdigit() and len(before) < 12:
        asked = asked.filter(number__lt=int(before))
    found = list(asked.prefetch_related("playlists", "files", "assignments")[: AT_ONCE + 1])
    parts = [_sheet_parts(sheet) for sheet in _sheets(found[:AT_ONCE], timezone.now())]
    older = found[AT_ONCE - 1].number if len(found) > AT_ONCE else None

    def whole() -> str:
        values = {"sheets": [each.values for each in parts], "heads": tuple(HEADS.values())}
        return render_to_string(PART, {**values, "older": older, "newest": bool(before)})

    return PageDrawing(f"{older} {bool(before)}", [part for each in parts for part in (each.head, *each.rows)], whole)


class SheetParts(msgspec.Struct, frozen=True, kw_only=True):
    """One publication as it is drawn."""

    number: int
    head: PagePart
    rows: tuple[PagePart, ...]
    is_missed: bool

    @property
    def values(self) -> dict[str, object]:
        """Returns them for the template."""
        rows = [mark_safe(each.html) for each in self.rows]
        return {"number": self.number, "head": mark_safe(self.head.html), "rows": rows, "is_missed": self.is_missed}


def _sheet_parts(sheet: Sheet) -> SheetParts:
    number, drawn = sheet.number, memory().page.drawn
    head, row = get_template(HEAD), get_template(ROW)
    facts = msgspec.structs.replace(sheet, lines=())
    return SheetParts(
        number=number,
        head=drawn.get(f"says-{number}", facts, partial(head.render, {"sheet": facts})),
        rows=tuple(
            drawn.get(f"line-{number}-{line.id}", line, partial(row.render, {"number": number, "line": line}))
            for line in sheet.lines
        ),
        is_missed=bool(sheet.missing),
    )


def _sheets(found: list[Publication], now: dt.datetime) -> list[Sheet]:
    aimed_at = _screens(Assignment.aimed_at.through, found)
    wanted = _screens(Assignment.screens.through, found)
    every = set().union(*aimed_at.values()) if aimed_at else set()
    screens = {screen.pk: screen for screen in Screen.objects.filter(id__in=every)}
    aims = {one.pk: [screens[name] for name in sorted(aimed_at[one.pk]) if name in screens] for one in found}
    read = memory().lines.read(aims, wanted, now, read_hearing(now))
    tell_unreadable(each.bad for some in read.values() for each in some if each.bad is not None)
    return [_sheet(one, tuple(each.line for each in read[one.pk])) for one in found]


def _screens(through: Any, page: list[Publication]) -> dict[int, set[str]]:
    """Returns the screens of each publication's assignments, through one of their two tables."""
    found: dict[int, set[str]] = {one.pk: set() for one in page}
    pairs = through.objects.filter(assignment__publication__in=page)
    for publication, screen in pairs.values_list("assignment__publication", "screen"):
        found[publication].add(screen)
    return found


def _sheet(one: Publication, lines: tuple[ScreenLine, ...]) -> Sheet:
    assignments = list(one.assignments.all())
    asked = tuple(line for line in lines if line.wanted)
    return Sheet(
        number=one.number,
        line=one.line,
        author=one.author,
        approver=one.approver,
        published_at=one.published_at,
        withdrawn_at=one.withdrawn_at,
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
