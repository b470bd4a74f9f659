"""The page of screens: how each one is, what it shows, and what it looks like now."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache, partial

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from office.collecting.alarms import tell_unreadable
from office.collecting.heartbeat import read_hearing
from office.console import wording
from office.console.deltas import Changes, DrawnParts, HeldVersions, PagePart, changes, page_part, version
from office.console.fragments import VARY, named, part_response, same, wants_part
from office.console.home import place
from office.console.live import looker
from office.console.open_alarms import read_open_alarms
from office.console.screen_rows import ScreenRows
from office.console.tiles import Tile, by_need
from signage.topics import MOST_BYTES, SCREEN_ID

HEAD, TILE, PART = "console/screens_head.html", "console/tile.html", "console/screens_part.html"
MOST_LOOKED_AT = 12
"""Screens whose picture one page asks for at a time."""


@require_safe
@login_required
def screens(request: HttpRequest) -> HttpResponse:
    """Shows every screen."""
    now = timezone.now()
    hearing = read_hearing(now)
    found, bad = memory().rows.read(now, hearing)
    tell_unreadable(bad)
    alarms = read_open_alarms()
    tiles = by_need(found, alarms.screens)
    counted = Counter(each.label for each in tiles)
    order = (*wording.STATUS.values(), wording.SILENT, wording.NOT_HEARD, wording.UNREADABLE)
    sums = [(label, counted[label]) for label in order if counted[label]]
    values = {"sums": sums, "alarms": alarms, "many": len(tiles), "office": hearing.why if tiles else None}
    head = page_part("", render_to_string(HEAD, values))
    return _answer(request, head, _parts(tiles), now)


def _parts(tiles: Sequence[Tile]) -> list[PagePart]:
    template, drawn = get_template(TILE), memory().drawn
    return [drawn.get(each.id, each, partial(template.render, {"tile": each})) for each in tiles]


def _answer(request: HttpRequest, head: PagePart, parts: Sequence[PagePart], now: dt.datetime) -> HttpResponse:
    """Returns the page; for who asks for its living part what changed of it, or all when nobody knows what he has."""
    versions = memory().versions
    newest = version(head, parts)
    tag = newest.tag
    versions.hold(tag, newest)
    if wants_part(request):
        if same(request, tag):
            return part_response(request, tag, "")
        old = versions.find(named(request))
        delta = None if old is None else changes(old, head, parts)
        return part_response(request, tag, _part(tag, head, parts, delta))
    values = {"page": "screens", "now": now, "part": _part(tag, head, parts, None)}
    response = render(request, "console/screens.html", values)
    response.headers["Vary"] = VARY
    return response


def _part(tag: str, head: PagePart, parts: Sequence[PagePart], delta: Changes | None) -> SafeString:
    values = {
        "version": tag.strip('"'),
        "can_look": looker() is not None,
        "many": len(parts),
        "delta": delta is not None,
        "order": "" if delta is None or delta.order is None else json.dumps(delta.order),
        "head": mark_safe(head.html) if delta is None or delta.head else "",
        "parts": [mark_safe(each.html) for each in (parts if delta is None else delta.parts)],
    }
    return mark_safe(render_to_string(PART, values).rstrip())


class Remembered(msgspec.Struct, frozen=True):
    """What a process remembers of the page, the same for everybody who looks at it; each has its bound."""

    rows: ScreenRows
    drawn: DrawnParts
    versions: HeldVersions


@cache
def memory() -> Remembered:
    """Returns that of this process."""
    return Remembered(ScreenRows(), DrawnParts(), HeldVersions())


@require_safe
@login_required
def shot(_request: HttpRequest, screen: str) -> HttpResponse:
    """Gives the newest picture of a screen."""
    if not SCREEN_ID.fullmatch(screen):
        return HttpResponse(status=404)
    try:
        with (place().shots / f"{screen}.jpg").open("rb") as file:
            body = file.read(MOST_BYTES["shot"] + 1)
    except OSError:
        return HttpResponse(status=404)
    # The address carries the moment it was taken; a browser may keep it, nobody between may.
    return HttpResponse(body, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@require_POST
@login_required
def look(request: HttpRequest) -> HttpResponse:
    """Asks screens for a new picture, while somebody looks at the page."""
    found = looker()
    if found is not None:
        asked = [name for name in request.POST.getlist("screen") if SCREEN_ID.fullmatch(name)]
        found.look(asked[:MOST_LOOKED_AT], request.user.get_username())
    return HttpResponse(status=204)
