"""`wuzha-office screens`: one line for each screen, those that need somebody first."""

import argparse
import datetime as dt

from office.collecting.alarms import tell_unreadable
from office.commands.table import clock, show
from office.console.tiles import Coming, Tile, by_need, tile, unreadable_tile
from office.console.wording import UNREADABLE, ago
from office.models import Alarm, Screen
from office.place import Place
from office.stored import readable
from signage.printable import printable_json

MOST_ALARMS = 20
"""In the table; JSON has all of them."""
MOST_TROUBLE = 300
"""Letters of what is wrong with one screen, in the table."""


def main(options: argparse.Namespace, _place: Place) -> int:
    """Prints them as a table, or one JSON object a line."""
    now = dt.datetime.now(dt.UTC)
    screens = {s.id: s for s in Screen.objects.select_related("site__village").prefetch_related("tags")}
    good, bad = readable(screens.values(), lambda screen: tile(screen, now), lambda screen: screen.pk)
    tell_unreadable(bad)
    tiles = by_need([*good, *(unreadable_tile(each.screen) for each in bad)])
    alarms = list(Alarm.objects.filter(closed_at=None).order_by("screen_id", "first_at"))
    if options.json:
        for each in tiles:
            mine = [alarm for alarm in alarms if alarm.screen_id == each.id]
            print(printable_json(_told(each, screens[each.id], mine)))
        return 0
    heads = ("屏幕 screen", "名称 title", "状态 status", "听到 heard", "在播发布 on air", "画面 shows", "问题 trouble")
    show(heads, (_row(each, now) for each in tiles))
    if alarms:
        print(f"\n报警 alarms ({len(alarms)})")
        rows = alarms[:MOST_ALARMS]
        columns = ("编号 no", "屏幕 screen", "最近 last", "次数 times", "事由 what")
        show(columns, ((a.pk, a.screen_id, _when(a), a.times, a.zh) for a in rows))
        print("看过之后 · when somebody has looked: wuzha-office alarms --close 编号 --why 怎么处理的")
    return 0


def _row(each: Tile, now: dt.datetime) -> tuple[str, ...]:
    status = f"{each.label.sign} {each.label.zh} {each.label.en}"
    since = ago(each.heard, now)
    heard = since.zh if since else ""
    coming = (f"发布 {c.number} {c.label.zh}" + (f"：{c.why.zh}" if c.why else "") for c in each.coming)
    troubles = "；".join((*coming, *(words.zh for words in each.troubles)))
    if len(troubles) > MOST_TROUBLE:
        troubles = f"{troubles[:MOST_TROUBLE]}…"
    return each.id, each.title, status, heard, " ".join(map(str, each.publications)), _on_air(each), troubles


def _on_air(each: Tile) -> str:
    return " | ".join(f"{zone.zone}: {zone.name or zone.shows}" for zone in each.zones)[:60]


def _when(alarm: Alarm) -> str:
    return clock(alarm.last_at, "%m-%d %H:%M")


def _told(each: Tile, screen: Screen, alarms: list[Alarm]) -> dict[str, object]:
    state = screen.state or {}
    return {
        "screen": each.id, "title": each.title, "status": screen.status, "online": each.online,
        "revoked": screen.revoked_at is not None, "site": screen.site.name if screen.site else "",
        "kind": screen.site.kind if screen.site else "",
        "village": screen.site.village.name if screen.site and screen.site.village else "",
        "tags": sorted(tag.name for tag in screen.tags.all()),
        "state_at": screen.state_at.isoformat() if screen.state_at else None,
        "unreadable": each.label is UNREADABLE,
        "publications": list(each.publications), "zones": state.get("zones", []),
        "coming": [_coming(coming) for coming in each.coming],
        "troubles": [{"zh": words.zh, "en": words.en} for words in each.troubles],
        "alarms": [{"kind": alarm.kind, "zh": alarm.zh, "en": alarm.en, "times": alarm.times} for alarm in alarms],
    }  # fmt: skip


def _coming(coming: Coming) -> dict[str, object]:
    """A publication that is not on air: on its way, refused, or waiting."""
    why = coming.why
    return {
        "publication": coming.number, "step": coming.step, "prospect": coming.prospect or None,
        "why": why.en if why else None, "why_zh": why.zh if why else None,
    }  # fmt: skip
