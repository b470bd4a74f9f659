"""The clock of a sound stays with what is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.stage.sound_clock import MISSED_S, SLEW_S, STALL_S, SoundClock

CHUNK_S = 8192 / 48_000
BUFFER_S = 1024 / 48_000


@given(
    really=st.floats(0.0, BUFFER_S),
    looks=st.lists(st.floats(0.004, 0.06), min_size=150, max_size=200),
    drift=st.floats(-200e-6, 200e-6),
)
def test_the_clock_stays_within_20_ms_of_the_sound_however_the_looks_fall(
    really: float, looks: list[float], drift: float
) -> None:
    """`really` is when the first chunk was mixed; the card's crystal may be off by 200 ppm."""
    clock = SoundClock(0.0, 0.0)
    chunk = CHUNK_S * (1 + drift)
    clock.given(CHUNK_S * 1000)
    clock.started(0.0, BUFFER_S)
    now, playing = 0.0, 0
    for pause in looks:
        before, now = now, now + pause
        while really + (playing + 1) * chunk <= now:
            playing += 1
            clock.moved(before, now, CHUNK_S)
        heard = max(0.0, now - really) / (1 + drift)
        assert abs(clock.position_s(now) - heard) <= 0.02 + 1e-6


@given(really=st.floats(0.0, BUFFER_S), looks=st.lists(st.floats(0.004, 0.06), min_size=50, max_size=80))
def test_no_look_moves_the_clock_so_far_that_a_picture_would_stand_too_long_or_too_short(
    really: float, looks: list[float]
) -> None:
    clock = SoundClock(0.0, 0.0)
    clock.given(CHUNK_S * 1000)
    clock.started(0.0, BUFFER_S)
    now, playing, told = 0.0, 0, clock.position_s(0.0)
    for pause in looks:
        before, now = now, now + pause
        while really + (playing + 1) * CHUNK_S <= now:
            playing += 1
            clock.moved(before, now, CHUNK_S)
        position = clock.position_s(now)
        assert playing == 0 or position - told == pytest.approx(pause, abs=SLEW_S + 1e-9)
        told = position


@given(really=st.floats(0.0, 0.3), looks=st.lists(st.floats(0.004, 0.03), min_size=150, max_size=200))
def test_a_device_that_began_later_than_it_should_is_found_out(really: float, looks: list[float]) -> None:
    clock = SoundClock(0.0, 0.0)
    clock.given(CHUNK_S * 1000)
    clock.started(0.0, BUFFER_S)
    now, playing = 0.0, 0
    for pause in looks:
        before, now = now, now + pause
        while really + (playing + 1) * CHUNK_S <= now:
            playing += 1
            clock.moved(before, now, CHUNK_S)
    if playing >= 2:
        later = now + 0.5
        assert clock.position_s(later) == pytest.approx(later - really, abs=0.03)


@given(really=st.floats(0.0, BUFFER_S), frame_s=st.sampled_from([1 / 60, 1 / 30, 0.04]), drift=st.floats(-0.007, 0.007))
def test_looks_where_a_chunk_is_expected_to_give_way_keep_even_a_bad_device_within_8_ms(
    really: float, frame_s: float, drift: float
) -> None:
    clock = SoundClock(0.0, 0.0)
    chunk = CHUNK_S * (1 + drift)
    clock.given(CHUNK_S * 1000)
    clock.started(0.0, BUFFER_S)
    now, playing, frame = 0.0, 0, frame_s
    while now < 20:
        turn = clock.turns_at(CHUNK_S)
        assert turn is not None
        before, now = now, min(look for look in (frame, turn - 0.003, turn + 0.003) if look > now)
        frame = frame + frame_s if now == frame else frame
        while really + (playing + 1) * chunk <= now:
            playing += 1
            clock.moved(before, now, CHUNK_S)
        assert now < 5 or abs(clock.position_s(now) - (now - really) / (1 + drift)) <= 0.008


def test_the_clock_stands_still_until_sound_comes_and_never_goes_back() -> None:
    clock = SoundClock(10.0, 0.02)
    assert clock.position_s(10.3) == 0.0
    clock.given(1.0)
    clock.started(10.3, 0.02)
    assert clock.position_s(10.81) == pytest.approx(0.48)
    assert clock.position_s(10.5) == pytest.approx(0.48)


def test_the_clock_does_not_run_ahead_of_the_sound_that_was_given() -> None:
    clock = SoundClock(0.0, 0.0)
    clock.given(0.17)
    clock.started(0.0, 0.0)
    clock.ran_dry(0.2, 0.17)
    assert clock.position_s(5.0) == pytest.approx(0.17)
    clock.given(0.17)
    clock.started(5.0, 0.0)
    assert clock.position_s(5.1) == pytest.approx(0.27)


def test_a_sound_that_is_over_lets_time_carry_on() -> None:
    clock = SoundClock(0.0, 0.0)
    clock.given(1.0)
    clock.started(0.0, 0.0)
    clock.ran_dry(1.0, 1.0)
    clock.over()
    assert clock.position_s(3.0) == pytest.approx(3.0)


def test_a_sound_that_never_comes_is_given_up_so_that_the_picture_goes_on() -> None:
    clock = SoundClock(0.0, 0.0)
    assert not clock.is_stalled(STALL_S * 0.9)
    assert clock.is_stalled(STALL_S * 1.1)
    clock.over()
    assert clock.position_s(2.0) == pytest.approx(2.0)


def in_crumbs(missing_s: float, crumb_s: float) -> float:
    """Returns how much time a sound of 10 s takes that comes in crumbs, each after it was missing for a while."""
    clock, now = SoundClock(0.0, 0.0), 0.0
    while clock.position_s(now) < 10.0 and now < 10_000.0:
        if clock.is_stalled(now):
            clock.over()
        clock.given(crumb_s)
        clock.started(now, 0.0)
        now += crumb_s
        clock.ran_dry(now, crumb_s)
        now += missing_s
    return now


def test_a_sound_that_comes_in_crumbs_does_not_make_an_item_last_for_hours() -> None:
    assert in_crumbs(0.4, 0.01) < 10.0 + MISSED_S + 3.0


def test_a_sound_that_is_late_now_and_then_is_still_waited_for() -> None:
    assert in_crumbs(0.05, 1.0) == pytest.approx(10.5, abs=0.1)
