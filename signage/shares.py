"""Smooth weighted round robin: turns in proportion to weights, spread evenly, so that nobody starves."""

from collections.abc import Sequence


def turn(weights: Sequence[int], credits: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """Gives whose turn it is and the credits after it.

    Each gains its weight, the richest has the turn and pays the sum of all. Credits that come from other days, with
    other weights, are first brought within that sum: in a steady state they never leave it, and nobody pays old debts
    for ever.
    """
    held = _earned(weights, credits)
    pick = max(range(len(held)), key=lambda i: (held[i], -i))
    return pick, paid(weights, credits, pick)


def paid(weights: Sequence[int], credits: Sequence[int], pick: int) -> tuple[int, ...]:
    """Gives the credits after a turn that went to `pick`, in its turn or out of it."""
    held = _earned(weights, credits)
    held[pick] -= sum(weights)
    return tuple(held)


def _earned(weights: Sequence[int], credits: Sequence[int]) -> list[int]:
    total = sum(weights)
    return [max(-total, min(total, c)) + w for w, c in zip(weights, credits, strict=True)]
