"""The page of counts: how often what was shown where, with what is missing, and the same as a table for Excel."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from office.console import wording
from office.console.fragments import live_page
from office.counting import BYS as KNOWN
from office.counting import UNSIGNED, Asked, By, Count, Missing, added_up, counted, missing
from office.doubt import REASONS
from office.models import Publication, Screen
from signage.errors import Words
from signage.spreadsheet import text_cell
from signage.topics import SCREEN_ID

BYS: dict[By, tuple[str, str]] = {
    "item": ("内容", "item"),
    "media": ("素材", "media"),
    "playlist": ("播放表", "playlist"),
    "publication": ("发布", "publication"),
    "screen": ("屏幕", "screen"),
    "site": ("场所", "site"),
    "kind": ("场所类型", "kind"),
    "village": ("村、社区", "village"),
    "day": ("日期", "day"),
    "hour": ("时段", "hour"),
    "outcome": ("结果", "outcome"),
}
PERIODS = {
    "today": ("今天", "today"),
    "week": ("近 7 天", "7 days"),
    "month": ("本月", "this month"),
    "all": ("全部", "all"),
}
COLUMNS = {
    "plays": "次数", "complete": "完整", "cut": "中断", "failed": "失败", "seconds": "秒", "seen": "看得到",
    "unseen": "看不到", "unknown": "不清楚", "doubtful": "不可信",
}  # fmt: skip
MOST_ROWS = 500
"""On the page; the table for Excel has all."""


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants counted."""

    by: By
    asked: Asked
    period: str
    """`today`, `week`, `month`, `all`; empty: days that were typed."""
    wrong: Words | None = None
    """Why nothing can be counted."""

    def query(self, **other: str) -> str:
        """Gives it as the end of an address, with some parts exchanged."""
        values = {
            "by": self.by,
            "from": "" if self.period or self.asked.first is None else self.asked.first.isoformat(),
            "to": "" if self.period or self.asked.last is None else self.asked.last.isoformat(),
            "period": self.period,
            "screen": self.asked.screen or "",
            "publication": "" if self.asked.publication is None else str(self.asked.publication),
            **other,
        }
        return urlencode({name: value for name, value in values.items() if value})


class Row(msgspec.Struct, frozen=True):
    """One line of the table."""

    name: str
    count: Count
    percent: int = 0
    """Of the longest line."""

    @property
    def shown(self) -> dict[str, str]:
        """Gives the numbers as they stand on the page."""
        names = ("plays", "complete", "cut", "failed", "seen", "unseen", "unknown", "undated", "doubtful")
        numbers = {name: f"{getattr(self.count, name):,}" for name in names}
        return {**numbers, "lasted": lasted(self.count.seconds)}


@require_safe
@login_required
def counts(request: HttpRequest) -> HttpResponse:
    """Shows the counts that were asked for."""
    wish = read_wish(request.GET, timezone.localdate())
    return live_page(request, "console/counts.html", lambda: _values(wish))


def _values(wish: Wish) -> dict[str, object]:
    found = () if wish.wrong is not None else counted(wish.by, wish.asked)
    gaps = () if wish.wrong is not None else missing(wish.asked)
    total = added_up(found)
    return {
        "page": "counts",
        "wish": wish,
        "bys": [(key, *words) for key, words in BYS.items()],
        "head": BYS[wish.by],
        "periods": list(PERIODS.items()),
        "screens": Screen.objects.order_by("title", "id").only("id", "title"),
        "publications": Publication.objects.exclude(state="draft"),
        "rows": _rows(wish.by, found)[:MOST_ROWS],
        "more": max(0, len(found) - MOST_ROWS),
        "total": Row("", total),
        "doubts": [(f"{total.doubts[name]:,}", words) for name, words in REASONS.values() if name in total.doubts],
        "lost": _holes(gaps, lost=True),
        "late": _holes(gaps, lost=False),
        "csv": f"/counts/table.csv?{wish.query()}",
    }


