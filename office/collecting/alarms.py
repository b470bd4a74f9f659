"""What a person should look at, in the database: raised once, counted when it happens again."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from office.collecting.notices import Kind, Notice, unreadable
from office.models import Alarm
from office.stored import Unreadable
from signage.errors import Words

log = logging.getLogger(__name__)

MOST_KEY = 100
MOST_WORDS = 1000
MOST_OF_A_KIND = 200
"""Alarms of one kind on one screen; whatever else is wrong of that kind is one more."""
AND_MORE = "…"


def raise_alarms(wrong: Iterable[Notice], at: dt.datetime) -> None:
    """Writes all of it down, in an order that is the same for everybody; within the caller's transaction."""
    for notice in sorted(wrong, key=lambda each: (each.screen, each.kind, each.key)):
        _raise_alarm(notice, at)


def close_alarms(screen: str, kind: Kind, key: str, at: dt.datetime) -> None:
    """Closes what has mended itself: the open alarms of the kind whose key begins so."""
    Alarm.objects.filter(screen_id=screen, kind=kind, key__startswith=key, closed_at=None).update(closed_at=at)


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


def _raise_alarm(notice: Notice, at: dt.datetime) -> None:
    # PostgreSQL has no NUL, and a log has no line breaks.
    zh, en = (text[:MOST_WORDS].replace("\0", "\ufffd") for text in (notice.words.zh, notice.words.en))
    key = notice.key[:MOST_KEY]
    if _happened_again(notice, key, at, Words(zh, en)):
        return
    if Alarm.objects.filter(screen_id=notice.screen, kind=notice.kind).count() >= MOST_OF_A_KIND:
        key = AND_MORE
        if _happened_again(notice, key, at, Words(zh, en)):
            return
    log.warning("alarm: %s: %s", notice.screen, ascii(en)[1:-1])
    made = Alarm(screen_id=notice.screen, kind=notice.kind, key=key, zh=zh, en=en, first_at=at, last_at=at)
    Alarm.objects.bulk_create([made], ignore_conflicts=True)


def _happened_again(notice: Notice, key: str, at: dt.datetime, words: Words) -> bool:
    """Counts an alarm that is there, opening it again; False when there is none."""
    same = Alarm.objects.filter(screen_id=notice.screen, kind=notice.kind, key=key)
    if same.filter(closed_at=None).update(times=F("times") + 1, last_at=at, zh=words.zh, en=words.en):
        return True
    if not same.update(times=F("times") + 1, last_at=at, zh=words.zh, en=words.en, closed_at=None):
        return False
    log.warning("alarm: %s: %s", notice.screen, ascii(words.en)[1:-1])
    return True
