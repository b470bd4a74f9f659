"""What is reported of the display, and what is not."""

import random

from player.watch.verdict import Look, judged

GREY, WHITE, RED, BLACK = 0x606060, 0xF0F0F0, 0xD01010, 0x000000


def still(colour: int, shown: int | None = None) -> Look:
    own = (colour,) * 64
    return Look((colour if shown is None else shown,) * 64, own, own)


def noise(seed: int) -> tuple[int, ...]:
    made = random.Random(seed)
    return tuple(made.randrange(0x1000000) for _ in range(64))


def test_a_still_picture_that_is_seen_is_fine():
    assert judged((still(GREY),) * 3) == "fine"


def test_a_black_display_under_a_lit_canvas_is_black_at_the_second_look():
    assert judged((still(GREY, BLACK),)) == "fine"
    assert judged((still(GREY, BLACK), still(WHITE, BLACK))) == "black"


def test_a_picture_that_is_dark_itself_is_no_black_screen():
    assert judged((still(0x0A0A0A, BLACK),) * 3) == "fine"


def test_a_blackout_that_was_ordered_is_no_black_screen():
    assert judged((still(BLACK, BLACK),) * 3) == "fine"


def test_another_window_over_the_canvas_is_foreign():
    assert judged((still(GREY, RED), still(GREY, RED))) == "foreign"


def test_a_window_over_a_third_of_the_canvas_is_foreign():
    own = (GREY,) * 64
    half = Look((RED,) * 22 + (GREY,) * 42, own, own)
    assert judged((half, half)) == "foreign"


def test_a_film_that_runs_between_the_looks_is_fine():
    looks = tuple(Look(noise(n), noise(n + 100), noise(n + 200)) for n in range(3))
    assert judged(looks) == "fine"


def test_a_display_that_stands_still_under_a_film_is_frozen_at_the_third_look():
    looks = tuple(Look(noise(7), noise(n + 100), noise(n + 200)) for n in range(3))
    assert judged(looks[:2]) == "fine"
    assert judged(looks) == "frozen"


def test_a_picture_that_changed_once_between_the_looks_is_fine():
    looks = (still(GREY), Look((WHITE,) * 64, (GREY,) * 64, (WHITE,) * 64), still(WHITE))
    assert judged(looks) == "fine"


def test_one_bad_look_between_good_ones_is_fine():
    assert judged((still(GREY), still(GREY, BLACK), still(GREY))) == "fine"


def test_nothing_seen_yet_is_fine():
    assert judged(()) == "fine"
