"""`wuzha-player check`: everything that is wrong with configuration, playlists, media and fonts."""

import argparse
import datetime as dt
import logging
from pathlib import Path

from player.commands.answering import no_answer, surveyed
from player.commands.as_run import read_as_run
from player.commands.terminal import tell, tell_json
from player.commands.wording import complaint_text
from player.config import Config, named_nearly
from player.decode import cards
from player.decode.protocol import Target
from player.decode.text.fonts import missing_glyphs
from player.state_folder import state_trouble
from player.survey import Survey, clock_at_rest
from signage import calendar, showing
from signage.calendar_age import outdated
from signage.consistency import inconsistencies
from signage.errors import BadInput, Complaint, Words
from signage.program import Program


def main(options: argparse.Namespace) -> int:
    """Prints every complaint with its place, problem and cure; 2 if there is any."""
    logging.disable(logging.WARNING)
    try:
        config = read_as_run(options.config, options.enrolment)
    except BadInput as bad:
        return _tell(bad.complaints, (), options.json)
    clock = clock_at_rest(config)
    at = clock.read(clock.now()).at
    seen = surveyed(config)
    program = seen.composed.program
    complaints = (
        *config.enrolment_troubles,
        *config.unanswered,
        *map(no_answer, seen.unanswered),
        *seen.composed.complaints,
        *inconsistencies(program, config.sound.quiet, at),
        *_refused(seen),
        *_glyphs(program),
        *_overflows(program),
    )
    notes = (
        *_other_configuration(options.config),
        *_timezone(config, at),
        *seen.library.notes,
        *seen.composed.notes,
        *_bare(program),
        *_state(config),
        *_calendar_notes(program, at.date()),
    )
    return _tell(complaints, tuple(dict.fromkeys(notes)), options.json)


def _other_configuration(path: Path) -> tuple[Words, ...]:
    if not (name := named_nearly(path)):
        return ()
    zh = f"旁边还有 {name}：不会读它，读的是 {path.name}；改了的是哪一个，就只留下那一个，名字要是 {path.name}"
    en = f"there is also {name}, which is not read; {path.name} is: keep the one that is right, under that name"
    return (Words(zh, en),)


def _timezone(config: Config, at: dt.datetime) -> tuple[Words, ...]:
    """A name that says an offset and no place is often meant as another: `UTC`, `EST`, `Etc/GMT-3`."""
    name, offset = config.screen.timezone, at.utcoffset() or dt.timedelta()
    if ("/" in name and not name.startswith("Etc/")) or offset == dt.timedelta(hours=8) or name in ("PRC", "ROC"):
        return ()
    hours = f"{(offset - dt.timedelta(hours=8)).total_seconds() / 3600:+g}"
    zh = f"时区 {name} 和北京时间差 {hours} 小时，播放时间都按它算；屏幕在中国就写 Asia/Shanghai"
    en = f"the time zone {name} is {hours} hours from China's, and all times go by it; in China write Asia/Shanghai"
    return (Words(zh, en),)


def _bare(program: Program) -> tuple[Words, ...]:
    if program.playlists or (program.media and not program.listed):
        return ()
    if program.listed:
        return (
            Words("没有一份播放表能播：屏幕只显示内置提示", "no playlist can play: only the built-in notice shows"),
        )
    zh, en = (
        "没有播放表，也没有素材：屏幕只显示内置提示",
        "there are no playlists and no media: only the built-in notice shows",
    )
    return (Words(zh, en),)


def _state(config: Config) -> tuple[Words, ...]:
    trouble = state_trouble(config.folders.state)
    return (trouble,) if trouble is not None else ()


def _refused(seen: Survey) -> tuple[Complaint, ...]:
    return tuple(Complaint(r.path, *_told_apart(r.why)) for r in seen.library.refused)


def _told_apart(why: Words) -> tuple[Words, Words]:
    """What is wrong with a refused file and what to do; most reasons say both."""
    (zh, stop, do), (en, point, do_en) = why.zh.rstrip("。").rpartition("；"), why.en.rpartition("; ")
    if not stop:
        zh, stop, do = why.zh.rstrip("。").rpartition("，请")
    if stop and point:
        return Words(zh, en), Words(do, do_en)
    return why, Words("换一个好的文件，或者删掉它", "replace the file, or delete it")


def _glyphs(program: Program) -> tuple[Complaint, ...]:
    cure = Words(
        "改用常用字，或在系统里安装含有该字的中文字体", "use another character, or install a CJK font that has it"
    )
    found = []
    for playlist in program.playlists:
        for item in playlist.items:
            lost = missing_glyphs("".join((item.title, item.text, item.footer, *program.site.variables.values())))
            if lost:
                problem = Words(f"没有字体能显示：{lost}", f"no font has: {lost}")
                found.append(
                    Complaint(where=f"playlists/{playlist.name}.toml, item {item.number}", problem=problem, cure=cure)
                )
    return tuple(found)


def _overflows(program: Program) -> tuple[Complaint, ...]:
    problem = Words("字卡放不下全部内容", "the card has more words than its zone can hold")
    cure = Words("减少文字，或用更大的区域", "use fewer words, or a larger zone")
    boxes = {zone.name: zone.box for zone in program.zones}
    found = []
    for playlist in program.playlists:
        box = boxes.get(playlist.zone)
        for item in playlist.items if box else ():
            if box and item.card and item.card in cards.TEMPLATES:
                card = showing.card(item, program.site, item.card)
                if cards.overflows(card, Target(width_px=box.width, height_px=box.height)):
                    where = f"playlists/{playlist.name}.toml, item {item.number}"
                    found.append(Complaint(where=where, problem=problem, cure=cure))
    return tuple(found)


def _calendar_notes(program: Program, today: dt.date) -> tuple[Words, ...]:
    told = outdated(program, today)
    ends = [calendar.warning(p.runs.last, program.calendar) for p in program.playlists if p.runs.last is not None]
    by_plan = [words for words in ends if words is not None and not told]
    return tuple(dict.fromkeys((*told, *by_plan)))


def _tell(complaints: tuple[Complaint, ...], notes: tuple[Words, ...], as_json: bool) -> int:
    for complaint in complaints:
        if as_json:
            told: dict[str, object] = {
                "where": complaint.where,
                "problem": complaint.problem.zh,
                "cure": complaint.cure.zh,
                "problem_en": complaint.problem.en,
                "cure_en": complaint.cure.en,
            }
            if (edit := complaint.edit) is not None:
                told["edit"] = {"first": edit.first, "last": edit.last, "lines": edit.lines}
            tell_json(told)
        else:
            tell(*complaint_text(complaint).split("\n"))
    if not as_json:
        for note in notes:
            tell(f"提示：{note.zh}", f"    {note.en}")
        if complaints:
            tell(f"共 {len(complaints)} 个问题 · {len(complaints)} problems")
        elif notes:
            tell(f"没有错误，有 {len(notes)} 条提示 · no mistakes, {len(notes)} things to know")
        else:
            tell("没有发现问题 · nothing is wrong")
    return 2 if complaints else 0
