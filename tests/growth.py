"""How much longer a piece of work takes when its input grows: a ratio from one run, on any machine."""

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, factor: int, *, tries: int = 5) -> float:
    """Returns time for `factor` × `size` over time for `size`, the best of some tries each: `factor` when linear."""
    best: dict[int, float] = {size: float("inf"), size * factor: float("inf")}
    for _ in range(tries):
        for n in (size, size * factor):
            began = time.perf_counter()
            work(n)
            best[n] = min(best[n], time.perf_counter() - began)
    return best[size * factor] / max(best[size], 1e-6)
