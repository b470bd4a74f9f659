"""What the folders hold, for the page that `doctor` makes: media, playlists and the calendar.

Rule: a sentence names the first few things that are wrong, each with its cure; `check` lists them all.
"""

import datetime as dt
from collections.abc import Sequence

from player.commands.finding import Finding
from player.config import Config
from player.survey import Survey
from signage.calendar import known_until
from signage.calendar_age import outdated
from signage.consistency import inconsistencies
from signage.errors import Complaint, Words

MOST_NAMED = 5


def content(config: Config, seen: Survey, at: dt.datetime) -> tuple[Finding, ...]:
    """Returns the findings on what was seen, at that time of the screen's clock."""
    return _media(config, seen), _playlists(config, seen, at), _calendar(seen, at.date())


def not_planned(config: Config, seen: Survey) -> tuple[Words, ...]:
    """Returns which playlists are left out of a plan, or stand in it as they were before a mistake was made."""
    refused = [one for one in seen.library.refused if _is_in_playlists(config, one.path)]
    said = (Words(f"{one.name}：{one.why.zh}", f"{one.name}: {one.why.en}") for one in refused)
    return (*said, *seen.composed.notes)


def _media(config: Config, seen: Survey) -> Finding:
    refused = [one for one in seen.library.refused if not _is_in_playlists(config, one.path)]
    said = [Words(f"{one.name}：{one.why.zh}", f"{one.name}: {one.why.en}") for one in refused]
    notes = [*seen.library.notes, *said]
    count = len(seen.library.media)
    return Finding(
        subject="media",
        ok=not notes,
        says=_listed(
            Words(f"收录 {count} 个，拒绝 {len(refused)} 个", f"{count} admitted, {len(refused)} refused"), notes
        ),
        details={"admitted": count, "refused": [{"name": one.name, "why": one.why.zh} for one in refused]},
    )


def _playlists(config: Config, seen: Survey, at: dt.datetime) -> Finding:
    made = seen.composed
    complaints: list[Complaint] = [*made.complaints, *inconsistencies(made.program, config.sound.quiet, at)]
    refused = [one for one in seen.library.refused if _is_in_playlists(config, one.path)]
    said = [Words(f"{one.name}：{one.why.zh}", f"{one.name}: {one.why.en}") for one in refused]
    said += [Words(f"{_where(c)}{c.problem.zh}。{c.cure.zh}", f"{c.problem.en}. {c.cure.en}") for c in complaints]
    count, wrong = len(made.program.playlists), len(said)
    said += made.notes
    return Finding(
        subject="playlists",
        ok=not said,
        says=_listed(Words(f"采用 {count} 个，{wrong} 处问题", f"{count} in use, {wrong} complaints"), said),
        details={"count": count, "complaints": [c.problem.zh for c in complaints]},
    )


def _where(complaint: Complaint) -> str:
    """The line, where the sentence does not name it already."""
    _, found, line = complaint.where.partition("(")
    return f"（{line.partition(' / ')[0]}）" if found and line.partition(" / ")[0] not in complaint.problem.zh else ""


def _calendar(seen: Survey, today: dt.date) -> Finding:
    program = seen.composed.program
    ends = known_until(program.calendar)
    count = len(program.calendar.quiet)
    says = Words(
        f"节假日和调休知道到 {ends}，静音期 {count} 个", f"holidays are known up to {ends}, {count} quiet periods"
    )
    warned = outdated(program, today)
    return Finding(
        subject="calendar", ok=not warned, says=_listed(says, warned), details={"known_until": ends.isoformat()}
    )


def _listed(says: Words, more: Sequence[Words]) -> Words:
    """A sentence and what belongs to it, the first few of them."""
    if not more:
        return says
    numbered = len(more) > 1
    zh = "；".join(f"({n}) {words.zh}" if numbered else words.zh for n, words in enumerate(more[:MOST_NAMED], 1))
    en = "; ".join(f"({n}) {words.en}" if numbered else words.en for n, words in enumerate(more[:MOST_NAMED], 1))
    left = len(more) - MOST_NAMED
    rest = (
        (f"；还有 {left} 处，用 wuzha-player check 查看", f"; {left} more: see wuzha-player check")
        if left > 0
        else ("", "")
    )
    return Words(f"{says.zh}。{zh}{rest[0]}", f"{says.en}: {en}{rest[1]}")


def _is_in_playlists(config: Config, path: str) -> bool:
    return any(path.startswith(str(folder)) for folder in config.folders.playlists)
