"""Which time is gone by, whatever the clocks say."""

import pytest

from signage.trusted_time import (
    DAY_S,
    MOST_SYNCHRONISED_S,
    STEADY_S,
    ClockReading,
    SavedTime,
    TimeKnowledge,
    answered,
    begun,
    believed_s,
    least_s,
    observed,
    saved,
    signed,
    told_by_hand,
)
from tests.signage.clock_stories import BUILD_S, YEAR_1970_S, YEAR_2036_S, YEAR_2039_S, stories

TRUE_S = BUILD_S + 20 * DAY_S
"""The true time at `up_s` 0 in these tests."""


class Machine:
    """A machine in true time, whose clock on the wall can be set."""

    def __init__(self, kept: SavedTime | None = None, *, up_s: float = 100.0, boot: str = "one") -> None:
        self.up_s, self.boot = up_s, boot
        self.wrong_s, self.synchronised = 0.0, False
        self.known: TimeKnowledge = begun(BUILD_S, kept, up_s, boot)

    def set(self, wrong_s: float = 0.0, *, synchronised: bool = False, to_s: float | None = None) -> "Machine":
        self.wrong_s = wrong_s if to_s is None else to_s - TRUE_S - self.up_s
        self.synchronised = synchronised
        return self.look()

    def look(self) -> "Machine":
        wall_s = TRUE_S + self.up_s + self.wrong_s
        self.known = observed(self.known, ClockReading(self.up_s, wall_s, self.synchronised))
        return self

    def wait(self, seconds: float, every_s: float = 10.0) -> "Machine":
        ends = self.up_s + seconds
        while self.up_s < ends:
            self.up_s = min(ends, self.up_s + every_s)
            self.look()
        return self

    def restarted(self, off_s: float = 60.0) -> "Machine":
        """The machine after it was switched off and on; its wall clock is not looked at yet."""
        return Machine(saved(self.known, self.up_s, self.boot), up_s=self.up_s + off_s, boot=self.boot + "+")

    @property
    def error_s(self) -> float:
        """By how much records are dated wrongly."""
        return round(believed_s(self.known, self.up_s) - TRUE_S - self.up_s, 3)


@pytest.mark.parametrize(("synchronised", "quality"), [(True, "ntp"), (None, "rtc"), (False, "unsynced")])
def test_a_wall_clock_that_may_be_right_is_gone_by_and_its_quality_said(
    synchronised: bool | None, quality: str
) -> None:
    known = observed(begun(BUILD_S, None, 5.0, "b"), ClockReading(5.0, TRUE_S, synchronised))
    assert (believed_s(known, 5.0), known.quality) == (TRUE_S, quality)


def test_a_time_before_this_was_made_is_never_gone_by() -> None:
    known = observed(begun(BUILD_S, None, 5.0, "b"), ClockReading(5.0, YEAR_1970_S, True))
    assert (believed_s(known, 65.0), known.quality) == (BUILD_S + 60, "unsynced")


@pytest.mark.parametrize("synchronised", [True, False])
@pytest.mark.parametrize("year_s", [YEAR_2036_S, YEAR_2039_S])
@pytest.mark.parametrize("first", [True, False])
def test_one_run_in_a_far_year_is_over_when_the_clock_is_right_again(
    first: bool, year_s: float, synchronised: bool
) -> None:
    before = Machine() if first else Machine().set().wait(1000).restarted()
    after = before.set(to_s=year_s, synchronised=synchronised).wait(2000).restarted()
    assert after.set().error_s == 0, "at once, and nobody vouches for it"


def test_a_known_screen_does_not_go_to_a_far_year_at_all() -> None:
    kept = Machine().set(synchronised=True).wait(1000).restarted()
    assert kept.set(to_s=YEAR_2036_S).wait(4000).error_s == -60, "only the time that it was off is missing"
    assert kept.set(to_s=YEAR_2036_S, synchronised=True).wait(4000).error_s == -60
    assert kept.set(synchronised=True).error_s == 0


def test_a_screen_from_the_store_believes_a_synchronised_clock_after_a_day() -> None:
    kept = Machine().set(synchronised=True).wait(1000).restarted(off_s=600 * DAY_S).set(synchronised=True)
    assert kept.error_s == -600 * DAY_S
    assert kept.wait(DAY_S + 60, every_s=60).error_s == 0


def test_a_screen_from_the_store_believes_it_at_once_when_the_office_signed_that_time() -> None:
    kept = Machine().set(synchronised=True).wait(1000).restarted(off_s=600 * DAY_S).set(synchronised=True).wait(30)
    kept.known = signed(kept.known, "timestamp", "key", 7, TRUE_S + kept.up_s - 3000, kept.up_s)
    assert kept.look().error_s == 0


