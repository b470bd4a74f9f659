"""The page of screens: how each one is, what it shows, and what it looks like now."""

from collections import Counter

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from office.collecting.alarms import tell_unreadable
from office.console import wording
from office.console.fragments import live_page
from office.console.home import place
from office.console.live import looker
from office.console.tiles import by_need, tile, unreadable_tile
from office.models import Alarm, Screen
from office.stored import readable, sound
from signage.errors import Words
from signage.topics import MOST_BYTES, SCREEN_ID

MOST_ALARMS = 8
MOST_LOOKED_AT = 12
"""Screens whose picture one page asks for at a time."""


class OpenAlarm(msgspec.Struct, frozen=True):
    """An alarm, as the page shows it."""

    at: object
    screen: str
    words: Words


def _alarm(alarm: Alarm) -> OpenAlarm:
    sound(alarm.last_at)
    return OpenAlarm(alarm.last_at, alarm.screen_id, Words(str(alarm.zh), str(alarm.en)))


@require_safe
@login_required
def screens(request: HttpRequest) -> HttpResponse:
    """Shows every screen."""
    now = timezone.now()
    found = Screen.objects.filter(revoked_at=None).select_related("site__village").prefetch_related("tags")
    good, bad = readable(found, lambda screen: tile(screen, now), lambda screen: screen.pk)
    tiles = by_need([*good, *(unreadable_tile(each.screen) for each in bad)])
    counted = Counter(each.label for each in tiles)
    order = (*wording.STATUS.values(), wording.SILENT, wording.UNREADABLE)
    tell_unreadable(bad)
    open_ = Alarm.objects.filter(closed_at=None).order_by("-last_at")[:MOST_ALARMS]
    alarms, _ = readable(open_, _alarm, lambda alarm: alarm.screen_id)
    values = {
        "page": "screens",
        "tiles": tiles,
        "sums": [(label, counted[label]) for label in order if counted[label]],
        "alarms": alarms,
        "can_look": looker() is not None,
    }
    return live_page(request, "console/screens.html", values)


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
