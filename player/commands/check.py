"""`wuzha-player check`: everything that is wrong with configuration, playlists, media and fonts."""

import argparse
import logging

from player.commands.as_run import read_as_run
from player.commands.terminal import tell, tell_json
from player.commands.wording import complaint_text
from player.decode import cards
from player.decode.protocol import Target
from player.decode.text.fonts import missing_glyphs
from player.survey import Survey, survey
from signage import calendar, showing
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
    seen = survey(config)
    program = seen.composed.program
    complaints = (
        *config.enrolment_troubles,
        *seen.composed.complaints,
        *inconsistencies(program, config.sound.quiet),
        *_refused(seen),
        *_glyphs(program),
        *_overflows(program),
    )
    return _tell(complaints, (*seen.library.notes, *_bare(program), *_calendar_notes(program)), options.json)


def _bare(program: Program) -> tuple[Words, ...]:
    if program.playlists or program.media:
        return ()
    zh, en = (
        "没有播放表，也没有素材：屏幕只显示内置提示",
        "there are no playlists and no media: only the built-in notice shows",
    )
    return (Words(zh, en),)


def _refused(seen: Survey) -> tuple[Complaint, ...]:
    cure = Words("换一个好的文件，或者删掉它", "replace the file, or delete it")
    return tuple(Complaint(where=r.path, problem=r.why, cure=cure) for r in seen.library.refused)


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


def _calendar_notes(program: Program) -> tuple[Words, ...]:
    warned = [calendar.warning(p.runs.last) for p in program.playlists if p.runs.last is not None]
    return tuple(w for w in dict.fromkeys(warned) if w is not None)


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
        tell(
            "没有发现问题 · nothing is wrong"
            if not complaints
            else f"共 {len(complaints)} 个问题 · {len(complaints)} problems"
        )
    return 2 if complaints else 0
