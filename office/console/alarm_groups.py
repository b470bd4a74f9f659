"""Open alarms as people look at them: those of one cause together, with their number and the titles of their screens.

Rule: pure; the worst kinds stand first, then what happened last.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from signage.errors import Words

WORST_FIRST = (
    "fork", "broken", "clone", "changed", "unreadable", "stranger", "refused", "quarantine", "away", "display", "sound",
    "lost", "gap", "doubtful", "odd", "malformed", "quota",
)  # fmt: skip
"""Kinds of alarms: what may be forged, what is not shown, what is missing, what only looks odd."""
OF_PUBLICATION = ("refused", "quarantine")
"""Kinds whose key begins with the number of a publication: each is a cause of its own."""
MOST_TITLES = 5
"""That are named of one group."""
MOST_LISTED = 20
"""Alarms of a group that stand one by one below it."""


class OpenAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """One open alarm."""

    number: int
    screen: str
    kind: str
    key: str
    at: dt.datetime
    """When it happened last."""
    times: int
    words: Words


class AlarmLine(msgspec.Struct, frozen=True):
    """One alarm of a group."""

    number: int
    title: str
    at: dt.datetime
    words: Words


class AlarmGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms of one cause."""

    id: str
    """The same for the same cause, for the page."""
    label: str
    """Of the kind; with the publication where there is one."""
    count: int
    titles: tuple[str, ...]
    """Of its screens, the newest alarm first; some of them."""
    screens: int
    """How many there are."""
    at: dt.datetime
    words: Words
    """Of the newest one."""
    lines: tuple[AlarmLine, ...]
    more: int
    """Alarms that are in no line."""

    @property
    def named(self) -> str:
        """Returns the titles of its screens as they stand in a sentence."""
        rest = self.screens - len(self.titles)
        return "、".join(self.titles) + (f" 等 {self.screens} 块屏幕" if rest > 0 else "")


class AlarmNames(msgspec.Struct, frozen=True, kw_only=True):
    """What people call things that alarms name by id, kind or number."""

    screens: Mapping[str, str] = {}
    kinds: Mapping[str, str] = {}
    publications: Mapping[int, str] = {}


def grouped(alarms: Iterable[OpenAlarm], names: AlarmNames) -> tuple[AlarmGroup, ...]:
    """Returns the groups."""
    found: dict[tuple[str, str], list[OpenAlarm]] = {}
    for alarm in alarms:
        cause = alarm.key.partition(":")[0] if alarm.kind in OF_PUBLICATION else ""
        found.setdefault((alarm.kind, cause), []).append(alarm)
    groups = [(kind, _group(kind, cause, some, names)) for (kind, cause), some in found.items()]
    groups.sort(key=lambda each: each[1].at, reverse=True)
    groups.sort(key=lambda each: WORST_FIRST.index(each[0]) if each[0] in WORST_FIRST else len(WORST_FIRST))
    return tuple(group for _, group in groups)


def titled(screen: str, titles: Mapping[str, str]) -> str:
    """Returns what a screen is called; its id where it has no title, or none that tells it from others."""
    title = titles.get(screen, "")
    if not title:
        return screen or "管理端"
    is_alone = sum(other == title for other in titles.values()) == 1
    return title if is_alone else f"{title}（{screen}）"


def _group(kind: str, cause: str, some: list[OpenAlarm], names: AlarmNames) -> AlarmGroup:
    some.sort(key=lambda alarm: (alarm.at, alarm.number), reverse=True)
    newest = some[0]
    screens = list(dict.fromkeys(alarm.screen for alarm in some))
    seen: Counter[str] = Counter()
    nth = []
    for alarm in some:  # each screen's newest before the second of any other
        nth.append(seen[alarm.screen])
        seen[alarm.screen] += 1
    some = [alarm for _, alarm in sorted(zip(nth, some, strict=True), key=lambda pair: pair[0])]
    label = names.kinds.get(kind, kind)
    if cause.isdecimal() and len(cause) < 10 and int(cause):
        label = f"{label} · 发布 {cause} {names.publications.get(int(cause), '')}".rstrip()
    shown = some[:MOST_LISTED]
    return AlarmGroup(
        id=f"{kind}-{cause}" if cause.isdecimal() else kind,
        label=label,
        count=len(some),
        titles=tuple(titled(screen, names.screens) for screen in screens[:MOST_TITLES]),
        screens=len(screens),
        at=newest.at,
        words=newest.words,
        lines=tuple(AlarmLine(each.number, titled(each.screen, names.screens), each.at, each.words) for each in shown),
        more=len(some) - len(shown),
    )
