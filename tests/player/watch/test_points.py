"""Where the display is compared: everywhere, sooner or later."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from player.watch.points import side_of, spread
from player.watch.pulse import MOST_POINTS, MOST_ZONES

areas = st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(16, 4000), st.integers(16, 4000))


@settings(deadline=None)
@given(areas, st.integers(1, 8), st.floats(0, 1, exclude_max=True))
def test_every_point_lies_in_its_zone(area, side, chance):
    left, top, width, height = area
    found = spread(area, side, lambda: chance)
    assert len(found) == side * side
    assert all(left <= x < left + width and top <= y < top + height for x, y in found)


def test_a_strip_as_high_as_a_line_of_text_is_not_missed_for_long():
    chance = random.Random(1).random
    strip = range(435, 465)
    hits = [any(y in strip for _, y in spread((0, 0, 1280, 720), 8, chance)) for _ in range(50)]
    assert sum(hits) > 40, "fixed points, 90 pixels apart, would never meet it or always"
    assert not any(not a and not b and not c for a, b, c in zip(hits, hits[1:], hits[2:], strict=False))


def test_a_screen_with_all_its_zones_does_not_ask_for_too_much():
    assert all(zones * side_of(zones) ** 2 <= MOST_POINTS for zones in range(1, MOST_ZONES + 1))
    assert all(side_of(a) >= side_of(b) for a, b in pairwise(range(1, MOST_ZONES + 1)))
