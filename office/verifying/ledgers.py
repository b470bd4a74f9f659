"""Proves stored ledgers: every record by its chain, and every row that was read out of it by the record.

It goes through the records of one epoch after the other, some thousands at a time, so it needs no more memory for a
million of them.
"""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from office.collecting.chain import Run, beginning, mark
from office.collecting.plausible import CLOCK_SLACK_MS, HOUR_MS, HOUR_SLACK_MS, UNDATED, PlayRow, hours, of_length
from office.collecting.reading import Columns, EventRow, Proved, ReceiptRow, columns
from office.doubt import Doubt
from office.models import Event, LedgerEpoch, LedgerRecord, LedgerRun, Play, Receipt
from office.numbering import MOST_SEQ, SEQ_BITS, key_of
from office.verifying.findings import Mismatch, found, guarded
from office.verifying.publications import PublicationDoubts
from office.verifying.shown import ShownRows
from signage.ledger import PlayRecord, genesis

AT_ONCE = 2000
MOST_HOUR_MS = 3 * (HOUR_MS + HOUR_SLACK_MS) // 2
"""Two collectors that store one hour at one moment do not know of each other; more was not their doing."""

_PLAY = (
    "id", "epoch_id", "shown_id", "at_ms", "day", "hour", "outcome", "believed", "actual_ms", "presented", "doubt",
)  # fmt: skip
_STATELESS = Doubt.EARLY | Doubt.LONG | Doubt.SHORT | Doubt.FRAMES


class Sums(msgspec.Struct):
    """What was gone through."""

    records: int = 0
    plays: int = 0
    doubtful: int = 0
    epochs: int = 0


def ledgers(now_ms: int, sums: Sums) -> Iterator[Mismatch]:
    """Returns all that does not hold in ledgers and in the rows that were read out of them; adds to `sums`."""
    names, publications = ShownRows(), PublicationDoubts()
    after = -1
    screen_hours: dict[tuple[str, int], int] = {}
    screen = None
    epochs = LedgerEpoch.objects.select_related("screen").order_by("screen_id", "id")
    for epoch in epochs.iterator(AT_ONCE):
        if epoch.screen_id != screen:
            yield from _full(screen, screen_hours)
            screen, screen_hours = epoch.screen_id, {}
        sums.epochs += 1
        one = _Epoch(epoch, names, publications, now_ms=now_ms, sums=sums, held=screen_hours)
        yield from guarded(one.findings(), "ledgerepoch", one.where())
    yield from _full(screen, screen_hours)
    for number in [*LedgerEpoch.objects.order_by("id").values_list("id", flat=True), None]:
        yield from _foreign(after, number)
        after = number if number is not None else after


def _full(screen: str | None, held: dict[tuple[str, int], int]) -> Iterator[Mismatch]:
    for (zone, hour), ms in held.items():
        if ms > MOST_HOUR_MS and hour != UNDATED:
            yield found(
                "play", f"{screen} {zone} hour {hour}", "changed",
                f"这一小时里可信的播放加起来有 {ms // 60_000} 分钟：有人把“不可信”去掉了",
                f"believed plays of this hour are {ms // 60_000} minutes: their doubt was taken away",
            )  # fmt: skip


def _foreign(after: int, before: int | None) -> Iterator[Mismatch]:
    """Returns rows between two epochs, which belong to none."""
    span = {"pk__gt": key_of(after, MOST_SEQ) if after >= 0 else -(2**63)}
    if before is not None:
        span["pk__lt"] = key_of(before, 0)
    for model in (LedgerRecord, Play, Event, Receipt):
        for key in model.objects.filter(**span).order_by("pk").values_list("pk", flat=True).iterator(AT_ONCE):
            where = f"epoch row {key >> SEQ_BITS} record {key & MOST_SEQ}"
            yield found(_table(model), where, "extra", "所属的台账段不在了", "its epoch is not there")


def _table(model: Any) -> str:
    return str(model._meta.db_table).removeprefix("office_")


