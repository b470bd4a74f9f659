"""However batches come, the same is stored in the end; a record that was changed is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.collecting import chain
from office.collecting.chain import ForkError, Gap, Joined, Run, ScatteredError, beginning, gaps, joined, mark
from signage.ledger import chained, genesis

RECORDS = 40
GENESIS = genesis("sq-led", "0123456789abcdef")


def hashes_of(texts: list[bytes]) -> list[bytes]:
    """Gives the hash of each record; the epoch's beginning is number 0."""
    found = [GENESIS.hash]
    for text in texts:
        found.append(chained(found[-1], text))
    return found


TRUE = hashes_of([b"record %d" % seq for seq in range(1, RECORDS + 1)])


def forked_at(seq: int) -> list[bytes]:
    return hashes_of([b"other" if each == seq else b"record %d" % each for each in range(1, RECORDS + 1)])


class Office:
    """What is stored, as a collector keeps it."""

    def __init__(self) -> None:
        self.runs = beginning(GENESIS)
        self.stored: dict[int, bytes] = {}

    def take(self, first: int, last: int, hashes: list[bytes] = TRUE) -> Joined:
        batch = Run(first, last, hashes[first - 1], hashes[last])
        found = joined(self.runs, batch, hashes[first : last + 1], self.stored.__getitem__)
        self.runs = found.runs
        for lo, hi in found.fresh:
            for seq in range(lo, hi + 1):
                assert seq not in self.stored, "stored twice"
                self.stored[seq] = hashes[seq]
        return found

    @property
    def upto(self) -> int:
        return mark(self.runs, 1).last


spans = st.tuples(st.integers(1, RECORDS), st.integers(1, RECORDS)).map(lambda two: (min(two), max(two)))


@given(st.lists(spans, max_size=30))
def test_what_came_in_any_order_doubled_overlapping_or_not_at_all_is_stored_once(
    batches: list[tuple[int, int]],
) -> None:
    office = Office()
    for first, last in batches:
        office.take(first, last)
    expected = {seq for first, last in batches for seq in range(first, last + 1)}
    assert set(office.stored) == expected
    assert office.upto == next(seq for seq in range(RECORDS + 1) if seq + 1 not in expected)
    missing = {seq for gap in gaps(office.runs, 1, RECORDS) for seq in range(gap.first, gap.last + 1)}
    assert missing == set(range(1, RECORDS + 1)) - expected
    for before, after in zip(office.runs, office.runs[1:], strict=False):
        assert before.last + 1 < after.first, "runs that touch are one run"
    assert [run.after for run in office.runs] == [TRUE[run.last] for run in office.runs]


@given(st.permutations([(first, first + 4) for first in range(1, RECORDS, 3)]).filter(bool))
def test_every_order_ends_in_one_run_with_the_same_head(batches: list[tuple[int, int]]) -> None:
    office = Office()
    for first, last in batches:
        office.take(first, min(last, RECORDS))
    assert office.runs == (Run(0, RECORDS, b"", TRUE[RECORDS]),)


@given(st.lists(spans, min_size=1, max_size=10), spans, st.integers(1, RECORDS))
def test_a_batch_of_another_chain_is_refused_wherever_it_meets_what_is_stored(
    batches: list[tuple[int, int]], other: tuple[int, int], changed: int
) -> None:
    office = Office()
    for first, last in batches:
        office.take(first, last)
    runs, stored = office.runs, dict(office.stored)
    first, last = other
    # A record is known when it is stored, or when the record behind it is: its hash stands before that one.
    known = {0} | set(stored) | {seq - 1 for seq in stored}
    meets = any(seq in known and seq >= changed for seq in range(first - 1, last + 1))
    if meets:
        with pytest.raises(ForkError):
            office.take(first, last, forked_at(changed))
        assert (office.runs, office.stored) == (runs, stored)
    else:
        office.take(first, last, forked_at(changed))


def test_records_of_another_screen_do_not_fit_the_beginning() -> None:
    foreign = genesis("other-led", "0123456789abcdef").hash
    with pytest.raises(ForkError) as refusal:
        joined(beginning(GENESIS), Run(1, 1, foreign, b"x" * 32), [b"x" * 32], TRUE.__getitem__)
    assert refusal.value.seq == 0


def test_the_mark_waits_for_what_may_still_come_and_passes_what_was_cut_by_age() -> None:
    office = Office()
    office.take(1, 5)
    office.take(11, 20)
    assert mark(office.runs, 1).last == 5
    assert mark(office.runs, 10).last == 5, "record 10 may still come"
    assert mark(office.runs, 11) == Run(11, 20, TRUE[10], TRUE[20])
    assert mark(office.runs, 15).last == 20
    assert mark(office.runs, 30).last == 20, "nothing of what the player still has came yet"


def test_gaps_say_what_is_lost_and_what_may_still_come() -> None:
    office = Office()
    office.take(6, 8)
    office.take(21, 30)
    assert gaps(office.runs, 1) == (Gap(1, 5, False), Gap(9, 20, False))
    assert gaps(office.runs, 15) == (Gap(1, 5, True), Gap(9, 14, True), Gap(15, 20, False))
    assert gaps(office.runs, 1, 33)[-1] == Gap(31, 33, False)
    assert gaps(office.runs, 36)[-1] == Gap(31, 35, True)
    assert gaps(office.runs, 36, 38)[-2:] == (Gap(31, 35, True), Gap(36, 38, False))


def test_somebody_who_scatters_single_records_is_stopped() -> None:
    runs = beginning(GENESIS)
    many = (*runs, *(Run(3 * n, 3 * n, b"a", b"b") for n in range(1, chain.MOST_RUNS)))
    with pytest.raises(ScatteredError):
        joined(many, Run(100_000, 100_000, b"a", b"b"), [b"b"], TRUE.__getitem__)
    closing = joined(many, Run(4, 5, b"b", b"a"), [b"x", b"a"], TRUE.__getitem__)
    assert len(closing.runs) == len(many) - 1, "what closes a gap is taken"
