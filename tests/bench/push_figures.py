"""What is made of the moments of pushes: how long each step took, and of many pushes the median, p95 and the longest.

Rule: pure; moments are monotonic seconds of one machine.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

import msgspec

GOALS = {"normal": 1.0, "emergency": 0.5}
"""Seconds from the call to the first frame, 95 of 100 times."""
STEPS = (
    "sign and write", "head to the broker", "heard", "verified", "fetched", "staged", "composed", "item's end", "shown",
)  # fmt: skip
"""In order; together they are the whole."""
Told = Mapping[tuple[int, str], float]


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One push, with all its moments."""

    number: int
    called: float
    written: float
    said: float
    """The broker has acknowledged the head."""
    out: float
    """A subscriber beside the screen has it."""
    heard: float = 0.0
    verified: float = 0.0
    fetched: float = 0.0
    staged: float = 0.0
    program: float = 0.0
    """The loop has the program with it."""
    started: float = 0.0
    """The stage was told to show it, as soon as it is decoded."""
    shown: float = 0.0

    def seen(self, line: Mapping[str, float | str]) -> "Push":
        """Adds what the trace says of its first frame."""
        program, due, now = (float(line[key]) for key in ("program", "due", "now"))
        return msgspec.structs.replace(self, program=program, started=due, shown=now)

    def is_told(self, told: Told) -> bool:
        """Whether its receipts are there."""
        return any((self.number, step) in told for step in ("shown", "withdrawn"))

    def told(self, told: Told, *, withdrawn: bool) -> "Push":
        """Adds what the receipts say; of a withdrawal there is one, told when it leaves the air."""
        if withdrawn:
            at = told[self.number, "withdrawn"]
            return msgspec.structs.replace(self, heard=self.out, verified=at, fetched=at, staged=at)
        moments = {step: told[self.number, step] for step in ("heard", "verified", "fetched", "staged")}
        return msgspec.structs.replace(self, **moments)

    def steps(self) -> dict[str, float]:
        """Gives the seconds of each step, of the whole, and of what begins with the head."""
        marks = (
            self.called, self.written, self.out, self.heard, self.verified, self.fetched, self.staged, self.program,
            self.started, self.shown,
        )  # fmt: skip
        found = {name: after - before for name, (before, after) in zip(STEPS, pairwise(marks), strict=True)}
        whole = self.shown - self.called
        return found | {
            "all": whole,
            "without the item's end": whole - found["item's end"],
            "from the head": self.shown - self.out,
            "acknowledged": self.said - self.written,
        }


def summed(pushes: Sequence[Push]) -> dict[str, dict[str, float]]:
    """Gives median, p95 and longest of each step."""
    told = [push.steps() for push in pushes]
    found = {}
    for name in told[0]:
        values = sorted(each[name] for each in told)
        p95 = values[max(0, -(-95 * len(values) // 100) - 1)]
        found[name] = {"median": median(values), "p95": p95, "max": values[-1]}
    return found


def render(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Sets the figures in columns, in milliseconds."""
    lines = [f"{'ms: median / p95 / max':24}" + "".join(f"{name:>24}" for name in figures)]
    for key in ("all", "without the item's end", "from the head", *STEPS, "acknowledged"):
        cells = "".join(f"{_cell(figure[key]):>24}" for figure in figures.values())
        lines.append(f"{key:24}{cells}")
    goals = "".join(f"{_goal(name, figure):>24}" for name, figure in figures.items())
    return "\n".join([*lines, f"{'goal of p95':24}{goals}"])


def _cell(each: Mapping[str, float]) -> str:
    return " / ".join(f"{each[key] * 1000:.0f}" for key in ("median", "p95", "max"))


def _goal(name: str, figure: Mapping[str, Mapping[str, float]]) -> str:
    goal = GOALS.get(name)
    if goal is None:
        return "–"
    return f"≤ {goal * 1000:.0f}: {'yes' if figure['all']['p95'] <= goal else 'NO'}"
