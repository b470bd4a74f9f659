"""Any picture falls into any zone, however it is turned, whole or cropped as asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from player.decode.pictures.fitting import (
    EXIF_TURNS,
    Turn,
    colour_of,
    place,
    surface_size,
    turn_of_matrix,
    upright_size,
)
from player.decode.pictures.surface import turned_image
from player.decode.protocol import Target
from signage.layout import Box

SIZES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
TURNS = st.builds(Turn, st.booleans(), st.integers(0, 3))
ROTATIONS = st.sampled_from([0, 90, 180, 270])
FITS = st.sampled_from(["contain", "cover", "stretch"])


def target(size: tuple[int, int], **options: object) -> Target:
    return Target(width_px=size[0], height_px=size[1], **options)


@given(SIZES, SIZES, TURNS, ROTATIONS, FITS)
def test_every_picture_lies_within_its_surface_and_its_crop_within_the_picture(stored, zone, turn, rotate, fit):
    fitted = place(stored, turn, target(zone, rotate=rotate, fit=fit))
    assert fitted.surface == surface_size(target(zone, rotate=rotate))
    box = fitted.place
    assert min(box.x, box.y) >= 0
    assert box.x + box.width <= fitted.surface[0]
    assert box.y + box.height <= fitted.surface[1]
    left, top, right, bottom = fitted.crop
    assert -1e-6 <= left < right <= stored[0] + 1e-6
    assert -1e-6 <= top < bottom <= stored[1] + 1e-6
    shown = (box.height, box.width) if fitted.turn.swaps else (box.width, box.height)
    assert fitted.scaled == shown


@given(SIZES, SIZES, TURNS, ROTATIONS)
def test_contain_touches_two_edges_and_keeps_the_shape(stored, zone, turn, rotate):
    seen = upright_size(stored, turn)
    fitted = place(stored, turn, target(zone, rotate=rotate))
    upended = rotate in (90, 270)
    width, height = fitted.place.width, fitted.place.height
    if upended:
        width, height = height, width
    assert width == zone[0] or height == zone[1]
    scale = min(zone[0] / seen[0], zone[1] / seen[1])
    assert abs(width - seen[0] * scale) <= 1
    assert abs(height - seen[1] * scale) <= 1


@given(SIZES, SIZES, TURNS, ROTATIONS)
def test_a_side_that_does_not_fill_its_zone_is_even(stored, zone, turn, rotate):
    box = place(stored, turn, target(zone, rotate=rotate)).place
    surface = surface_size(target(zone, rotate=rotate))
    for side, most in ((box.width, surface[0]), (box.height, surface[1])):
        assert side in (most, 1) or side % 2 == 0


@given(SIZES, SIZES, TURNS, ROTATIONS)
def test_cover_fills_the_surface_and_cuts_one_pair_of_edges_only(stored, zone, turn, rotate):
    fitted = place(stored, turn, target(zone, rotate=rotate, fit="cover"))
    assert fitted.place == Box(0, 0, *fitted.surface)
    left, top, right, bottom = fitted.crop
    whole_width, whole_height = abs(right - left - stored[0]) < 1e-6, abs(bottom - top - stored[1]) < 1e-6
    assert whole_width or whole_height
    assert left + right == pytest.approx(stored[0])
    assert top + bottom == pytest.approx(stored[1])


def test_wide_pixels_make_a_wider_picture():
    assert upright_size((720, 576), Turn(), pixel_aspect=2) == (1440, 576)
    assert upright_size((720, 576), Turn(False, 1), pixel_aspect=2) == (576, 1440)


MATRICES = {
    (1, 0, 0, 1): Turn(),
    (0, 1, -1, 0): Turn(False, 1),
    (-1, 0, 0, -1): Turn(False, 2),
    (0, -1, 1, 0): Turn(False, 3),
    (-1, 0, 0, 1): Turn(True, 0),
    (1, 0, 0, -1): Turn(True, 2),
    (0, 1, 1, 0): Turn(True, 3),
    (0, -1, -1, 0): Turn(True, 1),
}


@pytest.mark.parametrize(("matrix", "turn"), MATRICES.items())
def test_a_display_matrix_moves_pixels_as_the_turn_does(matrix, turn):
    assert turn_of_matrix(*(n * 65536 for n in matrix)) == turn
    a, b, c, d = matrix
    image = Image.new("L", (3, 2))
    image.putdata([0, 1, 2, 3, 4, 5])
    moved = {}
    for y in range(2):
        for x in range(3):
            moved[a * x + c * y, b * x + d * y] = image.getpixel((x, y))
    least_x, least_y = min(x for x, _ in moved), min(y for _, y in moved)
    wanted = {(x - least_x, y - least_y): value for (x, y), value in moved.items()}
    turned = turned_image(image, turn)
    assert {(x, y): turned.getpixel((x, y)) for x in range(turned.width) for y in range(turned.height)} == wanted


def test_exif_6_is_a_clockwise_quarter_and_5_is_a_transposition():
    assert EXIF_TURNS[6] == Turn(False, 1)
    assert MATRICES[0, 1, 1, 0] == EXIF_TURNS[5]


def test_colours_are_read_and_nonsense_is_black():
    assert colour_of("#1a2B3c") == (0x1A, 0x2B, 0x3C)
    assert colour_of("red") == (0, 0, 0)
    assert colour_of("#12345g") == (0, 0, 0)
