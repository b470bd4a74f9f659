"""`wuzha-player plan`: what will play."""

import argparse
import datetime as dt
import logging
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from player.commands.answering import no_answer, surveyed
from player.commands.as_run import read_as_run
from player.commands.content import not_planned
from player.commands.programs import standings, stretches
from player.commands.terminal import tell, tell_json, tell_trouble
from player.commands.wording import complaint_text
from signage.errors import BadInput, Complaint, Words
from signage.plan import PlannedSlot, plan_through, row
from signage.slot import Slot


def main(options: argparse.Namespace) -> int:
    """Prints every slot between two times, as a table or as a line of JSON each."""
    logging.disable(logging.WARNING)
    config = read_as_run(options.config, options.enrolment)
    zone, now = ZoneInfo(config.screen.timezone), dt.datetime.now(dt.UTC)
    start, end = span(options, zone)
    names = tuple(z.name for z in config.zones)
    if options.zone is not None and options.zone not in names:
        raise _wrong("--zone", Words(f"没有叫 {options.zone!r} 的区域", f"there is no zone {options.zone!r}"), names)
    zones = (options.zone,) if options.zone else names
    seen = surveyed(config, with_orders=True)
    for words in not_planned(config, seen):
        tell_trouble(f"注意：{words.zh}", f"    {words.en}")
    for complaint in (*config.unanswered, *map(no_answer, seen.unanswered)):
        tell_trouble(*complaint_text(complaint).split("\n"))
    stand = standings(config, zones, start, now)
    slots = plan_through(stretches(seen, start, end, now), zones, start, end, stand)
    if options.json:
        for slot in slots:
            tell_json(row(slot))
        return 0
    tickers = 0
    day = "%m-%d" if start.year == end.year == now.astimezone(zone).year else "%Y-%m-%d"
    for same in _runs(slots):
        if same[0].slot.kind == "ticker" and not options.zone:
            tickers += len(same)
        else:
            tell(_line(same, day))
    if tickers:
        tell(f"（另有滚动字幕 {tickers} 条，用 --zone 查看 · {tickers} ticker texts, see --zone）")
    if stand:
        tell("（接着屏幕现在的位置往下排 · this goes on where the screen stands）")
    return 0


def _runs(slots: Iterator[PlannedSlot]) -> Iterator[list[PlannedSlot]]:
    """Gathers turns of the same thing that follow each other in a zone: a broadcast's loop is one line."""
    open_runs: dict[str, list[PlannedSlot]] = {}
    for slot in slots:
        run = open_runs.get(slot.slot.zone)
        if run is not None and (run[-1].slot.key, run[-1].slot.media) == (slot.slot.key, slot.slot.media):
            run.append(slot)
            continue
        if run is not None:
            yield run
        open_runs[slot.slot.zone] = [slot]
    yield from open_runs.values()


def _line(same: list[PlannedSlot], day: str) -> str:
    slot, ends_at = same[0].slot, same[-1].ends_at
    match slot:
        case Slot(media=media) if media is not None:
            what = media.name
        case Slot(card=card) if card is not None:
            what = f"{card.template} {card.title or card.text.strip()[:20]}"
        case _:
            what = slot.strip.text[:30] if slot.strip else ""
    muted = " 静音 muted" if slot.muted and slot.kind in ("video", "audio") else ""
    times = f" ×{len(same)}" if len(same) > 1 else ""
    is_one_day = slot.starts_at.date() == ends_at.date() or ends_at - slot.starts_at < dt.timedelta(hours=12)
    span = f"{slot.starts_at:{day} %H:%M:%S}–{ends_at:{'' if is_one_day else f'{day} '}%H:%M:%S}"
    return f"{span}  {slot.zone:<8}{slot.rank:<10}{slot.playlist} #{slot.item}  {what}{times}{muted}"


def span(options: argparse.Namespace, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Gives `--from` and `--to` as local times. Raises BadInput."""
    if options.start is None or options.end is None:
        raise _wrong("--from, --to", Words("要写明从什么时候到什么时候", "both are needed"))
    start, end = _local(options.start, zone), _local(options.end, zone)
    if start >= end:
        raise _wrong("--to", Words("结束时间必须晚于开始时间", "the end must be later than the start"))
    return start, end


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _wrong(where: str, problem: Words, names: tuple[str, ...] = ()) -> BadInput:
    cure = (
        Words(f"可用的区域：{'、'.join(names)}", f"zones: {', '.join(names)}")
        if names
        else Words("请改正后再试", "mend it")
    )
    return BadInput((Complaint(where=where, problem=problem, cure=cure),))
