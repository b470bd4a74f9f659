"""Which lines of a log are said, so that what repeats fills no disk: once a minute, with how often it came meanwhile.

Rule: pure; `now` is monotonic seconds.
"""

import re
from typing import NamedTuple, TypeVar

EVERY_S = 60.0
"""A line that repeats is said so often at most."""
MOST_ALIKE = 20
"""Different lines of one place in the program within that time."""
MOST_REMEMBERED = 500
LOOK_S = 1.0
"""Between two looks for lines that came no more."""
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")
_Key = TypeVar("_Key")


class LogPlace(NamedTuple):
    """Where in the program a line comes from, and how grave it is."""

    name: str
    number: int
    level: int


class _Said:
    """What was said of one kind of line, and what was not."""

    __slots__ = ("at", "newest", "said", "unsaid")

    def __init__(self, at: float, said: int = 1, unsaid: int = 0) -> None:
        self.at, self.said, self.unsaid = at, said, unsaid
        self.newest = ""
        """The last one that was left unsaid."""


class Repeats:
    """Remembers what was said. For one thread at a time."""

    def __init__(self, every_s: float = EVERY_S, most_alike: int = MOST_ALIKE) -> None:
        self._every_s, self._most_alike = every_s, most_alike
        self._lines: dict[tuple[LogPlace, str], _Said] = {}
        self._places: dict[LogPlace, _Said] = {}
        self._look_at = 0.0

    def unsaid_before(self, place: LogPlace, line: str, now: float) -> int | None:
        """Returns how many like this line were left unsaid before it, if it is to be said now; None if it is not.

        Lines of one place that differ in their numbers only are alike.
        """
        key = place, _NUMBERS.sub("#", line)
        same = self._lines.get(key)
        if same is not None and now - same.at < self._every_s:
            same.unsaid, same.newest = same.unsaid + 1, line
            return None
        of_place = self._places.get(place)
        if of_place is None or now - of_place.at >= self._every_s:
            of_place = _Said(now, said=0, unsaid=of_place.unsaid if of_place is not None else 0)
            _remember(self._places, place, of_place)
        if of_place.said >= self._most_alike:
            of_place.unsaid, of_place.newest = of_place.unsaid + 1, line
            return None
        count = of_place.unsaid + (same.unsaid if same is not None else 0)
        of_place.said, of_place.unsaid = of_place.said + 1, 0
        _remember(self._lines, key, _Said(now))
        return count

    def overdue(self, now: float) -> list[tuple[LogPlace, str, int]]:
        """Returns lines that were left unsaid and came no more, the newest of each kind, and how many; once each."""
        if now < self._look_at:
            return []
        self._look_at = now + LOOK_S
        found = []
        for place, said in (*((key[0], each) for key, each in self._lines.items()), *self._places.items()):
            if said.unsaid and now - said.at >= self._every_s:
                found.append((place, said.newest, said.unsaid))
                said.at, said.unsaid = now, 0
        return found


def _remember(of: dict[_Key, _Said], key: _Key, said: _Said) -> None:
    of.pop(key, None)
    of[key] = said
    if len(of) > MOST_REMEMBERED:
        del of[next(iter(of))]
