"""Plays and counts as a Chinese spreadsheet has them: days and times in columns of their own, Chinese words.

Rule: pure; nothing is left out but fractions of a second of the beginning, which `--raw` and `--json` have.
"""

import re
from collections.abc import Callable, Mapping

from player.uplink.counts import By
from player.uplink.records import INTERRUPTED
from signage.ledger import PlayRecord
from signage.presented import Presented

OUTCOMES = {"complete": "完整", "cut": "中断", "failed": "失败"}
PRESENTED: dict[Presented, str] = {
    "seen": "看得到", "dark": "屏幕没亮", "covered": "被遮住", "no-display": "没有显示屏", "headless": "没有开窗口",
    "unknown": "不清楚",
}  # fmt: skip
RANKS = {"emergency": "紧急", "broadcast": "广播", "normal": "普通", "filler": "垫片"}
SHOWS = {"image": "图片", "video": "视频", "audio": "音频", "card": "卡片", "ticker": "字幕"}
CLOCKS = {"ntp": "已校时", "rtc": "没有校时来源", "unsynced": "时钟未校准"}
REASONS = {
    "emergency": "紧急插播", "broadcast": "广播插播", "window": "到了时间", "withdrawn": "已撤下", "quiet": "静音时段",
    "stopped": "播放程序退出", "skipped by key": "按键跳过", "skipped by the office": "管理端跳过",
    INTERRUPTED: "播放程序意外中断",
}  # fmt: skip
"""Other reasons are sentences of the decoder's; they stand as they were written."""

_NUMBER = re.compile(r"\d{12,}|\d+[eE]\d+")
"""What a spreadsheet takes for a number, and rounds."""


def _text(written: str) -> str:
    return f"'{written}" if _NUMBER.fullmatch(written) else written


def _seconds(ms: int | None) -> object:
    return "" if ms is None else round(ms / 1000, 1)


COLUMNS: Mapping[str, Callable[[str, PlayRecord], object]] = {
    "日期": lambda _, play: play.at[:10],
    "时间": lambda _, play: play.at[11:19],
    "区域": lambda _, play: play.zone,
    "级别": lambda _, play: RANKS.get(play.rank, play.rank),
    "播放表": lambda _, play: play.playlist,
    "条目": lambda _, play: play.item or "",
    "类型": lambda _, play: SHOWS.get(play.shows, play.shows),
    "素材": lambda _, play: play.media,
    "卡片": lambda _, play: play.card,
    "文字": lambda _, play: play.title,
    "计划秒": lambda _, play: _seconds(play.planned_ms),
    "实际秒": lambda _, play: _seconds(play.actual_ms),
    "帧数": lambda _, play: play.frames,
    "迟到帧数": lambda _, play: play.late_frames,
    "结果": lambda _, play: OUTCOMES[play.outcome],
    "原因": lambda _, play: REASONS.get(play.reason, play.reason),
    "呈现": lambda _, play: PRESENTED[play.presented],
    "时钟": lambda _, play: CLOCKS[play.clock],
    "发布号": lambda _, play: play.publication or "",
    "段": lambda epoch, _: _text(epoch),
    "编号": lambda _, play: play.seq,
    "素材校验值": lambda _, play: _text(play.sha256),
    "播放表校验值": lambda _, play: _text(play.playlist_sha256),
    "开机编号": lambda _, play: _text(play.boot),
}
"""What stands above each column, and what stands in it; an epoch's name and a play of it."""


def play_cells(epoch: str, play: PlayRecord) -> list[object]:
    """Returns a play's cells, one for each of `COLUMNS`."""
    return [cell(epoch, play) for cell in COLUMNS.values()]


def key_cell(by: By, key: str) -> str:
    """Returns what plays were counted by as a spreadsheet and a clerk have it."""
    match by:
        case "hour":
            return f"{key.replace('T', ' ')}:00"
        case "outcome":
            outcome, _, reason = key.partition(": ")
            told = OUTCOMES.get(outcome, outcome)
            return f"{told}：{REASONS.get(reason, reason)}" if reason else told
        case "presented":
            return next((zh for word, zh in PRESENTED.items() if word == key), key)
        case _:
            return key
