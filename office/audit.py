"""The record of who did what: written in the transaction of the deed, each entry bound to the one before it."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import transaction

from office.models import AuditEntry, Sequence

BEGINNING = hashlib.sha256(b"wuzha/1 audit\n").hexdigest()


def note(who: str, what: str, about: dict[str, Any], at: dt.datetime) -> None:
    """Writes an entry; inside the transaction of the deed, so neither is there without the other."""
    with transaction.atomic():
        number = next_number("audit")
        last = AuditEntry.objects.filter(number=number - 1).first()
        before = last.hash if last else BEGINNING
        entry = AuditEntry(
            number=number,
            at=at.isoformat(),
            who=who[:100],
            what=what,
            about=json.dumps(about, ensure_ascii=False, sort_keys=True),
            before=before,
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)


def next_number(name: str, above: int = 0) -> int:
    """Gives the next number of a kind, one above the last and above `above`; to be called in a transaction."""
    Sequence.objects.get_or_create(name=name)
    row = Sequence.objects.select_for_update().get(name=name)
    row.value = max(row.value, above) + 1
    row.save(update_fields=("value",))
    return int(row.value)


def first_break() -> int | None:
    """Gives the number of the first entry that was changed, or stands where one was taken out; None if all hold."""
    before, expected = BEGINNING, 1
    for entry in AuditEntry.objects.order_by("number").iterator():
        if entry.number != expected or entry.before != before or entry.hash != _hash(entry):
            return expected
        before, expected = entry.hash, expected + 1
    last = Sequence.objects.filter(name="audit").values_list("value", flat=True).first() or 0
    return None if last == expected - 1 else expected


def _hash(entry: AuditEntry) -> str:
    text = json.dumps(
        [entry.number, entry.at, entry.who, entry.what, entry.about], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(f"{entry.before}{text}".encode()).hexdigest()
