"""What counts as black, as foreign, and as a mix of two neighbours."""

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