def test_the_clock_in_1970_for_a_moment_changes_nothing_that_was_known() -> None:
    machine = Machine().set(synchronised=True).wait(1000)
    before = saved(machine.known, machine.up_s, "one")
    machine.set(to_s=YEAR_1970_S).wait(30)
    assert (machine.error_s, machine.known.quality) == (0, "unsynced")
    after = saved(machine.known, machine.up_s, "one")
    assert (after.at_ms - before.at_ms, after.confirmed_ms - before.confirmed_ms) == (30_000, 30_000)
    assert machine.set(synchronised=True).known.quality == "ntp"


@pytest.mark.parametrize("wrong_s", [20 * DAY_S, -15 * DAY_S, 3 * 3600.0, -3 * 3600.0])
def test_what_was_synchronised_is_not_given_up_for_a_clock_that_is_not(wrong_s: float) -> None:
    machine = Machine().set(synchronised=True).wait(1000).set(wrong_s).wait(3000)
    assert (machine.error_s, machine.known.quality) == (0, "unsynced")


def test_of_two_synchronised_clocks_the_newer_one_is_believed_after_a_while() -> None:
    machine = Machine().set(30 * DAY_S, synchronised=True).wait(1000)
    assert machine.error_s == 30 * DAY_S
    machine.set(0.0, synchronised=True).wait(STEADY_S - 20)
    assert machine.error_s == 30 * DAY_S
    assert machine.wait(30).error_s == 0
    assert machine.known.why == "synchronised"
    assert least_s(machine.known, machine.up_s) <= TRUE_S + machine.up_s, "the floor came down with it"


def test_a_process_that_begins_anew_goes_on_where_the_other_one_was() -> None:
    machine = Machine().set(synchronised=True).wait(1000)
    again = Machine(saved(machine.known, machine.up_s, "one"), up_s=machine.up_s + 500)
    assert again.set(to_s=YEAR_1970_S).error_s == 0, "the clock that never steps has gone on meanwhile"


def test_the_time_off_is_added_by_any_clock_that_says_so() -> None:
    machine = Machine().set(synchronised=True).wait(1000).restarted(off_s=9 * 3600)
    assert machine.error_s == -9 * 3600
    assert machine.set().error_s == 0


@pytest.mark.parametrize("step_s", [-20.0, -1.0, -110.0])
def test_a_small_step_back_makes_time_slower_and_never_has_it_twice(step_s: float) -> None:
    machine = Machine().set(-step_s, synchronised=True).wait(1000)
    last_s = believed_s(machine.known, machine.up_s)
    machine.set(0.0, synchronised=True)
    for _ in range(int(-step_s * 20) + 5):
        machine.wait(0.1, every_s=0.1)
        now_s = believed_s(machine.known, machine.up_s)
        assert now_s > last_s
        last_s = now_s
    assert machine.error_s == 0


def test_a_small_step_forward_is_taken_at_once() -> None:
    assert Machine().set(-20.0, synchronised=True).wait(1000).set(0.0, synchronised=True).error_s == 0


def test_it_is_never_earlier_than_the_office_signed() -> None:
    machine = Machine().set(-3 * DAY_S)
    machine.known = signed(machine.known, "timestamp", "key", 1, TRUE_S + machine.up_s - 50, machine.up_s)
    assert machine.error_s == -50
    assert machine.wait(3000).error_s == -50, "the wall clock cannot be right"
    assert machine.restarted(off_s=0).error_s == -50


def test_an_office_in_2036_is_not_believed() -> None:
    machine = Machine().set()
    machine.known = signed(machine.known, "timestamp", "key", 1, YEAR_2036_S, machine.up_s)
    assert machine.wait(20).error_s == 0
    assert least_s(machine.known, machine.up_s) < TRUE_S + machine.up_s


def test_what_an_office_signs_later_takes_back_what_it_signed_with_a_wrong_clock() -> None:
    machine = Machine().set()
    machine.known = signed(machine.known, "timestamp", "key", 1, TRUE_S + 200 * DAY_S, machine.up_s)
    assert machine.look().error_s == 200 * DAY_S - machine.up_s
    machine.known = signed(machine.known, "timestamp", "key", 2, TRUE_S + machine.up_s, machine.up_s)
    assert machine.look().error_s == 0


def test_a_command_that_says_an_earlier_time_takes_nothing_back_unless_it_answers() -> None:
    machine = Machine().set(-3 * DAY_S)
    machine.known = signed(machine.known, "command", "key", 1, TRUE_S + DAY_S, machine.up_s)
    machine.known = signed(machine.known, "command", "key", 2, TRUE_S - 3600, machine.up_s)
    assert least_s(machine.known, machine.up_s) == TRUE_S + DAY_S
    machine.known = answered(machine.known, "key", TRUE_S + machine.up_s, machine.up_s - 5, machine.up_s)
    assert least_s(machine.known, machine.up_s) == TRUE_S + machine.up_s