@require_safe
@login_required
def table(request: HttpRequest) -> HttpResponse:
    """Gives the counts as CSV that a Chinese Excel opens as it is: UTF-8 with its mark."""
    wish = read_wish(request.GET, timezone.localdate())
    zh, en = BYS[wish.by]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if wish.wrong is not None:
        writer.writerow([wish.wrong.zh])
        return HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", status=400)
    writer.writerow([zh, *COLUMNS.values()])
    found = counted(wish.by, wish.asked)
    for row in _rows(wish.by, found):
        writer.writerow([text_cell(row.name), *(getattr(row.count, name) for name in COLUMNS)])
    total = added_up(found)
    for name, words in REASONS.values():
        if name in total.doubts:
            writer.writerow([f"不可信，没有计入次数：{words.zh}，{total.doubts[name]} 次"])
    for gap in missing(wish.asked):
        writer.writerow([text_cell(_hole(gap))])
    days = "-".join(day.strftime("%Y%m%d") for day in (wish.asked.first, wish.asked.last) if day) or "all"
    name = f"counts-{en}-{days}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = text.getvalue().encode("utf-8-sig", errors="replace")
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def read_wish(told: Mapping[str, Any], today: dt.date) -> Wish:
    """Reads what stands in the address; what is no wish is passed over. Without days it is the last seven."""
    by: By = next((each for each in KNOWN if each == told.get("by")), "item")
    screen, publication = told.get("screen", ""), told.get("publication", "")
    first, last = _day(told.get("from", "")), _day(told.get("to", ""))
    period = told.get("period", "")
    if period not in PERIODS:
        period = "" if first or last else "week"
    match period:
        case "today":
            first, last = today, today
        case "week":
            first, last = today - dt.timedelta(days=6), today
        case "month":
            first, last = today.replace(day=1), today
        case "all":
            first, last = None, None
    asked = Asked(
        first=first,
        last=last,
        screen=screen if SCREEN_ID.fullmatch(screen) else None,
        publication=int(publication)
        if publication.isascii() and publication.isdigit() and len(publication) < 10
        else None,
    )
    return Wish(by, asked, period, _reversed(first, last))


def _reversed(first: dt.date | None, last: dt.date | None) -> Words | None:
    if first is None or last is None or first <= last:
        return None
    return Words(
        f"开始日期 {first} 在结束日期 {last} 之后，请把两个日期调换过来",
        f"The first day {first} is after the last {last}: change them round",
    )


def lasted(seconds: float) -> str:
    """Gives how long something was on the screens."""
    if round(seconds) < 60:
        return f"{round(seconds)} 秒"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60:,} 小时 {minutes % 60} 分"


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _rows(by: By, found: Iterable[Count]) -> list[Row]:
    rows = list(found)
    if by not in ("day", "hour"):
        rows.sort(key=lambda each: -each.plays)
    most = max((each.plays for each in rows), default=1)
    titles = dict(Screen.objects.values_list("id", "title")) if by == "screen" else {}
    return [Row(_name(by, each, titles), each, round(100 * each.plays / max(1, most))) for each in rows]


def _name(by: By, count: Count, titles: Mapping[str, str]) -> str:
    key = count.key.removesuffix(UNSIGNED)
    unsigned = "（未签名）" if count.signed is False else ""
    match by:
        case "screen":
            return f"{titles[key]}（{key}）" if titles.get(key) else key
        case "publication":
            return f"发布 {key}" if key not in ("", "0") else "本地文件夹"
        case "outcome":
            return wording.OUTCOMES.get(key, key)
        case "site" | "village" | "kind":
            return wording.KINDS.get(key, key) or "（没有填写）"
        case "playlist":
            return f"{key}{unsigned}" if key else "（内置提示或素材文件夹）"
        case _:
            return f"{key or '–'}{unsigned}"


def _holes(gaps: Iterable[Missing], *, lost: bool) -> list[tuple[str, str]]:
    """Gives the screens with such gaps, and how many records are in them."""
    found: dict[str, int | None] = {}
    for gap in gaps:
        if gap.lost == lost:
            so_far = found.get(gap.screen, 0)
            found[gap.screen] = None if gap.records is None or so_far is None else so_far + gap.records
    return [(screen, "若干" if records is None else f"{records:,}") for screen, records in found.items()]


def _hole(gap: Missing) -> str:
    if gap.unreadable:
        return f"无法读取：{gap.screen} 保存的台账"
    kind = "已丢失" if gap.lost else "尚未收到"
    which = f"台账第 {gap.first} 至 {gap.last} 条" if gap.first else f"{gap.records or '若干'} 条记录"
    return f"{kind}：{gap.screen} {which}"
