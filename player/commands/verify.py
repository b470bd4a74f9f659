"""`wuzha-player verify`: the chain of a ledger, whole."""

import argparse
import logging
from pathlib import Path

import msgspec

from player.answer import Answer, NoAnswer
from player.commands.answering import ANSWER_S, CURE, PROBLEM
from player.commands.terminal import tell, tell_json
from player.config import read_config
from player.uplink.audit import Audit, Chapter, audit
from player.uplink.ledger_db import TROUBLE, open_copy, why_not_read
from player.uplink.writer import LEDGER

REASONS = {
    "first run": "首次运行",
    "lost": "原台账丢失",
    "emptied": "原台账被清空",
    "damaged": "原台账损坏，已另存",
    "foreign": "原文件不是台账，已另存",
    "newer": "原台账由更新的版本写成，已另存",
    "old copy": "放回了旧的台账",
    "another history": "台账被换成了另一份",
    "another screen": "台账属于另一块屏幕",
}


def main(options: argparse.Namespace) -> int:
    """Prints what holds and where it first breaks; 1 if it does, or if there is no ledger to read."""
    logging.disable(logging.WARNING)
    path = options.ledger or read_config(options.config, lenient=True).folders.state / LEDGER
    try:
        Answer(lambda: path.exists() and path.open("rb").close(), "ledger").within(ANSWER_S)
        db = open_copy(path)
        try:
            found = audit(db)
        finally:
            db.close()
    except FileNotFoundError:
        return _cannot(options.json, path, "没有这个台账文件", "there is no such ledger")
    except NoAnswer:
        return _cannot(options.json, path, f"{PROBLEM.zh}。{CURE.zh}", f"{PROBLEM.en}. {CURE.en}")
    except TROUBLE as fault:
        why = why_not_read(fault, path)
        return _cannot(options.json, path, f"读不出台账：{why.zh}", f"the ledger cannot be read: {why.en}")
    if options.json:
        told = {
            "ok": found.broken is None,
            "records": found.records,
            "epochs": [msgspec.structs.asdict(each) for each in found.chapters],
            "break": None if found.broken is None else _break(found),
        }
        tell_json(told)
    else:
        _print(path, found)
    return 0 if found.broken is None else 1


def _cannot(as_json: bool, path: Path, zh: str, en: str) -> int:
    if as_json:
        tell_json({"ok": False, "why": zh, "why_en": en})
    else:
        tell(str(path), f"[注意] {zh}", f"       {en}")
    return 1


def _break(found: Audit) -> dict[str, object]:
    assert found.broken is not None
    return {
        "epoch": found.broken.epoch, "seq": found.broken.seq, "why": found.broken.why.zh, "why_en": found.broken.why.en,
    }  # fmt: skip


def _print(path: Path, found: Audit) -> None:
    tell(str(path))
    for chapter in found.chapters:
        tell(*_lines(chapter))
    if found.broken is None:
        tell(
            f"[好] 台账完整，共 {found.records} 条记录，逐条核对无误",
            f"     the chain holds: {found.records} records",
        )
    else:
        bad = found.broken
        tell(
            f"[注意] 段 {bad.epoch} 从第 {bad.seq} 条起对不上：{bad.why.zh}",
            f"       epoch {bad.epoch}, record {bad.seq}: {bad.why.en}",
        )


def _lines(chapter: Chapter) -> tuple[str, str, str]:
    span = f"{chapter.from_at[:19]} – {chapter.to_at[:19]}".replace("T", " ")
    reason = REASONS.get(chapter.reason, chapter.reason) or "—"
    later = f"；{chapter.unknown} 条由更新的版本写成 · {chapter.unknown} of a later version" if chapter.unknown else ""
    return (
        f"段 {chapter.epoch}  屏幕 {chapter.screen}  起因：{reason} · {chapter.reason}",
        f"    第 {chapter.first_seq}–{chapter.last_seq} 条，其中播放 {chapter.plays} 次 · plays；{span}{later}",
        f"    末条校验值 head {chapter.head}",
    )
