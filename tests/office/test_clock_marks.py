"""Whatever a screen's clock went through, its last exact correction dates all that its run wrote before."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from office.clock_marks import LEAST_SHIFT_MS, ClockMark, clock_mark, stretches
from signage.ledger import EventRecord, moment
from tests.office.collecting.screens import play

OFFSET_MS = 1_780_000_000_000
DAY_MS = 86_400_000

steps = st.lists(
    st.tuples(st.sampled_from(["wrong", "lie", "sleep", "start"]), st.integers(-4000 * DAY_MS, 4000 * DAY_MS)),
    max_size=12,
)


@given(begins=st.integers(-4000 * DAY_MS, 4000 * DAY_MS), story=steps, after=st.booleans())
def test_every_stretch_before_the_last_exact_correction_is_dated_by_the_truth(
    begins: int, story: list[tuple[str, int]], after: bool
) -> None:
    wrong, slept = begins, 0
    marks = [ClockMark(key=1, boot="a", mono_ms=0, offset_ms=OFFSET_MS + wrong)]
    truth = [OFFSET_MS]
    for kind, value in story:
        if kind == "sleep":
            slept += abs(value)
        elif kind != "start":
            wrong = value
        marks.append(
            ClockMark(
                key=len(marks) + 1, boot="a", mono_ms=0, offset_ms=OFFSET_MS + slept + wrong,
                is_exact=kind == "lie", slept=kind == "sleep",
            )
        )  # fmt: skip
        truth.append(OFFSET_MS + slept)
    exact = ClockMark(key=len(marks) + 1, boot="a", mono_ms=0, offset_ms=OFFSET_MS + slept, is_exact=True)
    rest = [ClockMark(key=exact.key + 1, boot="a", mono_ms=0, offset_ms=exact.offset_ms + 99_999)] * after
    shifts = {each.first: each.shift_ms for each in stretches([*marks, exact, *rest])}
    for mark, true in zip(marks, truth, strict=True):
        assert abs(mark.offset_ms + shifts.get(mark.key, 0) - true) < LEAST_SHIFT_MS
    assert exact.key not in shifts, "what came after it is dated by it"


def test_another_run_of_the_system_is_dated_by_nothing_that_this_one_found_out() -> None:
    marks = [
        ClockMark(key=1, boot="a", mono_ms=0, offset_ms=0),
        ClockMark(key=9, boot="b", mono_ms=0, offset_ms=0),
        ClockMark(key=12, boot="b", mono_ms=0, offset_ms=DAY_MS, is_exact=True),
    ]
    [found] = stretches(marks)
    assert (found.first, found.last, found.shift_ms, found.boot) == (9, 11, DAY_MS, "b")
    says = [("b", 30), ("b", DAY_MS // 2 - 1), ("b", DAY_MS - 30), ("a", 30)]
    plays = [
        play(0, boot=boot, mono_ms=7, at=moment(dt.datetime.fromtimestamp((7 + offset_ms) / 1000, dt.UTC)))
        for boot, offset_ms in says
    ]
    assert [found.holds(each) for each in plays] == [True, True, False, False]


def test_an_event_whose_time_is_none_marks_nothing_and_a_clock_that_nobody_vouches_for_is_not_exact() -> None:
    at = dt.datetime(2026, 6, 6, tzinfo=dt.UTC).isoformat()
    step = EventRecord(at=at, boot="a", mono_ms=5, clock="rtc", what="clock_step", details={"why": "clock"})
    mark = clock_mark(3, step)
    assert mark is not None
    assert (mark.is_exact, mark.slept) == (False, False)
    assert clock_mark(3, EventRecord(at="soon", boot="a", mono_ms=5, clock="ntp", what="start")) is None
