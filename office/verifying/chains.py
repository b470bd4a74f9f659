"""Proves the audit log and the journal, and that what they tell of is there: screens, publications, epochs, alarms."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from office.audit import AUDIT, JOURNAL, EntryChain, breaks
from office.collecting.alarms import CLOSED
from office.collecting.heads import HEADS
from office.models import (
    Alarm,
    AuditEntry,
    JournalEntry,
    LedgerEpoch,
    LedgerRecord,
    Play,
    Publication,
    Screen,
    ZoneHour,
)
from office.numbering import key_of
from office.verifying.findings import Mismatch, found

AT_ONCE = 2000


def chains() -> Iterator[Mismatch]:
    """Returns entries that were changed or taken out."""
    for chain, table in ((AUDIT, "auditentry"), (JOURNAL, "journalentry")):
        for number in breaks(chain):
            is_there = chain.entries.objects.filter(number=number).exists()
            if is_there:
                yield found(
                    table, str(number), "changed", "这一条或前一条被改动过", "it, or the one before, was changed"
                )
            else:
                yield found(table, str(number), "missing", "这一条起有记录不在了", "entries from here on are not there")


def ends() -> tuple[tuple[str, int, str], ...]:
    """Returns name, last number and last hash of each chain, for whoever writes them down."""
    lasts = [(chain.name, chain.entries.objects.order_by("-number").first()) for chain in (AUDIT, JOURNAL)]
    return tuple((name, last.number, last.hash) for name, last in lasts if last is not None)


def noted(number: int, digest: str) -> Iterator[Mismatch]:
    """Returns a finding when no chain has the entry that somebody wrote down."""
    chains_: tuple[EntryChain, ...] = (AUDIT, JOURNAL)
    if not any(chain.entries.objects.filter(number=number, hash__startswith=digest).exists() for chain in chains_):
        yield found(
            "journalentry", str(number), "missing", f"抄下来的 {number}:{digest[:12]} 在两条链里都没有",
            f"neither chain has {number}:{digest[:12]}, which somebody wrote down",
        )  # fmt: skip


def told_of() -> Iterator[Mismatch]:
    """Returns what the chains tell of and is not there, and what is there and they do not tell of."""
    screens = set(Screen.objects.values_list("id", flat=True))
    publications = set(Publication.objects.values_list("number", flat=True))
    published, enrolled = set[int](), set[str]()
    for number, what, about in _entries(AuditEntry, ("enroll", "publish")):
        match what, about:
            case "enroll", {"screen": str(screen)}:
                enrolled.add(screen)
                if screen not in screens:
                    yield found("screen", screen, "missing", f"登记过（审计第 {number} 条），现在不在了",
                                f"it was enrolled (entry {number} of the audit log) and is not there")  # fmt: skip
            case "publish", {"number": int(publication)}:
                published.add(publication)
                if publication not in publications:
                    yield found("publication", str(publication), "missing", f"发布过（审计第 {number} 条），现在不在了",
                                f"it was published (entry {number} of the audit log) and is not there")  # fmt: skip
    for table, extra in (("publication", publications - published), ("screen", screens - enrolled)):
        for name in sorted(map(str, extra)):
            yield found(table, name, "extra", "审计记录里没有它", "the audit log does not tell of it")
    for screen in LedgerEpoch.objects.exclude(screen_id__in=Screen.objects.values("id")).values_list("screen_id"):
        yield found(
            "screen", str(screen[0]), "missing", "有它的台账，却没有这块屏幕", "its ledger is here, and it is not"
        )
    for zone_hour in ZoneHour.objects.filter(ms__lt=0).values_list("screen_id", "zone", "hour"):
        yield found("zonehour", " ".join(map(str, zone_hour)), "changed", "时间是负数", "its time is below nothing")


def epochs() -> Iterator[Mismatch]:
    """Returns epochs that the journal tells of and that are not there, or the other way round, and their heads."""
    begun = _begun()
    there = {
        number: (screen, name, heard_at)
        for number, screen, name, heard_at in LedgerEpoch.objects.values_list("id", "screen_id", "name", "heard_at")
    }
    told: set[int] = set()
    upto: dict[int, int] = {}
    for number, what, about in _entries(JournalEntry, ("epoch", HEADS)):
        match what, about:
            case "epoch", {"epoch": int(key), "screen": str(screen), "name": str(name)}:
                told.add(key)
                if there.get(key, ("", ""))[:2] != (screen, name):
                    yield found(
                        "ledgerepoch", f"{screen} {name}", "missing", f"台账段有过（日志第 {number} 条），现在不在了",
                        f"it began (entry {number} of the journal) and is not there",
                    )  # fmt: skip
            case "heads", {"epochs": list(heads)}:
                for head in heads:
                    yield from _head(number, head, there)
                    upto[head["epoch"]] = head["upto"]
    for key, (screen, name, heard_at) in there.items():
        if key not in told and begun is not None and heard_at >= begun:
            yield found(
                "ledgerepoch", f"{screen} {name}", "extra", "日志里没有这一段", "the journal does not tell of it"
            )
    for key, noted_ in LedgerEpoch.objects.values_list("id", "noted"):
        if noted_ != upto.get(key, 0):
            where = " ".join(there[key][:2])
            yield found("ledgerepoch", where, "changed", f"日志记到第 {upto.get(key, 0)} 条，这里写的是第 {noted_} 条",
                        f"the journal has it up to {upto.get(key, 0)}, the row says {noted_}")  # fmt: skip


def _head(entry: int, head: dict[str, Any], there: dict[int, tuple[str, str, dt.datetime]]) -> Iterator[Mismatch]:
    key, first, last = head["epoch"], head["from"], head["upto"]
    if key not in there:
        return  # told already
    where = f"{' '.join(there[key][:2])} record {last}"
    stored = LedgerRecord.objects.filter(pk=key_of(key, last)).values_list("hash", flat=True).first()
    if last and (stored is None or bytes(stored).hex() != head["head"]):
        yield found(
            "ledgerrecord", where, "missing", f"日志第 {entry} 条记下的末条不在了，或被改动过",
            f"the head that entry {entry} of the journal noted is not there, or was changed",
        )  # fmt: skip
    plays = Play.objects.filter(pk__gt=key_of(key, first), pk__lte=key_of(key, last))
    counts = (("plays", "播放", plays.count()), ("doubtful", "不可信的播放", plays.exclude(doubt=0).count()))
    for name, zh, number in counts:
        if number < head[name]:
            yield found(
                "play", f"{' '.join(there[key][:2])} records {first + 1}–{last}", "changed",
                f"日志第 {entry} 条记下 {head[name]} 次{zh}，现在只有 {number} 次",
                f"entry {entry} of the journal noted {head[name]} {name}, and there are {number}",
            )  # fmt: skip


def alarms() -> Iterator[Mismatch]:
    """Returns alarms that were changed, deleted, or made up."""
    begun = _begun()
    last: dict[int, tuple[int, dict[str, Any]]] = {}
    for number, _, about in _entries(JournalEntry, ("alarm",)):
        last[about["alarm"]] = (number, about)
    for alarm in Alarm.objects.order_by("pk").iterator(AT_ONCE):
        where = f"{alarm.pk} {alarm.screen_id} {alarm.kind} {alarm.key}"
        if alarm.seal and alarm.seal != alarm.sealed():
            yield found("alarm", where, "changed", "内容与封签不符", "the row does not match its seal")
        number, about = last.pop(alarm.pk, (0, {}))
        if not about:
            if alarm.seal or (begun is not None and alarm.first_at >= begun):
                yield found("alarm", where, "extra", "日志里没有这个报警", "the journal does not tell of it")
            continue
        if (alarm.screen_id, alarm.kind, alarm.key) != (about["screen"], about["kind"], about["key"]):
            yield found(
                "alarm", where, "changed", f"与日志第 {number} 条不符", f"entry {number} of the journal differs"
            )
        if (alarm.closed_at is not None) != (about["state"] == CLOSED):
            state = "关" if about["state"] == CLOSED else "开"
            yield found("alarm", where, "changed", f"日志第 {number} 条说它是{state}着的",
                        f"entry {number} of the journal says {about['state']}")  # fmt: skip
    for key, (number, about) in last.items():
        yield found(
            "alarm", f"{key} {about['screen']} {about['kind']} {about['key']}", "missing",
            f"报警有过（日志第 {number} 条），现在不在了",
            f"it was raised (entry {number} of the journal) and is not there",
        )  # fmt: skip


def _begun() -> dt.datetime | None:
    """Returns since when there is a journal; what is older stands in none."""
    at = JournalEntry.objects.order_by("number").values_list("at", flat=True).first()
    try:
        return None if at is None else dt.datetime.fromisoformat(at)
    except ValueError:
        return None


def _entries(model: Any, kinds: tuple[str, ...]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    rows = model.objects.filter(what__in=kinds).order_by("number").values_list("number", "what", "about")
    for number, what, about in rows.iterator(AT_ONCE):
        try:
            told = json.loads(about)
        except ValueError:
            continue  # the chain does not hold there, which is told
        if isinstance(told, dict):
            yield number, what, told
