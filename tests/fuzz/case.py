"""What the harness and its targets say to each other: a case, the bounds it has to keep, a promise that was broken."""

from random import Random
from typing import Protocol

import msgspec


class Step(msgspec.Struct, frozen=True):
    """One thing that is done to the code under test: what it is, and the bytes it is done with."""

    about: str
    data: bytes = b""


HANG_S = 30.0
"""A case that takes longer by the wall clock, on a busy machine: then the child is asked where it is, and killed."""

Case = tuple[Step, ...]
"""One input; all of it is made before any of it is run, so that it can be kept, cut down and run again."""


class CaseBounds(msgspec.Struct, frozen=True, kw_only=True):
    """What no input may exceed, and no number of them."""

    slow_floor_s: float = 0.5
    slow_times: float = 60.0
    """A case may take so much processor time, and so many times the median of cases of its size."""
    grows_mib: float = 48.0
    """Memory held after the warm-up, however many cases follow."""
    peak_mib: float = 256.0
    """Memory that any one case may take for a moment."""
    objects: int = 60_000
    """Python objects after the warm-up, however many cases follow."""
    log_bytes: float = 4000.0
    """In the log, for one case on average."""
    log_case_bytes: int = 100_000
    """In the log, for any one case."""
    files: int = 300
    """In the target's folder at any time, however many cases came before."""
    disk_mib: float = 128.0


class Broken(AssertionError):
    """A promise that does not hold."""


class FuzzTarget(Protocol):
    """One edge of the program. Made in a process of its own, in an empty folder."""

    bounds: CaseBounds

    def make(self, random: Random) -> Case:
        """Returns the next input; the same for the same random numbers."""
        ...

    def run(self, case: Case) -> None:
        """Feeds it to the real code. Raises Broken, or whatever reaches the caller: both are findings."""
        ...

    def pids(self) -> tuple[int, ...]:
        """Returns the processes whose memory counts beside this one."""
        ...

    def close(self) -> None:
        """Ends what it started."""
        ...


class FuzzFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must not be, with the input that does it."""

    target: str
    kind: str
    """raised, broken, logged, hang, slow, grows, died"""
    signature: str
    """Tells it from others: the exception and where it was raised, or the promise."""
    number: int
    seed: str
    case: Case
    trace: str


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What one child did."""

    cases: int = 0
    seconds: float = 0.0
    steps: int = 0
    median_s: float = 0.0
    slowest_s: float = 0.0
    grew_mib: float = 0.0
    peak_mib: float = 0.0
    grew_objects: int = 0
    log_bytes: float = 0.0
    """A case."""
    files: int = 0
    disk_mib: float = 0.0


Event = FuzzFinding | Measured


class FuzzOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a child is to do."""

    target: str
    seed: str
    first: int
    """The number of its first case."""
    most: int
    """So many cases at most; 0: as many as there is time for."""
    seconds: float
    folder: str
    replay: Case | None = None
    """Runs this one in place of made ones."""


def random_of(seed: str, number: int) -> Random:
    """Returns the random numbers of one case: it needs none of those before it."""
    return Random(f"{seed}/{number}")
