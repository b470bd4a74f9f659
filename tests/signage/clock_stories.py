"""Random stories of a machine, its clocks and its office, and what has to hold in each of them.

A story is told in true time. The machine is switched on and off, its process begins anew, its clock on the wall stands
in 1970 or 2036 or somewhere else, is synchronised or says so, jumps and comes back; an office that has the right time
signs documents, some of which arrive late, and answers. What is judged is what a record would be dated by.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

import msgspec

from signage.trusted_time import (
    MOST_BEYOND_S,
    NEAR_S,
    OFFICE_SLACK_S,
    ClockReading,
    SavedTime,
    TimeKnowledge,
    answered,
    begun,
    believed_s,
    hard_least_s,
    least_s,
    observed,
    saved,
    signed,
)

BUILD_S = 1_795_392_000.0  # 2026-11-23
DAY_S = 86_400.0
YEAR_1970_S, YEAR_2036_S, YEAR_2039_S = 3_600.0, 2_086_000_000.0, 2_180_000_000.0
MOST_WRONG_S = 600.0
"""For longer no record may be dated by a time that better evidence contradicts."""
SKEW_S = 2.0
MOST_ANSWER_S = 40.0
LOOKS = (0.0, 1.0, 20.0, 60.0, 120.0, 240.0, 310.0, 420.0, 540.0, 590.0, 601.0, 900.0, 3_600.0)


class WallClock(msgspec.Struct):
    """A clock on the wall: wrong by so much, and what the system says of it."""

    wrong_s: float = 0.0
    synchronised: bool | None = False


class Story(msgspec.Struct):
    """One machine and all that happens to it; what is wrong with it is in `faults`."""

    seed: int
    does_lie: bool
    """Whether a clock that is wrong may say that it is synchronised."""
    true_s: float = BUILD_S + 10 * DAY_S
    up_s: float = 50.0
    boot: int = 1
    wall: WallClock = msgspec.field(default_factory=WallClock)
    kept: SavedTime | None = None
    known: TimeKnowledge | None = None
    newest_signed_s: float = 0.0
    """Of what arrived."""
    number: int = 0
    right_since_s: float | None = None
    """Since when, in true time, the wall clock has been right."""
    vouched_since_s: float | None = None
    """The same, and synchronised."""
    is_known: bool = False
    """In this run of the system a right clock was synchronised for ten minutes, and none has lied since."""
    is_answered: bool = False
    """The office answered this process."""
    last_known_s: float = 0.0
    """When the true time was last known, and kept since."""
    has_lied: bool = False
    told: Counter[str] = msgspec.field(default_factory=Counter)
    faults: list[str] = msgspec.field(default_factory=list)

    def tell(self) -> "Story":
        """Runs the story to its end."""
        chance = random.Random(self.seed)
        self.true_s += chance.choice((0.0, 3 * DAY_S, 300 * DAY_S))
        self._begin()
        for _ in range(chance.randint(3, 14)):
            event = chance.choice(_EVENTS)
            self.told[event.__name__.strip("_")] += 1
            event(self, chance)
            for at_s in _looks(chance):
                self._pass(at_s)
                self._look()
        return self

    # What happens

    def _begin(self) -> None:
        self.known, self.is_answered = begun(BUILD_S, self.kept, self.up_s, str(self.boot)), False
        self._look()

    def _restart(self, chance: random.Random) -> None:
        self._pass(chance.choice((0.2, 3.0, 70.0)))
        self._begin()

    def _power_cycle(self, chance: random.Random) -> None:
        self.boot += 1
        self.true_s += chance.choice((20.0, 3_600.0, 9 * 3_600.0, 3 * DAY_S, 40 * DAY_S))
        self.up_s, self.right_since_s, self.vouched_since_s, self.is_known = 8.0, None, None, False
        self._set_wall(chance)
        self._begin()

    def _step(self, chance: random.Random) -> None:
        self._set_wall(chance)

    def _moment_in_the_wrong(self, chance: random.Random) -> None:
        was = self.wall
        self._set_wall(chance)
        self._look()
        self._pass(chance.choice((0.5, 5.0, 50.0)))
        self._look()
        self.wall = was

    def _come_right(self, chance: random.Random) -> None:
        self.wall = WallClock(chance.uniform(-0.5, 0.5), chance.choice((True, True, False, None)))

    def _sign(self, chance: random.Random) -> None:
        """A document arrives, signed now or some time ago."""
        assert self.known is not None
        at_s = max(self.true_s - chance.choice((0.0, 0.0, 200.0, 3 * DAY_S)), self.newest_signed_s)
        self.number += 1
        self.known = signed(self.known, "timestamp", "key", self.number, at_s, self.up_s)
        self.newest_signed_s = at_s

    def _answer(self, chance: random.Random) -> None:
        """The office answers what was sent a moment ago."""
        assert self.known is not None
        sent_up_s, took_s = self.up_s, chance.uniform(0.1, MOST_ANSWER_S)
        signed_s = self.true_s + took_s / 2
        self._pass(took_s)
        self.known = answered(self.known, "key", signed_s, sent_up_s, self.up_s)
        self.newest_signed_s, self.is_answered = signed_s, True
        self._look()

    def _set_wall(self, chance: random.Random) -> None:
        wrong_s = chance.choice(
            (
                YEAR_1970_S - self.true_s, YEAR_1970_S - self.true_s, YEAR_2036_S - self.true_s,
                YEAR_2039_S - self.true_s, 20.0, -20.0, 3_600.0, -3_600.0, 8 * 3_600.0, -8 * 3_600.0, 30 * DAY_S,
                -30 * DAY_S, chance.uniform(-2, 2) * 365 * DAY_S, 0.0,
            )
        )  # fmt: skip
        is_right = abs(wrong_s) <= SKEW_S
        says = chance.choice((True, False, None)) if is_right or self.does_lie else chance.choice((False, None))
        self.wall = WallClock(wrong_s, says)

    # How it is judged

    def _pass(self, seconds: float) -> None:
        self.true_s += seconds
        self.up_s += seconds

    def _look(self) -> None:
        assert self.known is not None
        reading = ClockReading(self.up_s, self.true_s + self.wall.wrong_s, self.wall.synchronised)
        self.known = observed(self.known, reading)
        self.kept = saved(self.known, self.up_s, str(self.boot))
        self._note_wall()
        self._judge(self.known)

    def _note_wall(self) -> None:
        is_right = abs(self.wall.wrong_s) <= SKEW_S
        if not is_right:
            self.right_since_s = None
        elif self.right_since_s is None:
            self.right_since_s = self.true_s
        if not (is_right and self.wall.synchronised):
            self.vouched_since_s = None
        elif self.vouched_since_s is None:
            self.vouched_since_s = self.true_s
        if self.wall.synchronised and not is_right:
            self.is_known, self.has_lied = False, True
        elif self._lasts(self.vouched_since_s):
            self.is_known = True
        if self.is_known:
            self.last_known_s = self.true_s

    def _lasts(self, since_s: float | None) -> bool:
        return since_s is not None and self.true_s - since_s > MOST_WRONG_S

    def _judge(self, known: TimeKnowledge) -> None:
        wrong_s = believed_s(known, self.up_s) - self.true_s
        is_dated_right = abs(wrong_s) <= NEAR_S
        if self._lasts(self.vouched_since_s) and abs(wrong_s) > 2 * SKEW_S:
            self._fault(f"a synchronised clock is right for ten minutes, records are wrong by {wrong_s:.0f} s")
        if self.is_known and not is_dated_right:
            self._fault(f"it was known in this run, records are wrong by {wrong_s:.0f} s")
        if not self.has_lied and self.true_s + wrong_s < self.last_known_s - NEAR_S:
            self._fault("what was known once is known no more")
        if self.is_answered and not self.has_lied and abs(wrong_s) > NEAR_S + MOST_ANSWER_S:
            self._fault(f"the office answered, records are wrong by {wrong_s:.0f} s")
        if not self.has_lied and self.last_known_s and wrong_s > 2 * MOST_BEYOND_S:
            self._fault(f"it was known once, and records are dated {wrong_s:.0f} s ahead")
        if self.true_s + wrong_s < self.newest_signed_s - OFFICE_SLACK_S:
            self._fault("records are dated before what the office signed")
        if self._lasts(self.right_since_s) and self._is_late(known):
            self._fault("the clock is right, and a command of now is refused as late")
        if self._lasts(self.right_since_s) and not self.has_lied and not is_dated_right:
            self._fault(f"the clock is right and no other lied, records are wrong by {wrong_s:.0f} s")
        if hard_least_s(known, self.up_s) > self.true_s + 1:
            self._fault("the floor is in the future")
        if not self.has_lied and least_s(known, self.up_s) > self.true_s + SKEW_S + 1:
            self._fault("what nobody lied about lies in the future")

    def _is_late(self, known: TimeKnowledge) -> bool:
        """As `signage.trust` judges a command that was issued this moment and is valid for two minutes."""
        at_s = believed_s(known, self.up_s) if known.quality != "unsynced" else hard_least_s(known, self.up_s)
        return at_s > self.true_s + 120

    def _fault(self, what: str) -> None:
        self.faults.append(f"story {self.seed}, after {sum(self.told.values())} events: {what}")


def stories(count: int, *, first: int = 0) -> Iterator[Story]:
    """Tells so many stories; in every second one, clocks that are wrong may say that they are synchronised."""
    for seed in range(first, first + count):
        yield Story(seed, does_lie=seed % 2 == 1).tell()


def _looks(chance: random.Random) -> Iterator[float]:
    """The pauses between looks at the clock, until the next thing happens."""
    until_s, last_s = chance.choice((5.0, 130.0, 700.0, 4_000.0)), 0.0
    for at_s in LOOKS:
        if at_s > until_s:
            return
        yield at_s - last_s
        last_s = at_s


_EVENTS = (
    Story._restart, Story._power_cycle, Story._step, Story._moment_in_the_wrong, Story._come_right, Story._come_right,
    Story._sign, Story._answer,
)  # fmt: skip


def _main(count: int) -> int:
    began_s = time.process_time()
    faults, told = [], Counter[str]()
    for story in stories(count):
        faults += story.faults
        told += story.told
    events = ", ".join(f"{name} {number}" for name, number in sorted(told.items()))
    sys.stdout.write(f"{count} stories in {time.process_time() - began_s:.1f} s of processor time: {events}\n")
    sys.stdout.write("\n".join(faults[:20]) + ("\n" if faults else "no faults\n"))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
