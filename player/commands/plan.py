"""`wuzha-player plan`: what will play."""

import argparse
import datetime as dt
import json
import logging
from zoneinfo import ZoneInfo

from player.config import read_config
from player.survey import survey
from signage.errors import BadInput, Complaint, Words
from signage.plan import plan, row


def main(options: argparse.Namespace) -> int:
    """Prints every slot between two times, as a table or as a line of JSON each."""
    logging.disable(logging.WARNING)
    config = read_config(options.config)
    zone = ZoneInfo(config.screen.timezone)
    start, end = _local(options.start, zone), _local(options.end, zone)
    if start >= end:
        raise _wrong("--to", Words("结束时间必须晚于开始时间", "the end must be later than the start"))
    names = tuple(z.name for z in config.zones)
    if options.zone is not None and options.zone not in names:
        raise _wrong("--zone", Words(f"没有叫 {options.zone!r} 的区域", f"there is no zone {options.zone!r}"), names)
    seen = survey(config)
    program = seen.composed.program
    for slot in plan(program, (options.zone,) if options.zone else names, start, end):
        told = row(slot)
        if options.json:
            print(json.dumps(told, ensure_ascii=False))
        else:
            what = told.get("media") or told.get("card") or told.get("ticker") or ""
            starts, ends = (dt.datetime.fromisoformat(str(told[key])) for key in ("starts_at", "ends_at"))
            marks = " 静音" * bool(told["muted"])
            span = f"{starts:%m-%d %H:%M:%S}–{ends:%H:%M:%S}"
            print(f"{span}  {told['zone']:<8}{told['rank']:<10}{told['playlist']} #{told['item']}  {what}{marks}")
    return 0


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _wrong(where: str, problem: Words, names: tuple[str, ...] = ()) -> BadInput:
    cure = (
        Words(f"可用的区域：{'、'.join(names)}", f"zones: {', '.join(names)}")
        if names
        else Words("请改正后再试", "mend it")
    )
    return BadInput((Complaint(where=where, problem=problem, cure=cure),))