class _Epoch:
    """One epoch on its way through."""

    def __init__(
        self,
        epoch: LedgerEpoch,
        names: ShownRows,
        publications: PublicationDoubts,
        *,
        now_ms: int,
        sums: Sums,
        held: dict[tuple[str, int], int],
    ) -> None:
        self._epoch, self._names, self._publications = epoch, names, publications
        self._now_ms, self._sums, self._held = now_ms, sums, held
        self._earliest = round(epoch.screen.enrolled_at.timestamp() * 1000) - CLOCK_SLACK_MS
        self._base = key_of(epoch.pk, 0)

    def findings(self) -> Iterator[Mismatch]:
        runs = self._runs()
        yield from self._check_runs(runs)
        following = 1
        for run in runs:
            yield from self._none_between(following, run.first - 1)
            yield from self._run(run)
            following = max(following, run.last + 1)
        yield from self._none_between(following, MOST_SEQ)

    def _runs(self) -> list[Run]:
        rows = LedgerRun.objects.filter(epoch_id=self._epoch.pk).order_by("first")
        return [
            Run(first, last, bytes(before), bytes(after))
            for first, last, before, after in rows.values_list("first", "last", "before", "after")
        ]

    def where(self, seq: int | None = None) -> str:
        """Names the epoch, or a record of it."""
        return f"{self._epoch.screen_id} {self._epoch.name}" + ("" if seq is None else f" record {seq}")

    def _check_runs(self, runs: list[Run]) -> Iterator[Mismatch]:
        where = self.where()
        [start] = beginning(genesis(self._epoch.screen_id, self._epoch.name))
        if not runs or runs[0].first != 0 or (runs[0].last == 0 and runs[0].after != start.after):
            yield found("ledgerrun", where, "missing", "台账段的开头不在了", "the beginning of the epoch is not there")
        if any(one.last + 1 >= other.first for one, other in pairwise(runs)):
            yield found("ledgerrun", where, "changed", "连续的各部分互相重叠", "runs touch or lie over each other")
        if runs:
            reached = mark(tuple(runs), self._epoch.oldest)
            if (reached.last, reached.after) != (self._epoch.upto, bytes(self._epoch.head)):
                yield found(
                    "ledgerepoch", where, "changed",
                    f"已确认到第 {self._epoch.upto} 条，保存的却到第 {reached.last} 条",
                    f"record {self._epoch.upto} was acknowledged, and it is stored up to {reached.last}",
                )  # fmt: skip

    def _none_between(self, first: int, last: int) -> Iterator[Mismatch]:
        """Returns the rows of records that are not said to be stored."""
        if first > last:
            return
        span = {"pk__gte": key_of(self._epoch.pk, first), "pk__lte": key_of(self._epoch.pk, last)}
        for model in (LedgerRecord, Play, Event, Receipt):
            for key in model.objects.filter(**span).order_by("pk").values_list("pk", flat=True).iterator(AT_ONCE):
                where = self.where(key & MOST_SEQ)
                yield found(_table(model), where, "extra", "不该有这一条", "nothing says that there is such a record")

    def _run(self, run: Run) -> Iterator[Mismatch]:
        before = genesis(self._epoch.screen_id, self._epoch.name).hash if run.first == 0 else run.before
        following = max(run.first, 1)
        while following <= run.last:
            last = min(run.last, following + AT_ONCE - 1)
            rows = list(
                LedgerRecord.objects.filter(pk__gte=self._base + following, pk__lte=self._base + last)
                .order_by("pk")
                .values_list("pk", "text", "hash")
            )
            yield from self._records(
                following, last, before, [(k - self._base, bytes(t), bytes(h)) for k, t, h in rows]
            )
            before = bytes(rows[-1][2]) if rows else before
            following = last + 1
        if run.last >= 1 and before != run.after:
            yield found(
                "ledgerrun", self.where(run.last), "changed", "末条的校验值与记下的不同",
                "the hash of the last record is not the one that was noted",
            )  # fmt: skip

    def _records(
        self, first: int, last: int, before: bytes, rows: list[tuple[int, bytes, bytes]]
    ) -> Iterator[Mismatch]:
        """Proves records of a run, which are to be there from the first to the last, and what was read out of them."""
        self._sums.records += len(rows)
        expected, part_before = first, before
        part: list[tuple[int, bytes, bytes]] = []
        parts = [(before, part)]
        for seq, text, digest in rows:
            if seq != expected:
                which = f"{expected}" if seq == expected + 1 else f"{expected}–{seq - 1}"
                where = f"{self.where()} record {which}"
                yield found("ledgerrecord", where, "missing", "记录不在了", "the record is not there")
                part = []
                parts.append((b"", part))
            elif hashlib.sha256(part_before + text).digest() != digest:
                yield found(
                    "ledgerrecord", self.where(seq), "changed", "内容与校验值不符：这一条或前一条被改动过",
                    "its text does not match its hash: it, or the one before, was changed",
                )  # fmt: skip
            part.append((seq, text, digest))
            part_before, expected = digest, seq + 1
        if expected <= last:
            which = f"{expected}" if expected == last else f"{expected}–{last}"
            yield found(
                "ledgerrecord", f"{self.where()} record {which}", "missing", "记录不在了", "the record is not there"
            )
        derived = Columns([], [], [], [])
        for hash_before, some in parts:
            if some:
                self._derive(hash_before, some, derived)
        where = f"{self.where()} records {first}–{last}"
        yield from guarded(self._plays(first, last, derived), "play", where)
        yield from guarded(self._told(first, last, derived), "event, receipt", where)

    def _derive(self, before: bytes, rows: list[tuple[int, bytes, bytes]], derived: Columns) -> None:
        proved = Proved(
            Run(rows[0][0], rows[-1][0], before, rows[-1][2]), [text for _, text, _ in rows], [h for _, _, h in rows]
        )
        more = columns(proved, self._epoch.pk, self._names)
        derived.plays.extend(more.plays)
        derived.played.extend(more.played)
        derived.told.extend(more.told)

    def _plays(self, first: int, last: int, derived: Columns) -> Iterator[Mismatch]:
        span = {"pk__gte": self._base + first, "pk__lte": self._base + last}
        stored: dict[int, PlayRow] = {
            row[0]: row for row in Play.objects.filter(**span).order_by("pk").values_list(*_PLAY)
        }
        for should, record in zip(derived.plays, derived.played, strict=True):
            row, where = stored.pop(should[0], None), self.where(should[0] - self._base)
            if row is None:
                yield found("play", where, "missing", "播放不在了", "the play is not there")
                continue
            self._sums.plays += 1
            self._sums.doubtful += row[10] not in (0, None)
            if not should[2]:
                yield found("shown", where, "missing", "播放的内容不在了，或被改动过", "what it showed is not there")
            elif row[:10] != should[:10]:
                names = ", ".join(name for name, one, other in zip(_PLAY, row, should, strict=True) if one != other)
                yield found("play", where, "changed", f"与台账记录不符：{names}", f"differs from its record: {names}")
                continue
            yield from self._doubt(row, record, where)
        for key in stored:
            where = self.where(key - self._base)
            yield found("play", where, "extra", "台账里没有这次播放", "there is no such play in the ledger")

    def _doubt(self, row: PlayRow, record: PlayRecord, where: str) -> Iterator[Mismatch]:
        if type(row[10]) is not int:
            yield found("play", where, "changed", "可信与否被改动过", "whether it is believed was changed")
            return
        lasted = row[8] or 0
        must = of_length(record, lasted) | (Doubt.EARLY if row[7] and row[3] < self._earliest else 0)
        differs = (row[10] & _STATELESS) != must
        lacks = (row[7] and row[3] >= self._earliest and row[3] + lasted > self._now_ms + CLOCK_SLACK_MS) and not (
            row[10] & Doubt.FUTURE
        )
        if not row[10] and record.publication:
            lacks = lacks or bool(self._publications.against(self._epoch.screen_id, record, row[2]))
        if differs or lacks:
            yield found("play", where, "changed", "可信与否被改动过", "whether it is believed was changed")
        if not row[10]:
            for key, ms in hours(row, record.zone):
                self._held[key] = self._held.get(key, 0) + ms

    def _told(self, first: int, last: int, derived: Columns) -> Iterator[Mismatch]:
        span = {"pk__gte": self._base + first, "pk__lte": self._base + last}
        events = {each.pk: each for each in Event.objects.filter(**span)}
        receipts = {each.pk: each for each in Receipt.objects.filter(**span)}
        for key, should in derived.told:
            where = self.where(key - self._base)
            match should:
                case EventRow(at, what, details):
                    event = events.pop(key, None)
                    if event is None:
                        yield found("event", where, "missing", "事件不在了", "the event is not there")
                    elif (event.epoch_id, event.at, event.what, event.details) != (
                        self._epoch.pk, at, what, dict(details)
                    ):  # fmt: skip
                        yield found("event", where, "changed", "与台账记录不符", "differs from its record")
                case ReceiptRow(at, publication, step, details):
                    receipt = receipts.pop(key, None)
                    if receipt is None:
                        yield found("receipt", where, "missing", "回执不在了", "the receipt is not there")
                    elif (receipt.screen_id, receipt.at, receipt.publication, receipt.step, receipt.details) != (
                        self._epoch.screen_id, at, publication, step, dict(details)
                    ):  # fmt: skip
                        yield found("receipt", where, "changed", "与台账记录不符", "differs from its record")
        for table, rest in (("event", events), ("receipt", receipts)):
            for key in rest:
                where = self.where(key - self._base)
                yield found(table, where, "extra", "台账里没有这一条", "there is no such record in the ledger")
