"""What one look at one zone comes to."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from player.watch.zone_verdict import STUBBORN_LOOKS, counted_on, is_ours, settled

N = 64
GREY, WHITE, RED = 0x606060, 0xF0F0F0, 0xD01010
colours = st.lists(st.integers(0, 0xFFFFFF), min_size=N, max_size=N).map(tuple)
NONE = (0,) * N


def noise(seed: int) -> tuple[int, ...]:
    made = random.Random(seed)
    return tuple(made.randrange(0x1000000) for _ in range(N))


def changed(colours: tuple[int, ...], places: range, colour: int) -> tuple[int, ...]:
    return tuple(colour if place in places else was for place, was in enumerate(colours))


@settings(deadline=None)
@given(colours, colours)
def test_what_shows_exactly_what_the_canvas_had_agrees_whatever_comes_after(before, after):
    assert is_ours(before, before)
    assert settled(before, before, after, NONE) == "agrees"
    assert settled(after, before, after, NONE) == "agrees"


@given(st.integers(0, N - 1), st.integers(1, N))
def test_anything_over_a_still_picture_differs_however_small(first, count):
    own = (GREY,) * N
    shown = changed(own, range(first, first + count), RED)
    assert not is_ours(shown, own)
    assert settled(shown, own, own, NONE) == "differs"


def test_a_window_over_all_of_a_film_with_a_quiet_background_differs():
    before, after = changed((GREY,) * N, range(20), WHITE), changed((GREY,) * N, range(20), RED)
    assert settled((0x20C020,) * N, before, after, NONE) == "differs"


def test_a_film_that_went_on_between_the_looks_is_unclear_and_no_alarm():
    assert settled(noise(1), noise(2), noise(3), NONE) == "unclear"


def test_a_running_text_of_which_a_few_letters_moved_on_agrees():
    before, after = noise(1), noise(2)
    assert settled(changed(before, range(5), GREY), before, after, NONE) == "agrees"


@settings(deadline=None)
@given(colours, colours, st.integers(1, N))
def test_a_fully_covered_zone_never_agrees(before, after, seed):
    cover = tuple((colour + 0x808080) & 0xFFFFFF for colour in before)
    far = tuple((colour ^ 0x808080) & 0xFFFFFF for colour in before)
    assert settled(far, before, before, NONE) == "differs"
    assert settled(cover, before, before, NONE) in ("differs", "agrees")
    assert not is_ours(far, before)


def test_a_small_window_over_a_film_is_found_out_after_some_looks():
    wrong_for: tuple[int, ...] = ()
    outcomes = []
    for number in range(STUBBORN_LOOKS + 1):
        before, after = noise(number), noise(number + 100)
        shown = changed(before, range(9, 11), GREY)
        wrong_for = counted_on(wrong_for, shown, before, after)
        outcomes.append(settled(shown, before, after, wrong_for))
    assert outcomes[: STUBBORN_LOOKS - 1] == ["agrees"] * (STUBBORN_LOOKS - 1)
    assert outcomes[STUBBORN_LOOKS - 1 :] == ["differs"] * 2


def test_a_film_that_is_late_now_here_and_now_there_is_not_accused():
    wrong_for: tuple[int, ...] = ()
    for number in range(100):
        before, after = noise(number), noise(number + 1000)
        late = number % 10 * 6
        shown = changed(before, range(late, late + 6), GREY)
        wrong_for = counted_on(wrong_for, shown, before, after)
        assert settled(shown, before, after, wrong_for) == "agrees"


def test_another_number_of_points_begins_to_count_anew():
    assert counted_on((7, 7), (1,), (0xFFFFFF,), (0xFFFFFF,)) == (1,)
