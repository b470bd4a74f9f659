"""A transition covers every pixel, from the reader's point of view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.stage.transitions import TRANSITION_S, Stroke, progress, strokes
from signage.layout import Box, Rotate

ROTATES: list[Rotate] = [0, 90, 180, 270]


@given(
    done=st.floats(0.001, 0.999),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    rotate=st.sampled_from(ROTATES),
)
def test_a_slide_covers_every_pixel_exactly_once(done: float, width: int, height: int, rotate: Rotate) -> None:
    wide, high = (width, height) if rotate in (0, 180) else (height, width)
    covered = [0] * (wide * high)
    for part in strokes("slide", done, width, height, rotate):
        for row in range(part.source.height):
            for column in range(part.source.width):
                covered[(part.y + row) * wide + part.x + column] += 1
    assert covered == [1] * (wide * high)


@pytest.mark.parametrize(
    ("rotate", "new_at"),
    [(0, Box(50, 0, 50, 10)), (90, Box(0, 50, 10, 50)), (180, Box(0, 0, 50, 10)), (270, Box(0, 0, 10, 50))],
)
def test_the_new_picture_slides_in_from_the_right_of_a_person_on_every_turned_screen(
    rotate: Rotate, new_at: Box
) -> None:
    new = next(part for part in strokes("slide", 0.5, 100, 10, rotate) if part.picture == "new")
    assert Box(new.x, new.y, new.source.width, new.source.height) == new_at


def test_the_sliding_pictures_keep_their_own_edges_together() -> None:
    old, new = strokes("slide", 0.5, 100, 10, 0)
    assert old.source == Box(50, 0, 50, 10)
    assert (old.x, old.y) == (0, 0)
    assert new.source == Box(0, 0, 50, 10)


def test_a_fade_lays_the_new_picture_over_the_old_one_with_growing_weight() -> None:
    whole = Box(0, 0, 8, 4)
    assert strokes("fade", 0.5, 8, 4, 0) == (Stroke("old", whole, 0, 0), Stroke("new", whole, 0, 0, 128))
    weights = [strokes("fade", n / 10, 8, 4, 0)[-1].alpha for n in range(1, 10)]
    assert weights == sorted(weights)


@pytest.mark.parametrize("kind", ["cut", "fade", "slide"])
@pytest.mark.parametrize("rotate", ROTATES)
def test_every_transition_ends_with_the_new_picture_alone(kind: str, rotate: Rotate) -> None:
    wide, high = (8, 4) if rotate in (0, 180) else (4, 8)
    assert strokes(kind, 1.0, 8, 4, rotate) == (Stroke("new", Box(0, 0, wide, high), 0, 0),)


def test_progress_runs_from_0_to_1_in_the_time_of_a_transition() -> None:
    assert progress(-1.0) == 0.0
    assert progress(TRANSITION_S / 2) == pytest.approx(0.5)
    assert progress(TRANSITION_S) == 1.0
    assert progress(99.0) == 1.0
