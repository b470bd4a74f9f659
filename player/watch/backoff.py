"""How long to wait before what died is started again.

Rule: pure.
"""

PAUSES_S = (0.0, 1.0, 2.0, 5.0, 10.0)
LEFT_PAUSES_S = (0.0, 5.0, 30.0, 120.0, 600.0)
"""After one that could not be ended: each keeps its memory until the disk or share that it waits for answers."""
HEALTHY_S = 60.0
"""What lived so long died of something new."""


def next_deaths(deaths: int, lived_s: float) -> int:
    """Gives the count of early deaths in a row after one more, which lived for `lived_s`."""
    return 1 if lived_s >= HEALTHY_S else deaths + 1


def pause_s(deaths: int) -> float:
    """Gives how long to wait after so many early deaths in a row; the first start again is at once."""
    return PAUSES_S[min(max(deaths - 1, 0), len(PAUSES_S) - 1)]


def pause_after_left_s(left: int) -> float:
    """Returns how long to wait when so many that were killed are still there."""
    return LEFT_PAUSES_S[min(max(left, 1), len(LEFT_PAUSES_S)) - 1]
