"""What the office has of an epoch, as runs of records whose chain was proved, and how a batch joins them.

Batches may come twice, late, in any order or not at all. What is stored is a sorted row of runs that neither touch nor
overlap; the first one always begins with record 0, the hash that every epoch begins with. Two chains that agree in the
hash of one record agree in all records before it, so a batch is compared with a run at one place only.
Rule: pure; this file knows numbers and hashes, no database.
"""

from collections.abc import Callable, Sequence

import msgspec

from signage.errors import WuzhaError
from signage.ledger import Anchor

MOST_RUNS = 1000
"""Runs of one epoch; a batch that would make more is refused. A player sends from two places at once."""


class Run(msgspec.Struct, frozen=True):
    """Consecutive records: the numbers of the first and last, the hash before the first and that of the last."""

    first: int
    last: int
    before: bytes
    after: bytes


class Joined(msgspec.Struct, frozen=True):
    """What is stored now, and the numbers, first and last, that were not stored before."""

    runs: tuple[Run, ...]
    fresh: tuple[tuple[int, int], ...]


class Gap(msgspec.Struct, frozen=True):
    """Numbers that are missing; `lost`: the player has them no more."""

    first: int
    last: int
    lost: bool


class ForkError(WuzhaError):
    """A record that is stored has another hash in the batch: two chains go by one name. `seq` is that record's."""

    def __init__(self, seq: int, stored: bytes, offered: bytes) -> None:
        super().__init__(f"record {seq} is stored with hash {stored.hex()} and came with {offered.hex()}")
        self.seq, self.stored, self.offered = seq, stored, offered


class ScatteredError(WuzhaError):
    """Too many runs."""


def beginning(genesis: Anchor) -> tuple[Run, ...]:
    """Gives the runs of an epoch of which nothing came yet."""
    return (Run(genesis.seq, genesis.seq, b"", genesis.hash),)


def joined(runs: tuple[Run, ...], batch: Run, hashes: Sequence[bytes], stored_hash: Callable[[int], bytes]) -> Joined:
    """Gives what is stored with a batch added, whose own chain holds and whose records have `hashes`.

    `stored_hash` gives the hash of a record within a run. Raises ForkError and ScatteredError.
    """
    apart: list[Run] = []
    fresh: list[tuple[int, int]] = []
    first, last, before, after = batch.first, batch.last, batch.before, batch.after
    following = batch.first
    for run in runs:
        if run.last < batch.first - 1 or run.first > batch.last + 1:
            apart.append(run)
            continue
        _must_agree(run, batch, hashes, stored_hash)
        if following < run.first:
            fresh.append((following, run.first - 1))
        following = max(following, run.last + 1)
        if run.first < first:
            first, before = run.first, run.before
        if run.last > last:
            last, after = run.last, run.after
    if following <= batch.last:
        fresh.append((following, batch.last))
    now = tuple(sorted([*apart, Run(first, last, before, after)], key=lambda run: run.first))
    if len(now) > max(MOST_RUNS, len(runs)):
        raise ScatteredError(f"more than {MOST_RUNS} runs of one epoch")
    return Joined(now, tuple(fresh))


def mark(runs: tuple[Run, ...], oldest: int) -> Run:
    """Gives the run at whose end nothing is missing that may still come; the player's first record is `oldest`."""
    reached = runs[0]
    for run in runs[1:]:
        if run.first > oldest:
            break
        reached = run
    return reached


def gaps(runs: tuple[Run, ...], oldest: int, newest: int = 0) -> tuple[Gap, ...]:
    """Gives what is missing up to `newest`, as far as that is known; what is before `oldest` is lost."""
    found: list[Gap] = []
    ends = [run.first for run in runs[1:]] + [max(newest, oldest - 1, runs[-1].last) + 1]
    for run, end in zip(runs, ends, strict=True):
        first, last = run.last + 1, end - 1
        if first < oldest:
            found += [Gap(first, min(last, oldest - 1), True)] if first <= last else []
            first = oldest
        if first <= last:
            found.append(Gap(first, last, False))
    return tuple(found)


def _must_agree(run: Run, batch: Run, hashes: Sequence[bytes], stored_hash: Callable[[int], bytes]) -> None:
    if run.last < batch.first:
        seq, stored, offered = run.last, run.after, batch.before
    elif batch.last < run.first:
        seq, stored, offered = batch.last, run.before, batch.after
    elif run.last <= batch.last:
        seq, stored, offered = run.last, run.after, hashes[run.last - batch.first]
    else:
        seq, stored, offered = batch.last, stored_hash(batch.last), batch.after
    if stored != offered:
        raise ForkError(seq, stored, offered)
