"""How states, times and sizes read on the pages: Chinese, and English beside it.

Rule: pure; the moment that is now comes as a value.
"""

import datetime as dt
from typing import Literal

import msgspec

from signage.errors import Words
from signage.messages import Step
from signage.timefloor import ClockQuality

Tone = Literal["good", "busy", "warn", "bad", "off"]
"""Which colour stands beside the word, never alone."""


class Label(msgspec.Struct, frozen=True):
    """A state: a word in both languages, its tone and its sign."""

    zh: str
    en: str
    tone: Tone

    @property
    def sign(self) -> str:
        """A shape for those who do not see the colour."""
        return {"good": "●", "busy": "◐", "warn": "▲", "bad": "✕", "off": "○"}[self.tone]


STATUS = {
    "online": Label("在线", "online", "good"),
    "offline": Label("已关闭", "switched off", "off"),
    "lost": Label("失联", "lost", "bad"),
    "": Label("从未连接", "never seen", "off"),
}
REVOKED = Label("已注销", "revoked", "off")
SILENT = Label("没有回音", "silent", "warn")
NOT_HEARD = Label("不清楚", "not known", "off")
"""While the office itself hears nothing."""
UNREADABLE = Label("无法读取", "unreadable", "bad")

STEPS: dict[Step, Label] = {
    "heard": Label("已收到通知", "heard", "busy"),
    "verified": Label("签名已核对", "verified", "busy"),
    "fetched": Label("正在下载", "fetching", "busy"),
    "staged": Label("已就绪，等待换上", "staged", "busy"),
    "shown": Label("已上屏", "on screen", "good"),
    "withdrawn": Label("已撤下", "withdrawn", "off"),
    "refused": Label("被拒绝", "refused", "bad"),
}
PROSPECTS = {
    "waits": Label("已就绪，到时间上屏", "scheduled", "busy"),
    "held": Label("已就绪，暂时上不了屏", "held", "warn"),
    "never": Label("已就绪，但永远不会播", "never plays", "bad"),
}
"""A staged publication that is not on air, by what the screen says becomes of it."""
TAKEN_DOWN = Label("等待撤下", "to be taken down", "busy")
"""Staged, and to show no more: the screen has not said yet that it heard so."""
WAITING = Label("还没有消息", "no word yet", "warn")
PUBLICATION = {
    "draft": Label("草稿", "draft", "off"),
    "published": Label("已发布", "published", "good"),
    "superseded": Label("已被替换", "superseded", "off"),
    "withdrawn": Label("已撤回", "withdrawn", "off"),
}
ALL_REFUSED = Label("屏幕全部拒绝", "refused by all", "bad")
SOME_REFUSED = Label("已发布，有屏幕拒绝", "refused by some", "warn")
NEVER = Label("已发布，但哪里都不会播", "plays nowhere", "bad")
SCHEDULED = Label("已发布，还没上屏", "not on screen yet", "busy")
SHOWS = {"image": "图片", "video": "视频", "audio": "音频", "card": "卡片", "ticker": "字幕"}
RANKS = {"emergency": "紧急", "broadcast": "广播", "normal": "普通", "filler": "垫片"}
OUTCOMES = {"complete": "完整", "cut": "中断", "failed": "失败", "unreadable": "无法读取"}
KINDS = {
    "square": "广场", "service-centre": "便民服务中心", "supermarket": "超市", "hotel": "宾馆", "village": "村",
    "school": "学校", "market": "市场", "bank": "银行", "station": "车站", "hospital": "医院",
}  # fmt: skip
"""Kinds of sites that we have a word for; others stand as they were written."""
CLOCKS: dict[ClockQuality, Label] = {
    "ntp": Label("已校时", "synchronised", "good"),
    "rtc": Label("没有校时来源", "nobody vouches for it", "off"),
    "unsynced": Label("时钟未校准", "not synchronised", "warn"),
}


def ago(at: dt.datetime | None, now: dt.datetime) -> Words | None:
    """Says how long ago something was; None stays None."""
    if at is None:
        return None
    seconds = max(0, int((now - at).total_seconds()))
    for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size:
            return Words(f"{seconds // size} {zh}前", f"{seconds // size} {en} ago")
    return Words("刚刚", "just now") if seconds < 5 else Words(f"{seconds} 秒前", f"{seconds} s ago")


def size(count: int | None) -> str:
    """Gives a number of bytes as people read it."""
    if count is None:
        return "?"
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


PRESENTED = {
    "seen": "看得到", "dark": "屏幕不亮", "covered": "被遮住", "no-display": "没有显示屏", "headless": "无窗口运行",
    "unknown": "不清楚",
}  # fmt: skip
