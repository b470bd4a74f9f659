"""What a person should look at, in the database: raised once, counted when it happens again.

Every row is sealed, and its beginning and end stand in the journal: one that was changed or deleted is found.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from office.audit import journal
from office.collecting.notices import Mended, Notice, unreadable
from office.models import Alarm
from office.stored import Unreadable

log = logging.getLogger(__name__)

MOST_KEY = 100
MOST_WORDS = 1000
MOST_OF_A_KIND = 200
"""Alarms of one kind on one screen; whatever else is wrong of that kind is one more."""
AND_MORE = "…"
CLOSED = "closed"
"""In the journal; so are `raised` and `again`."""


def raise_alarms(told: Iterable[Notice | Mended], at: dt.datetime) -> None:
    """Writes all of it down, in an order that is the same for everybody; within the caller's transaction.

    It has to be the last thing in that: all collectors wait for each other at the journal.
    """
    news: list[tuple[Alarm, str]] = []
    for each in sorted(told, key=lambda each: (each.screen, each.kind, each.key, isinstance(each, Notice))):
        if isinstance(each, Mended):
            news += [(alarm, CLOSED) for alarm in _mended(each, at)]
            continue
        alarm, state = _raised(each, at)
        news += [(alarm, state)] if state else []
    for alarm, state in news:
        tell_journal(alarm, state, at)


def close(alarm: Alarm, at: dt.datetime) -> None:
    """Closes an alarm that is locked; `tell_journal` follows."""
    alarm.closed_at = at
    _seal(alarm)


def tell_unreadable(rows: Iterable[Unreadable]) -> None:
    """Raises an alarm for each screen and table with a row that cannot be read, once; in a transaction of its own.

    Whoever reads calls it, so it never fails: a page is worth more than its alarm.
    """
    new = {(row.screen, row.table): row for row in rows}
    if not new:
        return
    try:
        known = Alarm.objects.filter(kind=Alarm.Kind.UNREADABLE, screen_id__in={screen for screen, _ in new})
        for screen, table in known.values_list("screen_id", "key"):
            new.pop((screen, table), None)
        if new:
            with transaction.atomic():
                raise_alarms(map(unreadable, new.values()), timezone.now())
    except DatabaseError as fault:
        log.warning("an alarm cannot be kept: %s", fault)


def tell_journal(alarm: Alarm, state: str, at: dt.datetime) -> None:
    """Writes down what became of an alarm."""
    about = {"alarm": alarm.pk, "screen": alarm.screen_id, "kind": alarm.kind, "key": alarm.key, "state": state}
    journal("alarm", about, at)


def _mended(mended: Mended, at: dt.datetime) -> list[Alarm]:
    alike = {"key": mended.key} if mended.is_whole else {"key__startswith": mended.key}
    found = Alarm.objects.select_for_update().filter(screen_id=mended.screen, kind=mended.kind, closed_at=None, **alike)
    try:
        alarms = list(found.order_by("key"))
    except (TypeError, ValueError, OverflowError):  # somebody wrote into the table by hand
        found.update(closed_at=at)
        return []
    for alarm in alarms:
        close(alarm, at)
    return alarms


def _raised(notice: Notice, at: dt.datetime) -> tuple[Alarm, str]:
    """Returns the alarm, and what is new about it: `raised`, `again`, or nothing."""
    # PostgreSQL has no NUL, and a log has no line breaks.
    zh, en = (text[:MOST_WORDS].replace("\0", "\ufffd") for text in (notice.words.zh, notice.words.en))
    anew: dict[str, object] = {"times": 1, "first_at": at, "last_at": at, "zh": zh, "en": en, "closed_at": None}
    alike = Alarm.objects.filter(screen_id=notice.screen, kind=notice.kind)
    key = notice.key[:MOST_KEY]
    alarm = _one(alike.filter(key=key), anew)
    if alarm is None and alike.count() >= MOST_OF_A_KIND:
        key = AND_MORE
        alarm = _one(alike.filter(key=key), anew)
    if alarm is not None:
        state = "" if alarm.closed_at is None else "again"
        alarm.times, alarm.last_at, alarm.zh, alarm.en, alarm.closed_at = alarm.times + 1, at, zh, en, None
    else:
        state = "raised"
        made = Alarm(screen_id=notice.screen, kind=notice.kind, key=key, zh=zh, en=en, first_at=at, last_at=at)
        Alarm.objects.bulk_create([made], ignore_conflicts=True)
        alarm = alike.select_for_update().get(key=key)  # another collector may have been quicker
    if state:
        log.warning("alarm: %s: %s", notice.screen, ascii(en)[1:-1])
    _seal(alarm)
    return alarm, state


def _one(same: Any, anew: dict[str, object]) -> Alarm | None:
    """Returns the row, written anew where it cannot be read, as after somebody wrote into the table by hand."""
    try:
        alarm: Alarm | None = same.select_for_update().first()
        if alarm is None or (isinstance(alarm.times, int) and alarm.sealed()):
            return alarm
    except (AttributeError, TypeError, ValueError, OverflowError):
        pass
    same.update(**anew)
    found: Alarm = same.select_for_update().get()
    return found


def _seal(alarm: Alarm) -> None:
    alarm.seal = alarm.sealed()
    alarm.save(update_fields=("times", "last_at", "zh", "en", "closed_at", "seal"))
