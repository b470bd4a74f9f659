"""`wuzha-office alarms`: what somebody should look at, and the word that somebody did."""

import argparse
import datetime as dt
import json
import sys

from django.db import transaction

from office.asked import must_be_known
from office.audit import ALARM_CLOSED, note
from office.collecting import alarms as collecting
from office.collecting.alarms import close, tell_journal
from office.commands.asking import me
from office.commands.table import clock, plain, show
from office.models import Alarm, AuditEntry, Screen
from office.place import Place
from office.plain_output import tell_json
from signage.errors import BadInput, Complaint, Words


def main(options: argparse.Namespace, _place: Place) -> int:
    """Lists them, or closes those that are named; 1 when one of these is not open."""
    if options.close:
        _must_stand_alone(options.screen or options.all or options.json, "--close")
        return _close(options.close, options.by or me(), _reason(options.why))
    _must_stand_alone(options.why or options.by, "--why, --by")
    found = Alarm.objects.order_by("screen_id", "first_at", "pk")
    if options.screen:
        found = found.filter(screen_id=options.screen)
        if not found:  # it may be one that was never enrolled
            must_be_known(options.screen)
    if not options.all:
        found = found.filter(closed_at=None)
    closings = _closings()
    if options.json:
        for alarm in found:
            tell_json(_told(alarm, closings))
        return 0
    if not found:
        print("没有报警 · no alarms")
        return 0
    titles = dict(Screen.objects.values_list("id", "title"))
    heads = ("编号 no", "屏幕 screen", "名称 title", "最早 first", "最近 last", "次数 times", "事由 what", "处理 done")
    show(heads, ((a.pk, a.screen_id, titles.get(a.screen_id, ""), _when(a.first_at), _when(a.last_at), a.times, a.zh,
                  _done(a, closings)) for a in found))  # fmt: skip
    return 0


def _must_stand_alone(others: object, what: str) -> None:
    """Raises BadInput for options that mean nothing together."""
    if others:
        problem = Words("列出和关闭不能一起写", "lists and closes at once")
        cure = Words("关闭只写 --close、--why、--by", "to close, write --close, --why and --by only")
        raise BadInput((Complaint(what, problem, cure),))


def _reason(why: str) -> str:
    """Gives what was done about it. Raises BadInput for nothing: an inspector will ask."""
    if not why.strip():
        problem = Words("没有写怎么处理的", "does not say what was done about it")
        raise BadInput((Complaint("--why", problem, Words("写一句话", "write a sentence")),))
    return why.strip()


def _close(numbers: list[int], by: str, why: str) -> int:
    """Closes all of them or none: each in the record of who did what, with the reason."""
    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        possible = [number for number in numbers if 0 < number < 2**63]
        found = Alarm.objects.select_for_update().filter(pk__in=possible, closed_at=None)
        alarms = list(found.order_by("screen_id", "kind", "key"))  # as the collector locks them
        missing = sorted(set(numbers) - {alarm.pk for alarm in alarms})
        if missing:
            told = " ".join(map(str, missing))
            print(f"没有这样的未关报警：{told}\nno open alarm has this number: {told}", file=sys.stderr)
            return 1
        for alarm in alarms:
            close(alarm, now)
            about = {"alarm": alarm.pk, "screen": alarm.screen_id, "kind": alarm.kind, "key": alarm.key, "why": why}
            note(by, ALARM_CLOSED, about, now)
        for alarm in alarms:
            tell_journal(alarm, collecting.CLOSED, now)
    for alarm in alarms:
        print(plain(f"已关闭 closed {alarm.pk} {alarm.screen_id}: {alarm.zh}"))
    return 0


def _when(at: dt.datetime | None) -> str:
    return clock(at, "%Y-%m-%d %H:%M")


def _closings() -> dict[int, tuple[str, str]]:
    """Gives who closed each alarm last, and why."""
    found = {}
    for who, about in AuditEntry.objects.filter(what=ALARM_CLOSED).order_by("number").values_list("who", "about"):
        told = json.loads(about)
        found[int(told["alarm"])] = (who, str(told["why"]))
    return found


def _done(alarm: Alarm, closings: dict[int, tuple[str, str]]) -> str:
    if alarm.closed_at is None:
        return ""
    who, why = closings.get(alarm.pk, ("", "已自行恢复 it mended itself"))
    return f"{_when(alarm.closed_at)} {who} {why}"


def _told(alarm: Alarm, closings: dict[int, tuple[str, str]]) -> dict[str, object]:
    who, why = closings.get(alarm.pk, ("", "")) if alarm.closed_at else ("", "")
    return {
        "alarm": alarm.pk, "screen": alarm.screen_id, "kind": alarm.kind, "zh": alarm.zh, "en": alarm.en,
        "times": alarm.times, "first_at": alarm.first_at.isoformat(), "last_at": alarm.last_at.isoformat(),
        "closed_at": alarm.closed_at.isoformat() if alarm.closed_at else None, "closed_by": who, "why": why,
    }  # fmt: skip
