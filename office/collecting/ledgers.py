"""Stores batches of the screens' ledgers: each record once, in one transaction with how far its chain is known.

Rule: nothing here is kept in memory but names of rows that never change; every decision is made in the transaction that
writes it, so any number of collectors may work on one database, and each may die at any moment.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec
from django.db import transaction
from msgspec.structs import replace

from office.audit import journal
from office.collecting import notices, sound_alarms
from office.collecting.alarms import raise_alarms
from office.collecting.bulk import insert
from office.collecting.chain import ForkError, ScatteredError, beginning, joined
from office.collecting.epochs import Epoch, keep, lock
from office.collecting.judging import PlayJudge, Sequel
from office.collecting.notices import Mended, Notice
from office.collecting.quotas import Good, Quotas
from office.collecting.reading import (
    BrokenError,
    Columns,
    Proved,
    columns,
    played_again,
    proved,
)
from office.collecting.shown import ShownKey, plain_shown, shown_key
from office.collecting.steady import Steady, steady
from office.collecting.told import keep_told
from office.models import LedgerEpoch, LedgerRecord, LedgerRun, Play, Screen, Shown
from office.numbering import MOST_SEQ, SEQ_BITS, key_of
from signage.ledger import genesis
from signage.messages import LedgerBatch

MOST_REMEMBERED = 100_000
"""Names of rows."""
MOST_EPOCHS = 1000
"""Of one screen; whoever begins more is stopped."""

_RECORD = ("id", "text", "hash")
_PLAY = ("id", "epoch_id", "shown_id", "at_ms", "day", "hour", "outcome", "believed", "actual_ms", "presented",
         "doubt")  # fmt: skip


class _Names(dict[ShownKey, int]):
    """The rows of what is shown. What is not known here gets a number below zero until `settle` looks it up."""

    def __init__(self) -> None:
        super().__init__()
        self._new: dict[ShownKey, int] = {}

    def __missing__(self, shown: ShownKey) -> int:
        return self._new.setdefault(shown, -1 - len(self._new))

    def settle(self, found: Columns, may_make: Callable[[int], bool]) -> Columns | None:
        """Returns columns with the rows of all that they show, in one commit for what is new.

        None, and nothing is made, when `may_make` says no to so many. A row that nothing refers to in the end does no
        harm.
        """
        if not self._new:
            return found
        new, self._new = {shown_key(shown): shown for shown in self._new}, {}
        known = _rows(new)
        lacking = sorted(new.keys() - known.keys())
        if lacking:
            if not may_make(len(lacking)):
                return None
            rows = [Shown(None, key, *plain_shown(new[key])) for key in lacking]
            Shown.objects.bulk_create(rows, ignore_conflicts=True)
            known |= _rows(lacking)
        if len(self) > MOST_REMEMBERED:
            self.clear()
        by_place = [known[key] for key in new]
        self.update(zip(new.values(), by_place, strict=True))
        plays = [(row[0], row[1], by_place[-1 - row[2]], *row[3:]) if row[2] < 0 else row for row in found.plays]
        return replace(found, plays=plays)


def _rows(keys: Iterable[str]) -> dict[str, int]:
    return dict(Shown.objects.filter(key__in=list(keys)).values_list("key", "id"))


class _Offer(msgspec.Struct):
    """A batch that may be stored, and what of it is new."""

    batch: LedgerBatch
    proved: Proved
    columns: Columns
    epoch: int
    steady: Steady | None
    heard: int
    """The key of the last play that was heard; 0: none was."""
    fresh: tuple[tuple[int, int], ...] = ()
    before: int = 0
    newest: int = 0
    """The last records of its epoch before and when it joined."""

    @property
    def is_whole(self) -> bool:
        return self.fresh == ((self.proved.run.first, self.proved.run.last),)

    def is_fresh(self, key: int) -> bool:
        seq = key & MOST_SEQ
        return any(first <= seq <= last for first, last in self.fresh)


class _BeyondQuota(Exception):
    """A batch that has to wait."""

    def __init__(self, good: Good) -> None:
        super().__init__(good)
        self.good = good


class Ledgers:
    """The ledgers of all screens, as long as a connection to the database lasts. Only one thread may use it."""

    def __init__(self, *, most_epochs: int = MOST_EPOCHS, quotas: Quotas | None = None) -> None:
        """`quotas` says what is left to each screen."""
        self._most_epochs, self._quotas = most_epochs, quotas or Quotas()
        self._epochs: dict[tuple[str, str], int] = {}
        self._names = _Names()
        self._judge = PlayJudge()

    def store(self, batches: Sequence[LedgerBatch], at: dt.datetime) -> None:
        """Stores what is new; what is wrong with the rest becomes an alarm. Raises django.db.Error: nothing is stored.

        Whose batches they are has been looked at before: `batch.screen` is the one that sent it.
        """
        wrong: list[Notice | Mended] = []
        offers = self._offers(batches, at, wrong)
        if not offers and not wrong:
            return
        with transaction.atomic():
            epochs, unreadable = lock({each.epoch for each in offers})
            wrong += unreadable
            self._join(offers, epochs, wrong)
            self._insert([each for each in offers if each.fresh], epochs, at, wrong)
            wrong += keep(epochs.values(), at)
            raise_alarms(wrong, at)

    def _offers(self, batches: Sequence[LedgerBatch], at: dt.datetime, wrong: list[Notice | Mended]) -> list[_Offer]:
        screens = {batch.screen for batch in batches}
        known = set(Screen.objects.filter(id__in=screens, revoked_at=None).values_list("id", flat=True))
        wrong += [notices.stranger(screen) for screen in sorted(screens - known)]
        offers = []
        for batch in batches:
            if batch.screen not in known:
                continue
            try:
                found = proved(batch)
                epoch = self._epoch(batch.screen, batch.epoch, at)
                if epoch is None:
                    wrong.append(notices.many_epochs(batch.screen, self._most_epochs))
                else:
                    told = self._columns(batch.screen, found, epoch, at)
                    heard = sound_alarms.heard_last(told)
                    offers.append(_Offer(batch, found, told, epoch, steady(told.plays, told.played), heard))
                    told.played.clear()
            except BrokenError as refusal:
                wrong.append(notices.broken(batch, refusal.words))
            except _BeyondQuota as beyond:
                if self._quotas.is_news(batch.screen, beyond.good, at.timestamp()):
                    wrong.append(notices.beyond_quota(batch.screen, beyond.good))
        return offers

    def _columns(self, screen: str, batch: Proved, epoch: int, at: dt.datetime) -> Columns:
        """Returns what a batch holds. Raises _BeyondQuota."""
        told = columns(batch, epoch, self._names)
        found = self._names.settle(told, lambda count: self._quotas.takes(screen, "titles", count, at.timestamp()))
        if found is None:
            raise _BeyondQuota("titles")
        if found.told and not self._quotas.takes(screen, "told", len(found.told), at.timestamp()):
            raise _BeyondQuota("told")
        return found

    def _epoch(self, screen: str, name: str, at: dt.datetime) -> int | None:
        """Gives the row of an epoch, making it when it is new; None when there are too many."""
        known = self._epochs.get((screen, name))
        if known is not None:
            return known
        if len(self._epochs) > MOST_REMEMBERED:
            self._epochs.clear()
        there = LedgerEpoch.objects.filter(screen_id=screen)
        found = there.filter(name=name).values_list("id", flat=True).first()
        if found is None and there.count() >= self._most_epochs:
            return None
        if found is None and not self._quotas.takes(screen, "epochs", 1, at.timestamp()):
            raise _BeyondQuota("epochs")
        number = _made(screen, name, at) if found is None else int(found)
        self._epochs[screen, name] = number
        return number

    def _join(self, offers: list[_Offer], epochs: dict[int, Epoch], wrong: list[Notice | Mended]) -> None:
        for number, offer in enumerate(offers):
            epoch, batch = epochs.get(offer.epoch), offer.batch
            if epoch is None or (epoch.screen, epoch.name) != (batch.screen, batch.epoch):
                # The database was put back: the row is another's now, and this batch comes again.
                self._epochs.pop((batch.screen, batch.epoch), None)
                continue
            stored_hash = _stored_hash(offer.epoch, offers[:number])
            try:
                found = joined(epoch.runs, offer.proved.run, offer.proved.hashes, stored_hash)
            except ForkError as fork:
                wrong.append(notices.forked(batch, fork))
                continue
            except ScatteredError:
                wrong.append(notices.scattered(batch))
                continue
            offer.before = epoch.runs[-1].last if epoch.runs else 0
            epoch.runs, epoch.oldest = found.runs, max(epoch.oldest, batch.oldest)
            offer.fresh, offer.newest = found.fresh, found.runs[-1].last
            if found.fresh and offer.columns.odd:
                wrong.append(notices.odd(batch, offer.columns.odd))

    def _insert(
        self, offers: list[_Offer], epochs: dict[int, Epoch], at: dt.datetime, wrong: list[Notice | Mended]
    ) -> None:
        new = Columns([], [], [], [])
        for each in offers:
            found = each.columns
            if each.is_whole:
                new.records.extend(found.records)
                new.told.extend(found.told)
            else:
                new.records.extend(row for row in found.records if each.is_fresh(row[0]))
                new.told.extend(row for row in found.told if each.is_fresh(row[0]))
        sequels = [sequel for each in offers for sequel in _sequels(each)]
        plays, doubts = self._judge.judge(sequels, at)
        wrong += doubts
        insert(LedgerRecord._meta.db_table, _RECORD, new.records)
        insert(Play._meta.db_table, _PLAY, plays)
        wrong += keep_told([(key, epochs[key >> SEQ_BITS], row) for key, row in new.told])
        heard = sorted((each.heard, each.batch.screen) for each in offers if each.heard)
        wrong += sound_alarms.of_plays({screen: key for key, screen in heard})


def _sequels(offer: _Offer) -> Iterator[Sequel]:
    """Yields the new plays of a batch."""
    batch = offer.batch
    for first, last in offer.fresh:
        rows = offer.columns.plays
        if not offer.is_whole:
            rows = [row for row in rows if first <= row[0] & MOST_SEQ <= last]
        yield Sequel(
            screen=batch.screen,
            epoch=offer.epoch,
            name=batch.epoch,
            first=first,
            last=last,
            ends=offer.newest == last,
            newest=offer.before,
            rows=rows,
            steady=offer.steady if offer.is_whole else None,
            read=partial(played_again, offer.proved, rows),
        )


def _stored_hash(epoch: int, before: list[_Offer]) -> Callable[[int], bytes]:
    """Gives a record's hash from the database, or from what is just being added to it."""

    def look(seq: int) -> bytes:
        for each in before:
            run = each.proved.run
            if each.fresh and each.epoch == epoch and run.first <= seq <= run.last:
                return each.proved.hashes[seq - run.first]
        return bytes(LedgerRecord.objects.values_list("hash", flat=True).get(pk=key_of(epoch, seq)))

    return look


def _made(screen: str, name: str, at: dt.datetime) -> int:
    """Makes an epoch, unless another collector was quicker."""
    [start] = beginning(genesis(screen, name))
    with transaction.atomic():
        new = LedgerEpoch(screen_id=screen, name=name, heard_at=at, head=start.after)
        LedgerEpoch.objects.bulk_create([new], ignore_conflicts=True)
        number: int = LedgerEpoch.objects.values_list("id", flat=True).get(screen_id=screen, name=name)
        run = LedgerRun(epoch_id=number, first=start.first, last=start.last, before=start.before, after=start.after)
        LedgerRun.objects.bulk_create([run], ignore_conflicts=True)
        journal("epoch", {"epoch": number, "screen": screen, "name": name}, at)
    return number
