"""A ticker's speed is what was asked, in whole pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.stage.ticker import Flow, Motion, em_px, length_px, pieces, seam, ticker_motion
from signage.layout import Box, Zone

SPEEDS = st.floats(20.0, 600.0)
EMS = st.integers(8, 400)


@given(em=EMS, chars_per_min=SPEEDS)
def test_without_vsync_the_speed_is_exact_at_no_more_than_60_steps_a_second(em: int, chars_per_min: float) -> None:
    motion = ticker_motion(em, chars_per_min, None)
    assert motion.speed_px_s == pytest.approx(em * chars_per_min / 60.0)
    assert motion.interval_s >= 1 / 60.0001
    assert motion.step_px >= 1


@given(em=EMS, chars_per_min=SPEEDS, hz=st.sampled_from([50.0, 59.94, 60.0, 75.0, 120.0, 144.0]))
def test_with_vsync_a_step_is_a_whole_number_of_refreshes(em: int, chars_per_min: float, hz: float) -> None:
    motion = ticker_motion(em, chars_per_min, hz)
    refreshes = motion.interval_s * hz
    assert refreshes == pytest.approx(round(refreshes))
    assert motion.interval_s >= 1 / 75.1
    wanted = em * chars_per_min / 60.0
    if wanted >= 60.0:
        assert motion.speed_px_s == pytest.approx(wanted, rel=0.34)


def test_with_vsync_one_step_a_refresh_is_preferred_when_it_is_near_enough() -> None:
    assert ticker_motion(60, 119.0, 60.0) == Motion(2, 1 / 60)


def test_70_characters_of_46_px_pass_in_a_minute() -> None:
    motion = ticker_motion(46, 70.0, None)
    assert 70 * 46 / motion.speed_px_s == pytest.approx(60.0)


def test_the_type_leaves_room_in_its_zone() -> None:
    assert em_px(Zone(name="t", box=Box(0, 0, 1280, 64))) == 46
    assert em_px(Zone(name="t", box=Box(0, 0, 100, 4))) == 8


@given(planned_s=st.floats(0.5, 600.0), em=EMS, chars_per_min=SPEEDS)
def test_a_strip_passes_in_its_planned_time_to_half_a_pixel(planned_s: float, em: int, chars_per_min: float) -> None:
    motion = ticker_motion(em, chars_per_min, None)
    assert abs(length_px(planned_s, motion) - planned_s * motion.speed_px_s) <= 0.5 + 1e-6


@given(start=st.integers(0, 10_000), around=st.integers(1, 300), part=st.floats(0, 1))
def test_pieces_follow_each_other_round_the_ring(start: int, around: int, part: float) -> None:
    length = max(1, round(part * around))
    flat = [place + n for place, _, size in pieces(start, length, around) for n in range(size)]
    assert flat == [(start + n) % around for n in range(length)]


def test_the_next_strip_follows_at_the_seam_and_enters_at_the_edge_when_the_seam_has_gone() -> None:
    assert seam(shown=100, width=50, ink_end=150, step_px=2) == 150
    assert seam(shown=101, width=50, ink_end=150, step_px=2) == 150
    assert seam(shown=120, width=50, ink_end=150, step_px=2) == 170


def test_the_flow_keeps_its_beat_when_it_goes_on_with_the_same_motion() -> None:
    flow = Flow(slack=0.0)
    flow.go(Motion(2, 0.1), 0.0)
    assert flow.step(0.25, None) is not None
    flow.go(Motion(2, 0.1), 0.25)
    assert flow.px == 4
    assert flow.next_step(0.25) == pytest.approx(0.3)


def test_steps_that_were_slept_through_are_counted() -> None:
    flow = Flow(slack=0.0)
    flow.go(Motion(1, 0.02), 0.0)
    step = flow.step(0.1, None)
    assert step is not None
    assert (flow.px, step.missed) == (5, 4)
    assert step.due == pytest.approx(0.1)


def test_the_line_waits_for_text_and_goes_on_without_a_jump() -> None:
    flow = Flow(slack=0.0)
    flow.go(Motion(3, 0.02), 0.0)
    flow.step(1.0, limit=10)
    assert flow.px == 9
    assert flow.step(2.0, limit=10) is None
    flow.step(2.02, limit=None)
    assert flow.px == 12


def test_a_line_that_was_halted_stands_still() -> None:
    flow = Flow(slack=0.0)
    flow.go(Motion(1, 0.02), 0.0)
    flow.step(0.1, None)
    flow.halt()
    assert flow.step(5.0, None) is None
    assert flow.next_step(5.0) is None
    assert flow.at(5.0) == 5
