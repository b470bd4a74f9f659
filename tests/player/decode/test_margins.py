"""What fills the sides that a picture leaves free."""

from PIL import Image

from player.decode.moving.painter import ground
from player.decode.pictures.fitting import Placement, Turn, place
from player.decode.pictures.surface import finished
from player.decode.protocol import Target

RED, BLUE, GREEN = (200, 0, 0), (0, 0, 200), (0, 200, 0)
WIDE = Target(width_px=60, height_px=20, background="#00c800", margin="edges")
TALL = Target(width_px=20, height_px=60, background="#00c800", margin="edges")


def halves(across: bool) -> Image.Image:
    image = Image.new("RGB", (20, 20), RED)
    image.paste(BLUE, (10, 0, 20, 20) if across else (0, 10, 20, 20))
    return image


def fitted(target: Target) -> Placement:
    return place((20, 20), Turn(), target)


def test_a_pictures_edges_are_drawn_out_to_both_sides() -> None:
    wide = finished(halves(across=True), fitted(WIDE), WIDE)
    assert (wide.getpixel((1, 10)), wide.getpixel((58, 10))) == (RED, BLUE)
    tall = finished(halves(across=False), fitted(TALL), TALL)
    assert (tall.getpixel((10, 1)), tall.getpixel((10, 58))) == (RED, BLUE)


def test_a_zone_that_names_no_margin_keeps_its_background() -> None:
    target = Target(width_px=60, height_px=20, background="#00c800")
    assert finished(halves(across=True), fitted(target), target).getpixel((1, 10)) == GREEN


def test_what_is_transparent_stands_on_the_background() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert finished(image, fitted(WIDE), WIDE).getpixel((1, 10)) == GREEN


def test_a_film_has_the_median_colour_of_its_edges_beside_it() -> None:
    frame = halves(across=True)
    frame.putpixel((0, 3), GREEN)  # a speck changes no median
    pixels = memoryview(frame.tobytes("raw", "BGRX"))
    surface = ground(WIDE, fitted(WIDE), pixels, 80)
    assert len(surface) == 60 * 20 * 4
    row = surface[10 * 240 : 11 * 240]
    assert (row[:3], row[-4:-1]) == (bytes(reversed(RED)), bytes(reversed(BLUE)))
    plain = ground(Target(width_px=60, height_px=20, background="#00c800"), fitted(WIDE), pixels, 80)
    assert plain == bytes((0, 200, 0, 0)) * 1200
