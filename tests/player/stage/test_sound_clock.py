"""The clock of a sound stays with what is heard, and never waits for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.stage.sound_clock import MISSED_S, STALL_S, SoundClock


def bound(given_s: float = 1000.0, zero: float = 0.0) -> SoundClock:
    """Returns a clock that follows a device, on which position 0 was heard at `zero`."""
    clock = SoundClock(0.0, 0.0)
    clock.bind(0.0)
    clock.given(given_s)
    clock.look(0.0, is_dry=False)
    clock.heard_from(zero)
    return clock


def test_the_clock_waits_at_its_beginning_until_sound_comes_and_never_goes_back() -> None:
    clock = SoundClock(10.0, 0.03)
    clock.bind(10.0)
    assert clock.position_s(10.0) == pytest.approx(-0.03)
    assert clock.position_s(10.3) == 0.0
    clock.given(1.0)
    clock.heard_from(10.3)
    assert clock.position_s(10.8) == pytest.approx(0.5)
    clock.heard_from(10.6)
    assert clock.position_s(10.9) == pytest.approx(0.5)


def test_the_clock_does_not_run_ahead_of_the_sound_that_was_given() -> None:
    clock = bound(given_s=0.17)
    assert clock.position_s(5.0) == pytest.approx(0.17)
    clock.given(0.17)
    clock.heard_from(4.83)
    assert clock.position_s(5.1) == pytest.approx(0.27)


@given(at=st.floats(0.0, 100.0), away_s=st.floats(0.0, 100.0))
def test_a_device_that_goes_and_comes_back_leaves_time_as_it_is(at: float, away_s: float) -> None:
    clock = bound()
    before = clock.position_s(at)
    clock.free(at)
    assert clock.position_s(at) == pytest.approx(before)
    assert clock.position_s(at + away_s) == pytest.approx(before + away_s)
    clock.bind(at + away_s)
    assert clock.position_s(at + away_s) == pytest.approx(before + away_s)


def test_a_sound_that_is_over_lets_time_carry_on_behind_its_last_sample() -> None:
    clock = bound(given_s=1.0)
    clock.over()
    assert clock.position_s(0.5) == pytest.approx(0.5)
    assert clock.position_s(3.0) == pytest.approx(3.0)


def test_a_sound_that_never_comes_is_given_up_so_that_the_picture_goes_on() -> None:
    clock = SoundClock(0.0, 0.0)
    clock.bind(0.0)
    assert not clock.is_stalled(STALL_S * 0.9)
    assert clock.is_stalled(STALL_S * 1.1)
    clock.free(1.0)
    assert not clock.is_stalled(5.0)
    assert clock.position_s(3.0) == pytest.approx(2.0)


def in_crumbs(missing_s: float, crumb_s: float) -> float:
    """Returns how much time a sound of 10 s takes that comes in crumbs, each after it was missing for a while."""
    clock, now, played = SoundClock(0.0, 0.0), 0.0, 0.0
    clock.bind(0.0)
    while clock.position_s(now) < 10.0 and now < 10_000.0:
        if clock.is_stalled(now):
            clock.free(now)
        clock.given(crumb_s)
        clock.heard_from(now - played)
        clock.look(now, is_dry=False)
        now, played = now + crumb_s, played + crumb_s
        clock.look(now, is_dry=True)
        now += missing_s
    return now


def test_a_sound_that_comes_in_crumbs_does_not_make_an_item_last_for_hours() -> None:
    assert in_crumbs(0.4, 0.01) < 10.0 + MISSED_S + 3.0


def test_a_sound_that_is_late_now_and_then_is_still_waited_for() -> None:
    assert in_crumbs(0.05, 1.0) == pytest.approx(10.5, abs=0.1)
