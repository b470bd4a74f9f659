"""What the database knows of an epoch: taken out under a lock, and written back with what became of it."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec
from django.db import connection
from msgspec.structs import replace

from office.collecting import notices
from office.collecting.chain import Gap, Run, gaps, mark
from office.collecting.notices import Mended, Notice
from office.models import LedgerEpoch, LedgerRun
from office.numbering import MOST_SEQ
from office.stored import BadRowError, readable, sound, whole
from signage.ledger import HASH_BYTES
from signage.messages import MOST_MARKS, LedgerAck, LedgerMark

GAP_S = 600
"""A gap into which nothing came for so long is an alarm; a player sends its oldest records along with its newest."""


class Epoch(msgspec.Struct):
    """An epoch while it is added to; `kept` is what the database has."""

    id: int
    screen: str
    name: str
    oldest: int
    upto: int
    waits_since: dt.datetime | None
    runs: tuple[Run, ...]
    kept: tuple[tuple[Run, ...], int]

    @property
    def reached(self) -> Run:
        """The run at whose end nothing is missing that may still come."""
        return mark(self.runs, self.oldest)


def lock(numbers: Iterable[int]) -> tuple[dict[int, Epoch], list[Notice]]:
    """Returns epochs that nobody else changes until the transaction ends, and what is wrong with those left out.

    Those that are gone, or cannot be read, are left out.
    """
    wanted = sorted(numbers)
    found = list(
        LedgerEpoch.objects.select_for_update(no_key=True)
        .filter(id__in=wanted)
        .order_by("id")
        .values_list("id", "screen_id", "name", "oldest", "upto", "waits_since")
    )
    runs: dict[int, list[tuple[Any, ...]]] = {}
    stored = LedgerRun.objects.filter(epoch_id__in=wanted).order_by("epoch_id", "first")
    for epoch, *run in stored.values_list("epoch_id", "first", "last", "before", "after"):
        runs.setdefault(epoch, []).append(tuple(run))
    good, bad = readable(found, lambda row: _epoch(row, runs[row[0]]), lambda row: row[1])
    return {epoch.id: epoch for epoch in good}, [notices.unreadable(replace(each, table="ledgerepoch")) for each in bad]


def _epoch(row: tuple[Any, ...], stored: list[tuple[Any, ...]]) -> Epoch:
    """Returns an epoch as the database has it. Raises BadRowError or TypeError for one that cannot be."""
    number, screen, name, oldest, upto, since = row
    sound(since)
    runs = tuple(
        Run(whole(first, 0, MOST_SEQ), whole(last, first, MOST_SEQ), bytes(before), bytes(after))
        for first, last, before, after in stored
    )
    if any(one.last >= two.first for one, two in pairwise(runs)):
        raise BadRowError("no runs")
    return Epoch(
        number, screen, name, whole(oldest, 0, MOST_SEQ), whole(upto, 0, MOST_SEQ), since, runs, (runs, oldest)
    )


def keep(epochs: Iterable[Epoch], at: dt.datetime) -> list[Notice | Mended]:
    """Writes those epochs back that changed; gives what a person should know."""
    wrong: list[Notice | Mended] = []
    changed: list[Epoch] = []
    for epoch in epochs:
        waits = gaps(epoch.runs, epoch.oldest)
        open_ = next((gap for gap in waits if not gap.lost), None)
        if (epoch.runs, epoch.oldest) != epoch.kept:
            changed.append(epoch)
            wrong += _moved(epoch, waits, open_, at)
        wrong += _overdue(epoch, open_, at)
    _keep_runs(changed)
    values = [
        (each.oldest, each.reached.last, each.reached.after, _stored_time(each.waits_since), each.id)
        for each in changed
    ]
    _update(LedgerEpoch, ("oldest", "upto", "head", "waits_since"), ("id",), values)
    return wrong


def acknowledgements(screens: Iterable[str]) -> dict[str, LedgerAck]:
    """Gives for each of the screens what is stored for good, epochs that were heard of last first."""
    found: dict[str, list[LedgerMark]] = {screen: [] for screen in screens}
    rows = LedgerEpoch.objects.filter(screen_id__in=list(found)).order_by("-id")
    for screen, name, upto, head in rows.values_list("screen_id", "name", "upto", "head"):
        if len(found[screen]) < MOST_MARKS and _is_mark(upto, head):
            found[screen].append(LedgerMark(epoch=name, upto=upto, head=bytes(head).hex()))
    return {screen: LedgerAck(marks=tuple(marks)) for screen, marks in found.items()}


def _is_mark(upto: object, head: Any) -> bool:
    """Whether the database has what an acknowledgement can say; else the screen is told nothing of the epoch."""
    return type(upto) is int and 0 <= upto <= MOST_SEQ and not isinstance(head, str) and len(bytes(head)) == HASH_BYTES


def _moved(epoch: Epoch, waits: tuple[Gap, ...], open_: Gap | None, at: dt.datetime) -> list[Notice | Mended]:
    """Notes how far an epoch is known now; gives what was lost since."""
    before, oldest_before = epoch.kept
    moved, was_overdue = epoch.reached.last > epoch.upto, _is_overdue(epoch, at)
    if open_ is None:
        epoch.waits_since = None
    elif epoch.waits_since is None or moved:
        epoch.waits_since = at
    mended = [Mended(epoch.screen, "gap", f"{epoch.name}:")] if moved and was_overdue else []
    known = {gap.first for gap in gaps(before, oldest_before) if gap.lost}
    lost: list[Notice | Mended] = [
        notices.lost(epoch.screen, epoch.name, gap) for gap in waits if gap.lost and gap.first not in known
    ]
    return [*lost, *mended]


def _overdue(epoch: Epoch, gap: Gap | None, at: dt.datetime) -> list[Notice | Mended]:
    return [] if gap is None or not _is_overdue(epoch, at) else [notices.waiting(epoch.screen, epoch.name, gap)]


def _is_overdue(epoch: Epoch, at: dt.datetime) -> bool:
    return epoch.waits_since is not None and (at - epoch.waits_since).total_seconds() >= GAP_S


def _keep_runs(epochs: list[Epoch]) -> None:
    made: list[LedgerRun] = []
    longer: list[tuple[int, bytes, int, int]] = []
    for epoch in epochs:
        old, new = {run.first: run for run in epoch.kept[0]}, {run.first: run for run in epoch.runs}
        gone = old.keys() - new.keys()
        if gone:
            LedgerRun.objects.filter(epoch_id=epoch.id, first__in=gone).delete()
        for first, run in new.items():
            if first not in old:
                made.append(LedgerRun(None, epoch.id, first, run.last, run.before, run.after))
            elif old[first] != run:
                longer.append((run.last, run.after, epoch.id, first))
    LedgerRun.objects.bulk_create(made)
    _update(LedgerRun, ("last", "after"), ("epoch_id", "first"), longer)


def _update(model: Any, columns: tuple[str, ...], keys: tuple[str, ...], values: list[tuple[Any, ...]]) -> None:
    """Changes rows one by one in one go: Django's own update thinks for longer than the database works."""
    if not values:
        return
    setting = ", ".join(f'"{each}" = %s' for each in columns)
    where = " AND ".join(f'"{each}" = %s' for each in keys)
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{model._meta.db_table}" SET {setting} WHERE {where}', values)


def _stored_time(at: dt.datetime | None) -> Any:
    return None if at is None else connection.ops.adapt_datetimefield_value(at)
