"""Chains of entries: the audit log of who did what, and the journal of what collectors noted.

An entry is written in the transaction of what it tells of, bound to the one before it. They are two chains because the
audit log is held while somebody signs, and no collector may wait for that.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import transaction

from office.models import AuditEntry, ChainedEntry, JournalEntry, Sequence

BEGINNING = hashlib.sha256(b"wuzha/1 audit\n").hexdigest()
COLLECTOR = "collector"
ALARM_CLOSED = "close_alarm"
"""What the audit log says of an alarm that somebody closed."""


class EntryChain(msgspec.Struct, frozen=True):
    """A chain: the name of its numbers, its table, and the hash before its first entry."""

    name: str
    entries: type[ChainedEntry]
    beginning: str


AUDIT = EntryChain("audit", AuditEntry, BEGINNING)
JOURNAL = EntryChain("journal", JournalEntry, hashlib.sha256(b"wuzha/1 journal\n").hexdigest())


def note(who: str, what: str, about: dict[str, Any], at: dt.datetime) -> None:
    """Writes an entry of the audit log; inside the transaction of the deed, so neither is there without the other."""
    _append(AUDIT, who, what, about, at)


def journal(what: str, about: dict[str, Any], at: dt.datetime) -> None:
    """Writes an entry of the journal, as the last thing in a transaction: all collectors wait for each other here."""
    _append(JOURNAL, COLLECTOR, what, about, at)


def next_number(name: str, above: int = 0) -> int:
    """Gives the next number of a kind, one above the last and above `above`; to be called in a transaction."""
    Sequence.objects.get_or_create(name=name)
    row = Sequence.objects.select_for_update().get(name=name)
    row.value = max(row.value, above) + 1
    row.save(update_fields=("value",))
    return int(row.value)


def first_break(chain: EntryChain = AUDIT) -> int | None:
    """Gives the number of the first entry that was changed, or stands where one was taken out; None if all hold."""
    return next(breaks(chain), None)


def breaks(chain: EntryChain) -> Iterator[int]:
    """Returns the numbers of entries that were changed, or were taken out; after one it goes on with what is there."""
    before, expected = chain.beginning, 1
    for entry in chain.entries.objects.order_by("number").iterator():
        if entry.number != expected or entry.before != before or entry.hash != _hash(entry):
            yield expected
        before, expected = entry.hash, entry.number + 1
    last = Sequence.objects.filter(name=chain.name).values_list("value", flat=True).first() or 0
    if last != expected - 1:
        yield expected


def _append(chain: EntryChain, who: str, what: str, about: dict[str, Any], at: dt.datetime) -> None:
    with transaction.atomic():
        number = next_number(chain.name)
        last = chain.entries.objects.filter(number=number - 1).first()
        before = last.hash if last else chain.beginning
        entry = chain.entries(
            number=number,
            at=at.isoformat(),
            who=who[:100],
            what=what,
            about=json.dumps(about, ensure_ascii=False, sort_keys=True),
            before=before,
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)


def _hash(entry: ChainedEntry) -> str:
    text = json.dumps(
        [entry.number, entry.at, entry.who, entry.what, entry.about], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(f"{entry.before}{text}".encode()).hexdigest()
