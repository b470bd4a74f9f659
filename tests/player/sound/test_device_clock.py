"""The device's clock stays with what is heard, however late the device is served."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.sound.device_clock import LOOKS, LOST_S, SLEW_S, DeviceClock

BUFFER_FRAMES, RATE_HZ = 1024, 48_000
BUFFER_S = BUFFER_FRAMES / RATE_HZ


@given(
    late=st.lists(st.floats(0.0, 0.02), min_size=60, max_size=120),
    drift=st.floats(-0.007, 0.007),
    began=st.floats(0.0, 1e6),
)
def test_the_clock_stays_within_20_ms_however_late_the_moments_are(
    late: list[float], drift: float, began: float
) -> None:
    clock = DeviceClock(RATE_HZ, 0.0)
    for n, late_s in enumerate(late):
        zero = clock.asked(began + n * BUFFER_S * (1 + drift) + late_s, BUFFER_FRAMES)
        really = began + n * BUFFER_S * drift
        assert abs(zero - really) <= 0.02 + 1e-6


@given(late=st.lists(st.floats(0.0, 0.03), min_size=20, max_size=60))
def test_no_moment_moves_the_clock_so_far_that_a_picture_would_stand_too_long(late: list[float]) -> None:
    clock, told = DeviceClock(RATE_HZ, 0.0), None
    for n, late_s in enumerate(late):
        zero = clock.asked(n * BUFFER_S + late_s, BUFFER_FRAMES)
        assert told is None or abs(zero - told) <= SLEW_S + 1e-9
        told = zero


@given(stood_s=st.floats(LOST_S * 1.1, 5.0))
def test_a_device_that_stood_still_for_a_while_is_found_out(stood_s: float) -> None:
    clock = DeviceClock(RATE_HZ, BUFFER_S)
    for n in range(20):
        clock.asked(n * BUFFER_S, BUFFER_FRAMES)
    for n in range(20, 20 + LOOKS):
        zero = clock.asked(n * BUFFER_S + stood_s, BUFFER_FRAMES)
    assert zero == pytest.approx(stood_s + BUFFER_S)
