"""What is missing in the stored ledgers: records that are lost, and records that have not come yet.

Rule: this is told beside every count, never left out of it.
"""

import datetime as dt
from itertools import pairwise
from typing import Any

import msgspec

from office.collecting.alarms import tell_unreadable
from office.collecting.chain import Gap, Run, gaps
from office.models import Event, LedgerEpoch, LedgerRecord, LedgerRun, Screen
from office.numbering import MOST_SEQ, key_of
from office.stored import BadRowError, Unreadable, readable, sound, whole
from signage.errors import Words
from signage.ledger import UnknownRecord, read

MOST_TOLD = 50
"""Gaps of one epoch that are told one by one, each with its times."""


class Missing(msgspec.Struct, frozen=True):
    """Records of a screen that are not here, and between which times they were written (None: not known)."""

    screen: str
    epoch: str
    first: int
    """Their numbers; 0: they never got any, for the player's disk did not take them."""
    last: int
    lost: bool
    """The player has them no more; else they may still come."""
    records: int | None = None
    """How many; None: nobody knows."""
    after: dt.datetime | None = None
    before: dt.datetime | None = None
    unreadable: bool = False
    """What is stored cannot be read, so nobody knows what is missing."""

    @property
    def words(self) -> Words:
        """Says it in a sentence."""
        if self.unreadable:
            return Words(f"{self.screen}：保存的台账无法读取", f"{self.screen}: its stored ledger is unreadable")
        zh, en = ("已丢失", "are lost") if self.lost else ("还没有收到", "are not here yet")
        if not self.first:
            what = Words(f"{self.records or '若干'} 条没能写入磁盘", f"{self.records or 'some'} records, not written")
        else:
            what = Words(f"台账第 {self.first}–{self.last} 条", f"records {self.first}–{self.last}")
        when = " – ".join(f"{each:%Y-%m-%d %H:%M}" if each else "?" for each in (self.after, self.before))
        return Words(f"{self.screen}：{what.zh}{zh}（{when}）", f"{self.screen}: {what.en} {en} ({when})")


def missing(first: dt.date | None, last: dt.date | None, screen: str | None) -> tuple[Missing, ...]:
    """Gives what is missing from one day to another, both inclusive, where the screens stand; None: without end.

    What has no time is missing from every day. What it was, plays or other records, nobody can know.
    """
    chosen = {} if screen is None else {"screen_id": screen}
    runs: dict[object, list[tuple[object, object]]] = {}
    stored = LedgerRun.objects.filter(epoch__in=LedgerEpoch.objects.filter(**chosen).values("id"))
    for number, start, end in stored.order_by("epoch", "first").values_list("epoch_id", "first", "last"):
        runs.setdefault(number, []).append((start, end))
    newest, bad = _newest()

    def of_epoch(epoch: LedgerEpoch) -> list[Missing]:
        own = _runs(runs[epoch.pk])
        oldest = whole(epoch.oldest, 0, MOST_SEQ)
        found = gaps(own, oldest, newest.get((epoch.screen_id, epoch.name), 0))
        told = [_missing(epoch, gap) for gap in found[:MOST_TOLD]]
        return told + _together(epoch, found[MOST_TOLD:])

    epochs = LedgerEpoch.objects.filter(**chosen).order_by("screen_id", "id")
    good, bad_epochs = readable(epochs, of_epoch, lambda epoch: epoch.screen_id)
    events = Event.objects.filter(what="lost").select_related("epoch").order_by("id")
    if screen is not None:
        events = events.filter(epoch__screen_id=screen)
    lost, bad_events = readable(events, _lost_by_player, lambda event: event.epoch.screen_id)
    bad = [each for each in (*bad, *bad_epochs, *bad_events) if screen in (None, each.screen)]
    tell_unreadable(bad)
    found = [*(each for some in good for each in some), *lost, *map(_unreadable, dict.fromkeys(b.screen for b in bad))]
    return tuple(each for each in found if _touches(each, first, last))


def _runs(told: list[tuple[object, object]]) -> tuple[Run, ...]:
    """Returns runs that neither touch nor overlap. Raises BadRowError."""
    found = tuple(Run(whole(first, 0, MOST_SEQ), whole(last, 0, MOST_SEQ), b"", b"") for first, last in told)
    if any(run.last < run.first for run in found) or any(one.last >= two.first for one, two in pairwise(found)):
        raise BadRowError("no runs")
    return found


def _newest() -> tuple[dict[tuple[str, str], int], list[Unreadable]]:
    """Returns the last record that each player said it has, and the screens whose word cannot be read."""

    def told(row: tuple[str, dict[str, Any]]) -> tuple[tuple[str, str], int]:
        screen, birth = row
        sound(birth)
        ledger = birth.get("ledger") or {}
        return (screen, str(ledger.get("epoch"))), whole(ledger.get("last") or 0, 0, MOST_SEQ)

    rows = Screen.objects.exclude(birth=None).values_list("id", "birth")
    good, bad = readable(rows, told, lambda row: row[0])
    return dict(good), [msgspec.structs.replace(each, table="screen") for each in bad]


def _unreadable(screen: str) -> Missing:
    return Missing(screen=screen, epoch="", first=0, last=0, lost=True, unreadable=True)


def _together(epoch: LedgerEpoch, rest: tuple[Gap, ...]) -> list[Missing]:
    """Returns the gaps beyond those that are told one by one, as one of each kind."""
    found = []
    for lost in (True, False):
        some = [gap for gap in rest if gap.lost == lost]
        if some:
            count = sum(gap.last - gap.first + 1 for gap in some)
            found.append(
                Missing(
                    screen=epoch.screen_id, epoch=epoch.name, first=some[0].first, last=some[-1].last, lost=lost,
                    records=count,
                )
            )  # fmt: skip
    return found


def _missing(epoch: LedgerEpoch, gap: Gap) -> Missing:
    return Missing(
        screen=epoch.screen_id,
        epoch=epoch.name,
        first=gap.first,
        last=gap.last,
        records=gap.last - gap.first + 1,
        lost=gap.lost,
        after=_written(epoch.pk, gap.first - 1),
        before=_written(epoch.pk, gap.last + 1),
    )


def _written(epoch: int, seq: int) -> dt.datetime | None:
    """Gives when a record was written; None where it is not here, or does not say."""
    text = LedgerRecord.objects.filter(pk=key_of(epoch, seq)).values_list("text", flat=True).first()
    try:
        record = UnknownRecord() if text is None else read(bytes(text))
    except (msgspec.DecodeError, TypeError):
        return None
    return None if isinstance(record, UnknownRecord) else _time(record.at)


def _lost_by_player(event: Event) -> Missing:
    """Returns what a player could not write down, as its ledger tells."""
    sound(event.details)
    told, records = event.details, event.details.get("records")
    return Missing(
        screen=event.epoch.screen_id,
        epoch=event.epoch.name,
        first=0,
        last=0,
        lost=True,
        records=records if type(records) is int and 0 < records <= MOST_SEQ else None,
        after=_time(told.get("from")),
        before=_time(told.get("to")),
    )


def _time(told: object) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(str(told))
        sound(at)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _touches(each: Missing, first: dt.date | None, last: dt.date | None) -> bool:
    if first is not None and each.before is not None and each.before.date() < first:
        return False
    return not (last is not None and each.after is not None and each.after.date() > last)
