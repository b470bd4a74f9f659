"""Plays whose screen found later that its clock had been wrong: dated anew when they are counted or told.

Rule: records and their rows stay as they are, and so does what is judged of them; a count asks for the corrections
anew each time.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db.models import Q
from django.utils import timezone
from msgspec.structs import replace

from office.clock_marks import LEAST_SHIFT_MS, ClockMark, Stretch, clock_mark, stretches
from office.countable import fits
from office.doubt import Doubt
from office.models import Event, LedgerEpoch, LedgerRecord
from office.numbering import MOST_SEQ, SEQ_BITS
from office.stored import Garbled
from signage.ledger import EventRecord, PlayRecord, read

MOST_STRETCHES = 200
"""That a count takes apart; of a screen that has more the oldest stay as they are dated."""
MOST_MARKS = 20_000
NEAR = 40
"""Records beside a mark among which those of plays may belong to its other side: each zone has one or two."""
AT_ONCE = 500
CLOCK_SLACK_MS = 600_000
"""By so much the clocks of screen and office may differ."""


class Redated(msgspec.Struct, frozen=True, kw_only=True):
    """Plays of one stretch."""

    epoch: int
    zone: dt.tzinfo
    first: int
    last: int
    without: frozenset[int]
    """Keys within that began in an earlier stretch."""
    also: frozenset[int]
    """Keys behind it that began in it."""
    shift_ms: int
    earliest_ms: int
    latest_ms: int
    """Within which the screen can have played."""

    def at_ms(self, at_ms: int) -> int:
        """Returns when a play was that says `at_ms`."""
        found = at_ms + self.shift_ms
        return found if fits("at_ms", found) else at_ms

    def doubt(self, doubt: int, at_ms: int) -> int:
        """Returns why a play that was at `at_ms` is not believed: what was said of its former date counts no more."""
        early = Doubt.EARLY if at_ms < self.earliest_ms else 0
        return (doubt & ~int(Doubt.EARLY | Doubt.FUTURE)) | early | (Doubt.FUTURE if at_ms > self.latest_ms else 0)

    @property
    def plays(self) -> Q:
        """Returns what finds them."""
        return (Q(pk__range=(self.first, self.last)) & ~Q(pk__in=self.without)) | Q(pk__in=self.also)


class Redating:
    """All that is to be dated anew."""

    def __init__(self, found: Iterable[Redated]) -> None:
        """`found` in the order of their keys."""
        self.stretches = tuple(_each_once(found))
        self._also = {key: each for each in self.stretches for key in each.also}
        self._by_epoch: defaultdict[int, list[Redated]] = defaultdict(list)
        for each in self.stretches:
            self._by_epoch[each.epoch].append(each)

    @property
    def plays(self) -> Q | None:
        """Returns what finds all of them; None: there are none."""
        found: Q | None = None
        for each in self.stretches:
            found = each.plays if found is None else found | each.plays
        return found

    def of(self, key: int) -> Redated | None:
        """Returns the stretch that a play belongs to."""
        if key in self._also:
            return self._also[key]
        mine = self._by_epoch.get(key >> SEQ_BITS)
        if mine is None:
            return None
        place = bisect_right(mine, key, key=lambda each: each.first) - 1
        found = mine[place]
        return found if place >= 0 and key <= found.last and key not in found.without else None


def _each_once(found: Iterable[Redated]) -> Iterator[Redated]:
    """Yields stretches so that none has a play that another has: the earlier one keeps it."""
    taken: set[int] = set()
    for each in found:
        within = {key for key in taken if each.first <= key <= each.last}
        each = replace(each, without=each.without | within, also=each.also - taken)  # noqa: PLW2901
        taken |= each.also
        yield each


def day_and_hour(at_ms: int, zone: dt.tzinfo) -> tuple[int, int]:
    """Returns the day, as 20260606, and the hour where a screen stands."""
    at = dt.datetime.fromtimestamp(at_ms / 1000, zone)
    return at.year * 10_000 + at.month * 100 + at.day, at.hour


def zone_of(name: object) -> dt.tzinfo:
    """Returns the zone that a screen was enrolled with, UTC when this system does not know it."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return dt.UTC


def read_redating(screen: str | None = None) -> Redating:
    """Returns what is known better by now, of one screen or of all."""
    steps = Event.objects.filter(what="clock_step")
    if screen is not None:
        steps = steps.filter(epoch__screen=screen)
    epochs = {epoch for epoch, details in steps.values_list("epoch_id", "details") if _matters(details)}
    if not epochs:
        return Redating(())
    whose = LedgerEpoch.objects.filter(pk__in=epochs).values_list("id", "screen__timezone", "screen__enrolled_at")
    screens = {number: (zone_of(name), round(at.timestamp() * 1000)) for number, name, at in whose}
    found = [stretch for epoch, marks in _marks(epochs).items() if epoch in screens for stretch in stretches(marks)]
    found.sort(key=lambda each: each.first)
    latest_ms = round(timezone.now().timestamp() * 1000) + CLOCK_SLACK_MS
    return Redating(_redated(each, *screens[each.first >> SEQ_BITS], latest_ms) for each in found[-MOST_STRETCHES:])


def _matters(details: object) -> bool:
    if not isinstance(details, dict) or isinstance(details, Garbled):
        return False
    step_ms = details.get("step_ms")
    return bool(details.get("why")) and type(step_ms) is int and abs(step_ms) >= LEAST_SHIFT_MS


def _marks(epochs: Iterable[int]) -> dict[int, list[ClockMark]]:
    asked = Event.objects.filter(epoch__in=epochs, what__in=("start", "clock_step")).order_by("-id")
    keys = sorted(asked.values_list("id", flat=True)[:MOST_MARKS])
    found: dict[int, list[ClockMark]] = {}
    for start in range(0, len(keys), AT_ONCE):
        some = LedgerRecord.objects.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
        for key, text in some.values_list("pk", "text"):
            record = _read(text)
            mark = clock_mark(key, record) if isinstance(record, EventRecord) else None
            if mark is not None:
                found.setdefault(key >> SEQ_BITS, []).append(mark)
    return found


def _redated(stretch: Stretch, zone: dt.tzinfo, enrolled_ms: int, latest_ms: int) -> Redated:
    behind, before = _near(stretch, stretch.first), _near(stretch, stretch.last, back=True)
    return Redated(
        epoch=stretch.first >> SEQ_BITS,
        zone=zone,
        first=stretch.first,
        last=stretch.last,
        without=frozenset(
            key for key, is_in in (*behind, *before) if stretch.first <= key <= stretch.last and not is_in
        ),
        also=frozenset(key for key, is_in in _near(stretch, stretch.last + 1) if is_in),
        shift_ms=stretch.shift_ms,
        earliest_ms=enrolled_ms - CLOCK_SLACK_MS,
        latest_ms=latest_ms,
    )


def _near(stretch: Stretch, key: int, *, back: bool = False) -> list[tuple[int, bool]]:
    """Returns the plays behind a record or before it, and whether each belongs to a stretch."""
    least = key >> SEQ_BITS << SEQ_BITS
    span = (least, key) if back else (key, least + MOST_SEQ)
    rows = LedgerRecord.objects.filter(pk__range=span).order_by("-pk" if back else "pk").values_list("pk", "text")
    found = [(number, _read(text)) for number, text in rows[:NEAR]]
    return [(number, stretch.holds(each)) for number, each in found if isinstance(each, PlayRecord)]


def _read(text: object) -> object:
    try:
        return read(bytes(text)) if isinstance(text, bytes | memoryview) else None
    except (msgspec.DecodeError, ValueError):
        return None
