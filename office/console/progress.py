"""How far a publication came on each screen, out of receipts and what the screens say.

Rule: pure; receipts and screens come as values, the moment that is now as well.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from office.console import wording
from office.console.tiles import status
from office.console.wording import Label, size
from office.hearing import HEARS, Hearing
from office.stored import UNREADABLE, sound
from signage.errors import Words
from signage.ledger import why_refused
from signage.messages import STEPS, PublicationState, ScreenState, Step

if TYPE_CHECKING:  # values come from elsewhere; so this needs no database
    from office.models import Receipt, Screen

TIMED: tuple[Step, ...] = ("heard", "verified", "fetched", "staged", "shown", "withdrawn")
"""The steps that have a column."""
HEADS = {"heard": "收到", "verified": "核对", "fetched": "下载", "staged": "就绪", "shown": "上屏", "withdrawn": "撤下"}
"""The columns' names: what was done at that moment."""


class Mark(msgspec.Struct, frozen=True):
    """One step of one screen; `at` None: not there yet."""

    head: str
    at: dt.datetime | None
    after: str = ""
    """How long after the first one."""


class ScreenLine(msgspec.Struct, frozen=True, kw_only=True):
    """One screen of a publication."""

    id: str
    title: str
    link: Label
    """How it stands with the screen itself."""
    step: Step | None
    """How far the publication came; None: not a word of it."""
    marks: tuple[Mark, ...]
    detail: str
    why: Words | None
    prospect: str
    """Of a staged one that is not on air: waits, held or never; empty where the screen does not say."""
    wanted: bool
    """Whether it is to show the publication now."""
    shown: bool

    @property
    def label(self) -> Label:
        """Gives the step as it reads."""
        if self.link is wording.UNREADABLE:
            return self.link
        if self.step == "staged" and not self.wanted:
            return wording.TAKEN_DOWN
        if self.step == "staged" and self.prospect in wording.PROSPECTS:
            return wording.PROSPECTS[self.prospect]
        return wording.STEPS[self.step] if self.step is not None else wording.WAITING


def screen_line(
    screen: "Screen",
    receipts: "Iterable[Receipt]",
    number: int,
    *,
    wanted: bool,
    now: dt.datetime,
    hearing: Hearing = HEARS,
) -> ScreenLine:
    """Returns how far a publication came on a screen; `receipts` are the screen's, of this publication.

    Raises BadRowError for a screen that cannot be read, or one of whose receipts cannot.
    """
    sound(screen.state, screen.status_at, screen.state_at, screen.birth_at)
    at: dict[str, dt.datetime] = {}
    refused: Receipt | None = None
    last = ""
    for each in sorted(receipts, key=lambda receipt: receipt.pk):
        sound(each.at, each.details)
        at[each.step] = min(each.at, at.get(each.step, each.at)) if each.step == "shown" else each.at
        refused = each if each.step == "refused" else refused
        last = each.step
    said = _said(screen, number)
    step = _furthest(at, last, said)
    shown = "shown" in at and step != "withdrawn"
    is_leaving = step == "withdrawn" or (step == "staged" and not wanted)
    return ScreenLine(
        id=screen.id,
        title=screen.title or screen.id,
        link=status(screen, now, hearing),
        step=step,
        marks=_marks(at),
        detail=_detail(said) if said is not None and step == "fetched" else "",
        why=None if is_leaving else _why(said, refused if step == "refused" else None),
        prospect=said.prospect if said is not None and said.step == "staged" else "",
        wanted=wanted,
        shown=shown,
    )


def publication_label(state: str, lines: Sequence[ScreenLine]) -> Label:
    """Returns how it stands with a publication: signed is not shown, and what every screen refuses is red."""
    asked = [line for line in lines if line.wanted]
    if state != "published" or not asked:
        return wording.PUBLICATION[state]
    refused = sum(line.step == "refused" for line in asked)
    if refused == len(asked):
        return wording.ALL_REFUSED
    if refused:
        return wording.SOME_REFUSED
    if all(line.label is wording.PROSPECTS["never"] for line in asked):
        return wording.NEVER
    return wording.PUBLICATION[state] if any(line.shown for line in asked) else wording.SCHEDULED


def unreadable_line(screen: str, *, wanted: bool) -> ScreenLine:
    """Returns the line of a screen that cannot be read, or one of whose receipts cannot."""
    return ScreenLine(
        id=screen, title=screen, link=wording.UNREADABLE, step=None, marks=_marks({}), detail="", why=UNREADABLE,
        prospect="", wanted=wanted, shown=False,
    )  # fmt: skip


def _marks(at: Mapping[str, dt.datetime]) -> tuple[Mark, ...]:
    first = at.get("heard")
    later = {each: at[each] - first for each in TIMED[1:] if each in at and first is not None}
    return tuple(Mark(HEADS[each], at.get(each), took(later[each]) if each in later else "") for each in TIMED)


def took(time: dt.timedelta) -> str:
    """Gives how long something took, as people say it; empty where clocks disagree."""
    seconds = time.total_seconds()
    if seconds < 0 or seconds >= 86400:
        return ""
    if seconds < 60:
        return f"+{seconds:.1f} 秒"
    return f"+{int(seconds // 60)} 分" if seconds < 3600 else f"+{int(seconds // 3600)} 小时"


def _furthest(at: Mapping[str, dt.datetime], last: str, said: PublicationState | None) -> Step | None:
    """Gives the step that counts: a refusal or withdrawal that came last, else the highest."""
    if last in ("refused", "withdrawn"):
        return "refused" if last == "refused" else "withdrawn"
    steps = [step for step in STEPS[:5] if step in at]
    if said is not None and said.step not in steps and "shown" not in steps:
        steps.append(said.step)
    return max(steps, key=STEPS.index) if steps else None


def _said(screen: "Screen", number: int) -> PublicationState | None:
    try:
        state = msgspec.convert(screen.state, ScreenState)
    except msgspec.ValidationError:
        return None
    return next((each for each in state.coming if each.number == number), None)


def _detail(said: PublicationState) -> str:
    if not said.needed:
        return ""
    return f"{said.fetched}/{said.needed} · {size(said.fetched_bytes)}/{size(said.needed_bytes)}"


def _why(said: PublicationState | None, refused: "Receipt | None") -> Words | None:
    if said is not None and said.why is not None:
        return Words(said.why.zh, said.why.en)
    told = why_refused((refused.details if refused else None) or {})
    return told if told.en else None
