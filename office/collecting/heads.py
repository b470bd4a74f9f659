"""Notes in the journal, once a day, how far every ledger is stored: whoever deletes its end later is found out."""

import datetime as dt
import time

from django.db import transaction
from django.db.models import F

from office.audit import journal
from office.models import JournalEntry, LedgerEpoch, Play
from office.numbering import key_of

EVERY_S = 24 * 3600.0
LOOK_S = 60.0
TOGETHER = 200
"""Epochs of one entry."""
HEADS = "heads"
"""The entry's kind."""


class Heads:
    """When to note them. Only one thread may use it."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._looked = float("-inf")

    def look(self, at: dt.datetime) -> None:
        """Notes the heads when nobody did for a day. Raises django.db.Error."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        last = JournalEntry.objects.filter(what=HEADS).order_by("-number").values_list("at", flat=True).first()
        if last is None or (at - dt.datetime.fromisoformat(last)).total_seconds() >= self._every_s:
            note_heads(at)


def note_heads(at: dt.datetime) -> None:
    """Notes how far every ledger came since it was noted, and how many plays that were, believed and not."""
    while True:
        with transaction.atomic():
            moved = LedgerEpoch.objects.select_for_update(no_key=True).filter(upto__gt=F("noted")).order_by("id")
            some = list(moved[:TOGETHER])
            if not some:
                return
            about = []
            for epoch in some:
                new = Play.objects.filter(pk__gt=key_of(epoch.pk, epoch.noted), pk__lte=key_of(epoch.pk, epoch.upto))
                about.append({
                    "epoch": epoch.pk, "from": epoch.noted, "upto": epoch.upto, "head": bytes(epoch.head).hex(),
                    "plays": new.count(), "doubtful": new.exclude(doubt=0).count(),
                })  # fmt: skip
                epoch.noted = epoch.upto
                epoch.save(update_fields=("noted",))
            journal(HEADS, {"epochs": about}, at)
