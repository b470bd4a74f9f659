"""Cuts an input down to what is needed to find the same thing again, for a few seconds."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.fuzz.case import Case, Step

FOR_S = 4.0
T = TypeVar("T")


def shrunk(case: Case, is_found: Callable[[Case], bool], for_s: float = FOR_S) -> Case:
    """Returns the case with steps and bytes left out, as long as `is_found` says yes; itself when it does not now."""
    until = time.monotonic() + for_s
    if not is_found(case):
        return case
    steps = _fewer(list(case), lambda kept: bool(kept) and is_found(tuple(kept)), until)
    for n, step in enumerate(steps):
        rest = steps[:n], steps[n + 1 :]

        def holds(kept: list[int], step: Step = step, rest: tuple[list[Step], list[Step]] = rest) -> bool:
            return is_found((*rest[0], Step(step.about, bytes(kept)), *rest[1]))

        steps[n] = Step(step.about, bytes(_fewer(list(step.data), holds, until)))
    return tuple(steps)


def _fewer(things: list[T], holds: Callable[[list[T]], bool], until: float) -> list[T]:
    size = max(1, len(things) // 2)
    while things and time.monotonic() < until:
        at, left_out = 0, False
        while at < len(things) and time.monotonic() < until:
            kept = things[:at] + things[at + size :]
            if holds(kept):
                things, left_out = kept, True
            else:
                at += size
        if size == 1 and not left_out:
            break
        size = max(1, size // 2) if not left_out else min(size, max(1, len(things) // 2))
        if size == 0:
            break
    return things
