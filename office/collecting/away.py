"""Screens that are away: a loss is an alarm, and ends when the screen is there again, or was switched off.

Rule: nobody is away towards an office that does not listen itself; what a person closed stays closed until the screen
was there again.
"""

import datetime as dt

from office.collecting import notices
from office.collecting.notices import Mended, Notice
from office.hearing import Hearing, is_silent, newest
from office.models import Alarm, Screen
from office.stored import BadRowError, sound

AWAY_S = 20.0
"""A screen that comes back sooner was not away; the broker has waited ten seconds before it says so."""


def away(now: dt.datetime, hearing: Hearing) -> list[Notice | Mended]:
    """Returns alarms for the screens that went, and the end of those for screens that are there."""
    known = dict(Alarm.objects.filter(kind="away").values_list("screen_id", "closed_at"))
    open_ = {screen for screen, closed_at in known.items() if closed_at is None}
    found: list[Notice | Mended] = []
    for name, revoked_at, state, *times in Screen.objects.values_list(
        "id", "revoked_at", "status", "status_at", "state_at", "birth_at"
    ):
        try:
            sound(revoked_at, *times)
        except BadRowError:
            continue
        since = _since(state, newest(*times), times[0], now, hearing) if revoked_at is None else None
        if since is None:
            if name in open_ and (revoked_at is not None or _is_there(state, hearing)):
                found.append(Mended(name, "away", ""))
            continue
        closed_at = known.get(name)
        if name not in open_ and not (closed_at is not None and closed_at >= since):
            found.append(notices.away(name, since))
    return found


def _since(
    state: str, heard: dt.datetime | None, status_at: dt.datetime | None, now: dt.datetime, hearing: Hearing
) -> dt.datetime | None:
    """Returns since when a screen is away; None: it is not, or nobody knows."""
    if is_silent(state, heard, now, hearing):
        return heard
    lost = state == "lost" and hearing.hears and status_at is not None
    return status_at if lost and status_at is not None and (now - status_at).total_seconds() >= AWAY_S else None


def _is_there(state: str, hearing: Hearing) -> bool:
    return state in ("online", "offline") and hearing.hears
