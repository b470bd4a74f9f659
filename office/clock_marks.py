"""Which stretches of a ledger were dated by a clock that the screen itself found wrong later, and by how much.

A screen says in its ledger when it starts, and when the time that it goes by is corrected. Between two such marks of
one run of its system the wall time less the time since switching on stays the same, so the last correction that is
exact dates all that this run wrote before.
Rule: pure; records stay as they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from signage.ledger import EventRecord, PlayRecord, utc_ms

LEAST_SHIFT_MS = 10_000
"""What differs by less changes no day and no hour; clocks that are kept right move by as much in weeks."""
NOTICED_MS = 5_000
"""So long after a correction, at most, it is written down."""
EXACT = ("synchronised", "answered", "by hand")
"""Why a time was corrected, where that says what time it is; a signature alone says only that it is later."""


class ClockMark(msgspec.Struct, frozen=True, kw_only=True):
    """From where on a run of the system went by a time."""

    key: int
    """Of the record that says so."""
    boot: str
    mono_ms: int
    offset_ms: int
    """The time that was gone by, less the time since switching on."""
    is_exact: bool = False
    """Whether it was corrected to a time that is known exactly."""
    slept: bool = False
    """The machine slept, which the clock since switching on does not count: what came before was no less right."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Records that are to be dated by another time than they say."""

    first: int
    last: int
    """Their keys, both inclusive."""
    boot: str
    mono_ms: tuple[int, int]
    """When it began and ended, since switching on."""
    offset_ms: int
    """By which they are dated."""
    beside_ms: tuple[int, ...]
    """The same of the stretches before and behind it."""
    shift_ms: int
    """What is to be added to their time."""

    def holds(self, play: PlayRecord) -> bool:
        """Says whether a play near one of its ends belongs to it: one may be written down long after it began, and a
        correction a second after it happened.
        """
        try:
            offset_ms = utc_ms(play.at) - play.mono_ms
        except ValueError:
            return False
        begins, ends = self.mono_ms
        if play.boot != self.boot or not begins - NOTICED_MS <= play.mono_ms <= ends + NOTICED_MS:
            return False
        mine = abs(offset_ms - self.offset_ms)
        return all(mine < abs(offset_ms - other) for other in self.beside_ms)


def clock_mark(key: int, record: EventRecord) -> ClockMark | None:
    """Returns what an event `start` or `clock_step` says; None where its time is none."""
    try:
        offset_ms = utc_ms(record.at) - record.mono_ms
    except ValueError:
        return None
    is_step, why = record.what == "clock_step", str(record.details.get("why") or "")
    return ClockMark(
        key=key,
        boot=record.boot,
        mono_ms=record.mono_ms,
        offset_ms=offset_ms,
        is_exact=is_step and (why in EXACT or (why == "clock" and record.clock == "ntp")),
        slept=is_step and not why,
    )


def stretches(marks: Iterable[ClockMark]) -> Iterator[Stretch]:
    """Yields the stretches of one epoch whose time is known better by now; `marks` in the order of their keys."""
    for _, of_boot in groupby(marks, lambda mark: mark.boot):
        yield from _of_boot(tuple(of_boot))


def _of_boot(marks: Sequence[ClockMark]) -> Iterator[Stretch]:
    exact = max((n for n, mark in enumerate(marks) if mark.is_exact), default=0)
    shift_ms, found = 0, []
    for n in range(exact, 0, -1):
        begins, ends = marks[n - 1], marks[n]
        shift_ms += 0 if ends.slept else ends.offset_ms - begins.offset_ms
        if abs(shift_ms) >= LEAST_SHIFT_MS:
            stretch = Stretch(
                first=begins.key, last=ends.key - 1, boot=begins.boot,
                mono_ms=(begins.mono_ms, ends.mono_ms), offset_ms=begins.offset_ms,
                beside_ms=_others(marks, n - 1), shift_ms=shift_ms,
            )  # fmt: skip
            found.append(stretch)
    yield from reversed(found)


def _others(marks: Sequence[ClockMark], place: int) -> tuple[int, ...]:
    """Returns the offsets beside one of the marks that are not its own."""
    beside = {marks[n].offset_ms for n in (place - 1, place + 1) if 0 <= n < len(marks)}
    return tuple(sorted(beside - {marks[place].offset_ms}))