def test_an_older_document_takes_nothing_back() -> None:
    machine = Machine().set(-3 * DAY_S)
    machine.known = signed(machine.known, "timestamp", "key", 5, TRUE_S, machine.up_s)
    machine.known = signed(machine.known, "timestamp", "key", 4, TRUE_S - 9 * DAY_S, machine.up_s)
    assert least_s(machine.known, machine.up_s) == TRUE_S


def test_a_document_that_was_held_back_does_not_make_it_earlier() -> None:
    machine = Machine().set(synchronised=True)
    machine.known = signed(machine.known, "command", "key", 5, TRUE_S, machine.up_s)
    machine.wait(9000, every_s=300)
    machine.known = signed(machine.known, "command", "key", 6, TRUE_S + 60, machine.up_s)
    assert least_s(machine.known, machine.up_s) >= TRUE_S + 8900


def test_what_a_former_key_signed_counts_no_more() -> None:
    machine = Machine().set()
    machine.known = signed(machine.known, "timestamp", "stolen", 2**40, TRUE_S + 300 * DAY_S, machine.up_s)
    machine.known = signed(machine.known, "timestamp", "new", 1, TRUE_S, machine.up_s)
    assert machine.look().error_s == 0


def test_an_answer_of_the_office_brings_back_a_clock_that_is_ahead() -> None:
    machine = Machine().set(to_s=YEAR_2039_S).wait(100)
    assert machine.error_s > 9 * 365 * DAY_S
    machine.known = answered(machine.known, "key", TRUE_S + machine.up_s - 3, machine.up_s - 8, machine.up_s)
    assert 0 <= machine.error_s <= 8
    assert machine.wait(3000).error_s <= 8, "and the clock on the wall is not believed again"
    assert machine.known.why == "answered"


def test_a_synchronised_clock_is_not_put_wrong_by_an_office_that_is_behind() -> None:
    machine = Machine().set(synchronised=True).wait(1000)
    machine.known = answered(machine.known, "key", TRUE_S + machine.up_s - 3600, machine.up_s - 5, machine.up_s)
    assert machine.wait(1000).error_s == 0


def test_a_person_at_the_machine_can_say_that_its_clock_is_right() -> None:
    machine = Machine().set(60 * DAY_S, synchronised=True).wait(1000).restarted().set().wait(2000)
    assert machine.error_s == 60 * DAY_S - 60
    machine.known = told_by_hand(machine.known, ClockReading(machine.up_s, TRUE_S + machine.up_s, False))
    assert machine.wait(100).error_s == 0
    assert machine.restarted(off_s=0).set().error_s == 0


def test_a_synchronised_clock_raises_the_floor_so_far_and_not_at_once() -> None:
    machine = Machine().set().wait(1000).restarted()
    ahead_s = MOST_SYNCHRONISED_S / 2
    machine.set(ahead_s, synchronised=True).wait(STEADY_S - 20)
    assert least_s(machine.known, machine.up_s) < TRUE_S
    assert least_s(machine.wait(60).known, machine.up_s) == TRUE_S + machine.up_s + ahead_s
    far = Machine().set().wait(1000).restarted().set(2 * MOST_SYNCHRONISED_S, synchronised=True).wait(DAY_S / 2, 60)
    assert least_s(far.known, far.up_s) < TRUE_S + far.up_s, "a time server that lies expires nothing for a day"


def test_a_machine_that_first_runs_this_a_year_later_knows_the_time_after_five_minutes_of_synchronisation() -> None:
    year_s = 365 * DAY_S
    machine = Machine().set(year_s, synchronised=True).wait(STEADY_S + 20).restarted()
    assert machine.set(year_s - 30 * DAY_S).error_s == pytest.approx(year_s - 60, abs=1)
    off_at_night = machine.set(year_s, synchronised=True).wait(STEADY_S + 20)
    for _ in range(300):
        off_at_night = off_at_night.restarted(off_s=DAY_S / 2).set(year_s, synchronised=True).wait(DAY_S / 2, 3600)
    assert least_s(off_at_night.known, off_at_night.up_s) == TRUE_S + off_at_night.up_s + year_s


@pytest.mark.parametrize("at_ms", [-(2**62), 0, 2**62, 253_402_300_799_000])
def test_nonsense_that_was_kept_is_nothing(at_ms: int) -> None:
    kept = SavedTime(at_ms=at_ms, up_ms=at_ms, boot="one", worth=99, counted_ms=at_ms, confirmed_ms=at_ms)
    assert Machine(kept).set().error_s == 0


def test_no_random_story_of_clocks_ends_in_a_time_that_better_evidence_contradicts() -> None:
    assert [fault for story in stories(1000, first=20_000) for fault in story.faults] == []


@pytest.mark.slow
def test_ten_thousand_random_stories_of_clocks_hold() -> None:
    assert [fault for story in stories(10_000) for fault in story.faults] == []
