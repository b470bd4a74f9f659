"""What counts as black, as foreign, and as a mix of two neighbours."""

from tests.flows.gapless import turned
from tests.flows.judge import FRAME_BYTES, flat, verdicts

RED, GREEN, BLUE = flat((200, 40, 40)), flat((40, 200, 40)), flat((40, 40, 200))


def test_black_and_foreign_frames_are_counted_and_mixes_of_two_neighbours_are_neither():
    mix = flat((120, 120, 40))
    assert verdicts([RED, GREEN, mix], [RED, GREEN]) == (3, 0, 0)
    assert verdicts([bytes(FRAME_BYTES), RED], [RED, GREEN]) == (2, 1, 0)
    assert verdicts([BLUE, RED], [RED, GREEN]) == (2, 0, 1)
    assert verdicts([mix], [RED]) == (1, 0, 1)


def test_one_foreign_corner_is_enough():
    spoilt = b"\xff\x00\xff" + RED[3:]
    assert verdicts([spoilt], [RED, GREEN]) == (1, 0, 1)


def test_one_item_comes_before_the_other_and_few_frames_are_of_both():
    mix = flat((120, 120, 40))
    assert turned([RED, RED, GREEN, GREEN], RED, GREEN, 2) == (4, 0, 0)
    assert turned([RED, mix, mix, GREEN], RED, GREEN, 2) == (4, 0, 0)
    assert turned([RED, mix, mix, mix, GREEN], RED, GREEN, 2) == (5, 0, 1)
    assert turned([RED, BLUE, GREEN], RED, GREEN, 2) == (3, 0, 1)
    assert turned([RED, RED, BLUE], RED, GREEN, 2) == (3, 0, 3)
    assert turned([RED, bytes(FRAME_BYTES), GREEN], RED, GREEN, 2) == (3, 1, 0)


def test_an_item_that_comes_back_after_the_next_one_is_foreign():
    assert turned([RED, GREEN, GREEN, GREEN, RED, GREEN], RED, GREEN, 2) == (6, 0, 2)


def test_an_item_that_never_comes_is_foreign():
    assert turned([RED] * 10, RED, GREEN, 2) == (10, 0, 10)
    assert turned([GREEN] * 10, RED, GREEN, 2) == (10, 0, 10)
