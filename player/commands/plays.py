"""`wuzha-player plays`: counts and records from the ledger."""

import argparse
import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import msgspec

from player.commands.against import tell_against
from player.commands.as_run import read_as_run
from player.commands.plan import span
from player.commands.play_table import COLUMNS, OUTCOMES, PRESENTED, REASONS, key_cell, play_cells
from player.commands.table import write_csv
from player.commands.terminal import tell, tell_json, tell_trouble
from player.commands.wording import complaint_text
from player.uplink.counts import ALWAYS_MS, By, Count, Numbered, counted, plays, shown
from player.uplink.ledger_db import TROUBLE, LedgerDb, open_copy, why_not_read
from player.uplink.writer import LEDGER
from signage.errors import BadInput, Complaint, Words

RAW_COLUMNS = {
    "epoch": "段", "seq": "编号", "at": "开始时间", "clock": "时钟", "zone": "区域", "rank": "级别",
    "playlist": "播放表", "item": "条目", "shows": "类型", "media": "素材", "sha256": "素材校验值",
    "card": "卡片", "title": "文字", "planned_ms": "计划毫秒", "actual_ms": "实际毫秒", "frames": "帧数",
    "late_frames": "迟到帧数", "outcome": "结果", "reason": "原因", "publication": "发布号",
    "playlist_sha256": "播放表校验值", "boot": "开机编号", "mono_ms": "开机后毫秒", "presented": "呈现",
    "heard": "声音",
}  # fmt: skip
"""Of `--raw`: each record as the ledger has it."""
KEYS = {"item": "内容", "day": "日期", "hour": "时段", "playlist": "播放表", "outcome": "结果", "presented": "呈现"}
COUNTS = (
    ("plays", "次数"), ("complete", "完整"), ("cut", "中断"), ("failed", "失败"), ("seconds", "秒"),
    ("seen", "看得到"), ("unseen", "看不到"), ("unknown", "不清楚"),
)  # fmt: skip


def main(options: argparse.Namespace) -> int:
    """Prints records or counts; 1 when there is no ledger, or it cannot be read."""
    logging.disable(logging.WARNING)
    config = read_as_run(options.config, options.enrolment)
    zone = ZoneInfo(config.screen.timezone)
    path = config.folders.state / LEDGER
    if options.raw and not options.csv:
        problem = Words("只能和 --csv 一起写", "goes with --csv only")
        raise BadInput((Complaint("--raw", problem, Words("加上 --csv，或去掉 --raw", "add --csv, or leave it out")),))
    against = span(options, zone) if options.against_plan else None
    if config.unanswered:
        tell_trouble(*complaint_text(config.unanswered[0]).split("\n"))
        return 1
    try:
        db = open_copy(path)
        try:
            if against is not None:
                return tell_against(db, config, *against, as_json=options.json, as_csv=options.csv)
            _tell(db, options, _ms(options.since, zone, -ALWAYS_MS), _ms(options.until, zone, ALWAYS_MS))
        finally:
            db.close()
    except FileNotFoundError:
        tell_trouble(f"还没有播放台账：{path}", f"there is no ledger yet: {path}")
        return 1
    except TROUBLE as fault:
        why = why_not_read(fault, path)
        tell_trouble(f"读不出播放台账：{why.zh}", f"the ledger cannot be read: {why.en}")
        return 1
    return 0


def _ms(moment: dt.datetime | None, zone: ZoneInfo, otherwise: int) -> int:
    if moment is None:
        return otherwise
    return round((moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).timestamp() * 1000)


def _tell(db: LedgerDb, options: argparse.Namespace, from_ms: int, to_ms: int) -> None:
    found = plays(db, from_ms, to_ms)
    by: By | None = options.by
    if by is not None:
        counts = counted(found, by)
        if options.csv:
            names = {key: key if options.raw else key_cell(by, key) for key in counts}
            rows = ([names[key], *_numbers(count)] for key, count in counts.items())
            write_csv([KEYS[by], *(zh for _, zh in COUNTS)], rows)
        elif options.json:
            for key, count in counts.items():
                tell_json({by: key, **dict(zip((n for n, _ in COUNTS), _numbers(count), strict=True))})
        else:
            _print_counts(counts, KEYS[by])
    elif options.csv and options.raw:
        write_csv([*RAW_COLUMNS.values()], ([row.get(name, "") for name in RAW_COLUMNS] for row in _rows(found)))
    elif options.csv:
        write_csv([*COLUMNS], (play_cells(each.epoch, each.play) for each in found))
    elif options.json:
        for row in _rows(found):
            tell_json(row)
    else:
        _print_records(found)


def _rows(found: Iterable[Numbered]) -> Iterator[dict[str, object]]:
    for each in found:
        yield {"epoch": each.epoch, "kind": "play", **msgspec.structs.asdict(each.play)}


def _numbers(count: Count) -> list[object]:
    return [
        count.plays, count.complete, count.cut, count.failed, round(count.seconds, 3), count.seen, count.unseen,
        count.unknown,
    ]  # fmt: skip


def _print_counts(counts: dict[str, Count], title: str) -> None:
    tell(f"{'次数':>6}{'看得到':>5}{'看不到':>5}{'不清楚':>5}{'完整':>6}{'中断':>6}{'失败':>6}{'小时':>8}  {title}")
    total = Count()
    for key, count in counts.items():
        tell(_count_line(count, key or "（内置提示或素材文件夹 · built in）"))
        for name in ("plays", "seen", "unseen", "unknown", "complete", "cut", "failed", "ms"):
            setattr(total, name, getattr(total, name) + getattr(count, name))
    tell(_count_line(total, "合计 · total"))


def _count_line(count: Count, key: str) -> str:
    hours = count.seconds / 3600
    presented = f"{count.seen:>8}{count.unseen:>8}{count.unknown:>8}"
    return f"{count.plays:>8}{presented}{count.complete:>8}{count.cut:>8}{count.failed:>8}{hours:>10.2f}  {key}"


def _print_records(found: Iterable[Numbered]) -> None:
    for each in found:
        play = each.play
        lasted = "?" if play.actual_ms is None else f"{play.actual_ms / 1000:.1f}"
        why = f"（{REASONS.get(play.reason, play.reason)}）" if play.reason else ""
        at = play.at[:19].replace("T", " ")
        tell(
            f"{play.seq:>8}  {at}  {play.zone:<8}{play.playlist} #{play.item}  {shown(play)}"
            f"  {lasted}/{play.planned_ms / 1000:.1f} s  {OUTCOMES[play.outcome]}{why}  {PRESENTED[play.presented]}"
        )
