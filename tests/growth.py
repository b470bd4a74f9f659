"""How much longer a piece of work takes when its input grows: a ratio from one run, of the thread's own time."""

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, factor: int, *, tries: int = 5) -> float:
    """Returns time for `factor` × `size` over time for `size`, the best of some tries each: `factor` when linear."""
    best: dict[int, float] = {size: float("inf"), size * factor: float("inf")}
    for _ in range(tries):
        for n in (size, size * factor):
            began = time.thread_time()
            work(n)
            best[n] = min(best[n], time.thread_time() - began)
    return best[size * factor] / max(best[size], 1e-6)
