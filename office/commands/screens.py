"""`wuzha-office screens`: one line for each screen, those that need somebody first."""

import argparse
import datetime as dt
import sys

from office.collecting.alarms import tell_unreadable
from office.collecting.heartbeat import read_hearing
from office.commands.table import clock, show
from office.console.open_alarms import read_open_alarms
from office.console.tiles import Coming, Tile, by_need, tile, unreadable_tile
from office.console.wording import NOT_HEARD, SILENT, UNREADABLE, ago
from office.hearing import Hearing
from office.models import Alarm, Screen
from office.place import Place
from office.plain_output import tell_json
from office.stored import readable

MOST_TROUBLE = 300
"""Letters of what is wrong with one screen, in the table."""


def main(options: argparse.Namespace, _place: Place) -> int:
    """Prints them as a table, or one JSON object a line."""
    now = dt.datetime.now(dt.UTC)
    screens = {s.id: s for s in Screen.objects.select_related("site__village").prefetch_related("tags")}
    hearing = read_hearing(now)
    good, bad = readable(screens.values(), lambda screen: tile(screen, now, hearing), lambda screen: screen.pk)
    tell_unreadable(bad)
    alarms = read_open_alarms()
    tiles = by_need([*good, *(unreadable_tile(each.screen) for each in bad)], alarms.screens)
    if hearing.why is not None and tiles:
        out = sys.stderr if options.json else sys.stdout
        print(f"▲ {hearing.why.zh}\n    {hearing.why.en}\n", file=out)
    if options.json:
        own: dict[str, list[Alarm]] = {}
        for alarm in Alarm.objects.filter(closed_at=None).order_by("screen_id", "first_at"):
            own.setdefault(alarm.screen_id, []).append(alarm)
        for each in tiles:
            tell_json(_told(each, screens[each.id], own.get(each.id, []), hearing))
        return 0
    heads = ("屏幕 screen", "名称 title", "状态 status", "听到 heard", "在播发布 on air", "画面 shows", "问题 trouble")
    show(heads, (_row(each, now) for each in tiles))
    if alarms.count:
        print(f"\n报警 alarms ({alarms.count})")
        columns = ("报警 alarm", "屏幕 screens", "最近 last", "条数 count", "最近一条的事由 what the last one says")
        show(columns, ((g.label, g.named, clock(g.at, "%m-%d %H:%M"), g.count, g.words.zh) for g in alarms.groups))
        print("每一条和它的编号 · one by one, with their numbers: wuzha-office alarms")
        print("看过之后 · when somebody has looked: wuzha-office alarms --close 编号 --why 怎么处理的")
    return 0


def _row(each: Tile, now: dt.datetime) -> tuple[str, ...]:
    status = f"{each.label.sign} {each.label.zh} {each.label.en}"
    since = ago(each.heard, now)
    heard = since.zh if since else ""
    coming = (
        f"发布 {c.number}" + (f"：{c.why.zh}" if c.why and c.prospect else f" {c.label.zh}{_because(c)}")
        for c in each.coming
    )
    troubles = "；".join((*coming, *(words.zh for words in each.troubles)))
    if len(troubles) > MOST_TROUBLE:
        troubles = f"{troubles[:MOST_TROUBLE]}…"
    return each.id, each.title, status, heard, " ".join(map(str, each.publications)), _on_air(each), troubles


def _because(coming: Coming) -> str:
    return f"：{coming.why.zh}" if coming.why is not None else ""


def _on_air(each: Tile) -> str:
    return " | ".join(f"{zone.zone}: {zone.name or zone.shows}" for zone in each.zones)[:60]


def _told(each: Tile, screen: Screen, alarms: list[Alarm], hearing: Hearing) -> dict[str, object]:
    state = screen.state or {}
    status = {SILENT: "silent", NOT_HEARD: "unknown"}.get(each.label, screen.status)
    return {
        "screen": each.id, "title": each.title, "status": status, "online": each.online,
        "office_hears": hearing.hears,
        "revoked": screen.revoked_at is not None, "site": screen.site.name if screen.site else "",
        "kind": screen.site.kind if screen.site else "",
        "village": screen.site.village.name if screen.site and screen.site.village else "",
        "tags": sorted(tag.name for tag in screen.tags.all()),
        "state_at": screen.state_at.isoformat() if screen.state_at else None,
        "unreadable": each.label is UNREADABLE,
        "publications": list(each.publications), "zones": state.get("zones", []),
        "coming": [_coming(coming) for coming in each.coming],
        "troubles": [{"zh": words.zh, "en": words.en} for words in each.troubles],
        "alarms": [
            {"alarm": alarm.pk, "kind": alarm.kind, "zh": alarm.zh, "en": alarm.en, "times": alarm.times}
            for alarm in alarms
        ],
    }  # fmt: skip


def _coming(coming: Coming) -> dict[str, object]:
    """A publication that is not on air: on its way, refused, or waiting."""
    why = coming.why
    return {
        "publication": coming.number, "step": coming.step, "prospect": coming.prospect or None,
        "why": why.en if why else None, "why_zh": why.zh if why else None,
    }  # fmt: skip
