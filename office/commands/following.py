"""Follows a publication over the screens, out of what the collector writes down."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence

from office.collecting.alarms import tell_unreadable
from office.collecting.heartbeat import read_hearing
from office.commands.table import Progress, clock, show
from office.console import wording
from office.console.progress import ScreenLine, screen_line, unreadable_line
from office.models import Publication, Screen
from office.receipts import telling
from office.stored import readable
from signage.errors import Words
from signage.printable import printable

LOOK_S = 0.4
STAGED = (
    "已就绪：正在播的一条放完之后换上。屏幕还没有说明原因的，过半分钟再看：wuzha-office receipts\n"
    "    Staged: a screen goes over after the item that is showing. Look again in half a minute for what it waits for."
)
NOT_YET_GONE = (
    "已就绪，还没有收到撤回：收到就撤下，不再上屏；连不上管理端的屏幕，轮到它时还会播，连上以后撤下\n"
    "    staged, and has not said yet that it is withdrawn: it takes it down when it hears so, and may show it before"
)
MOST_SCREENS = 8
"""Named of those that say the same."""


def lines(publication: Publication) -> tuple[ScreenLine, ...]:
    """Gives one line for each screen that the publication was ever aimed at."""
    wanted = set(Screen.objects.filter(assignments__publication=publication).values_list("id", flat=True))
    receipts = telling([publication.number])[publication.number]
    now = dt.datetime.now(dt.UTC)
    hearing = read_hearing(now)

    def line(screen: Screen) -> ScreenLine:
        name = screen.id
        mine = receipts.get(name, ())
        return screen_line(screen, mine, publication.number, wanted=name in wanted, now=now, hearing=hearing)

    aimed_at = Screen.objects.filter(aimed__publication=publication).distinct()
    good, bad = readable(aimed_at, line, lambda screen: screen.pk)
    tell_unreadable(bad)
    rest = [unreadable_line(each.screen, wanted=each.screen in wanted) for each in bad]
    return tuple(sorted([*good, *rest], key=lambda each: each.id))


def follow(publication: Publication, wait_s: float, *, goal: str = "shown") -> tuple[ScreenLine, ...]:
    """Shows how it goes until every screen got there, was refused, or the time is over; gives where each ended.

    `goal` is `shown` or `withdrawn`.
    """
    reached: Callable[[ScreenLine], bool] = is_shown if goal == "shown" else is_gone

    def is_over(line: ScreenLine) -> bool:
        return reached(line) or is_refused(line) or (goal == "shown" and will_not_yet(line))

    bar, until = Progress(), time.monotonic() + wait_s
    try:
        while True:
            found = lines(publication)
            done = sum(map(reached, found))
            bar.tell(done, len(found), _words(found, done))
            if all(map(is_over, found)) or time.monotonic() >= until:
                return found
            time.sleep(LOOK_S)
    finally:
        bar.end()


def is_shown(line: ScreenLine) -> bool:
    """Whether its first frame was on the screen."""
    return line.shown


def is_gone(line: ScreenLine) -> bool:
    """Whether it is off the screen and cannot come on: taken down, or never staged."""
    return line.step == "withdrawn" or not (line.shown or line.step == "staged")


def is_refused(line: ScreenLine) -> bool:
    """Whether the screen refuses it."""
    return line.step == "refused"


def will_not_yet(line: ScreenLine) -> bool:
    """Whether it lies there and waiting does not help: its time comes later, something holds it, or it never plays."""
    return line.step == "staged" and bool(line.prospect)


def show_lines(found: tuple[ScreenLine, ...]) -> None:
    """Prints a line for each screen, and why where it is refused or waits."""
    heads = ("屏幕 screen", "名称 title", "连接 link", "进度 step", "时间 at", "")
    show(heads, ([line.id, line.title, line.link.zh, f"{line.label.zh} {line.label.en}", _when(line), line.detail]
                 for line in found))  # fmt: skip
    same: dict[Words, list[str]] = {}
    for line in found:
        if line.why is not None:
            same.setdefault(line.why, []).append(line.id)
    for why, ids in same.items():
        print(f"{shown_ids(ids, len(found))}：{printable(why.zh)}\n    {printable(why.en)}")
    if any(line.step == "staged" and line.wanted and line.why is None for line in found):
        print(STAGED)
    late = [line.id for line in found if line.label is wording.TAKEN_DOWN]
    if late:
        print(f"{shown_ids(late, len(found))}：{NOT_YET_GONE}")


def shown_ids(ids: Sequence[str], of: int) -> str:
    """Returns the names of screens as a sentence has room for them; `of` is how many there are in all."""
    if len(ids) == of > MOST_SCREENS:
        return f"全部 {of} 块屏幕 all screens"
    more = f" …（{len(ids)}）" if len(ids) > MOST_SCREENS else ""
    return f"{'、'.join(ids[:MOST_SCREENS])}{more}"


def _when(line: ScreenLine) -> str:
    times = [mark.at for mark in line.marks if mark.at is not None]
    return clock(max(times, default=None), "%m-%d %H:%M:%S")


def _words(found: tuple[ScreenLine, ...], done: int) -> str:
    steps = Counter(f"{line.label.zh} {line.label.en}" for line in found)
    return f"{done}/{len(found)}  " + " · ".join(f"{name} {count}" for name, count in steps.most_common())
