"""What is missing in the stored ledgers: records that are lost, and records that have not come yet.

Rule: this is told beside every count, never left out of it.
"""

import datetime as dt

import msgspec

from office.collecting.chain import Gap, Run, gaps
from office.models import Event, LedgerEpoch, LedgerRecord, LedgerRun, Screen
from office.numbering import key_of
from signage.errors import Words
from signage.ledger import UnknownRecord, read


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

    @property
    def words(self) -> Words:
        """Says it in a sentence."""
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
    epochs = {each.pk: each for each in LedgerEpoch.objects.filter(**chosen).order_by("screen_id", "id")}
    runs: dict[int, list[Run]] = {}
    stored = LedgerRun.objects.filter(epoch__in=LedgerEpoch.objects.filter(**chosen).values("id"))
    for number, start, end in stored.order_by("epoch", "first").values_list("epoch_id", "first", "last"):
        runs.setdefault(number, []).append(Run(start, end, b"", b""))
    newest = _newest()
    found = [
        _missing(epoch, gap)
        for number, epoch in epochs.items()
        for gap in gaps(tuple(runs[number]), epoch.oldest, newest.get((epoch.screen_id, epoch.name), 0))
    ]
    found += _lost_by_players(screen)
    return tuple(each for each in found if _touches(each, first, last))


def _newest() -> dict[tuple[str, str], int]:
    """Gives the last record that each player said it has."""
    found = {}
    for screen, birth in Screen.objects.exclude(birth=None).values_list("id", "birth"):
        ledger = birth.get("ledger") or {}
        found[screen, str(ledger.get("epoch"))] = int(ledger.get("last") or 0)
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
    except msgspec.DecodeError:
        return None
    return None if isinstance(record, UnknownRecord) else _time(record.at)


def _lost_by_players(screen: str | None) -> list[Missing]:
    """Gives what players could not write down, as their ledgers tell."""
    events = Event.objects.filter(what="lost").select_related("epoch").order_by("id")
    if screen is not None:
        events = events.filter(epoch__screen_id=screen)
    found = []
    for each in events:
        told, records = each.details, each.details.get("records")
        found.append(
            Missing(
                screen=each.epoch.screen_id,
                epoch=each.epoch.name,
                first=0,
                last=0,
                lost=True,
                records=records if type(records) is int and records > 0 else None,
                after=_time(told.get("from")),
                before=_time(told.get("to")),
            )
        )
    return found


def _time(told: object) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _touches(each: Missing, first: dt.date | None, last: dt.date | None) -> bool:
    if first is not None and each.before is not None and each.before.date() < first:
        return False
    return not (last is not None and each.after is not None and each.after.date() > last)
