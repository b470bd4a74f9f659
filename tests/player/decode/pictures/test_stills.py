"""Pictures through a real worker: what is on the screen is what was painted."""

import pytest
from PIL import Image

from player.decode.protocol import Card, ShowCard, ShowFile, ShowStrip, Target
from tests.samples.make_media import BLUE, GREEN, QUADRANTS, RED, WHITE
from tests.samples.showing import Viewer, near


def ask(viewer: Viewer, path: str, duration_s: float = 5.0, start_s: float = 0.0, **options: object) -> ShowFile:
    size = {"width_px": viewer.target.width_px, "height_px": viewer.target.height_px}
    target = Target(**(size | options))
    return ShowFile(request=1, path=path, kind="image", target=target, duration_s=duration_s, start_s=start_s)


def one(viewer: Viewer, path: str, **options: object):
    shown = viewer.show(ask(viewer, path, **options))
    assert (shown.state, len(shown.frames)) == ("ended", 1), shown.why
    assert shown.frames[0].last
    return shown.frames[0]


COLOURED = [
    "rgb.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "palette.png", "deep.png", "lossless.webp", "lossy.webp",
    "rgb.bmp", "rgb.tif", "cmyk.tif", "still.gif",
]  # fmt: skip


@pytest.mark.parametrize("name", COLOURED)
def test_a_picture_shows_its_four_colours(flat, media, name):
    for seen, wanted in zip(one(flat, media(name)).quarters, QUADRANTS, strict=True):
        assert near(seen, wanted), (seen, wanted)


@pytest.mark.parametrize("name", ["wide.png", "wide.tif"])
def test_sixteen_bits_of_grey_keep_their_steps(flat, media, name):
    for seen, level in zip(one(flat, media(name)).quarters, (16, 128, 192, 255), strict=True):
        assert near(seen, (level, level, level), 1)


def test_grey_and_one_bit_pictures_are_shown(flat, media):
    assert all(r == g == b for r, g, b in one(flat, media("grey.jpg")).quarters)
    assert set(one(flat, media("one-bit.png")).quarters) == {(0, 0, 0), WHITE}


@pytest.mark.parametrize("name", ["alpha.png", "alpha.webp"])
def test_what_is_half_clear_lets_half_of_the_background_through(flat, media, name):
    for seen, colour in zip(one(flat, media(name), background="#0000ff").quarters, QUADRANTS, strict=True):
        assert near(seen, tuple(round(c / 2 + b / 2) for c, b in zip(colour, BLUE, strict=True)), 3)


def test_a_clear_palette_entry_shows_the_background(flat, media):
    shot = one(flat, media("palette-clear.png"), background="#102030")
    assert shot.quarters[0] == (0x10, 0x20, 0x30)
    assert near(shot.quarters[1], GREEN)


def test_a_colour_profile_is_followed(flat, media):
    red, green = one(flat, media("profile.png")).quarters[:2]
    assert near(red, GREEN, 20)
    assert near(green, RED, 20)


ORIENTED = {1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB"}
LETTERS = dict(zip("RGBW", QUADRANTS, strict=True))


@pytest.mark.parametrize(("orientation", "letters"), ORIENTED.items())
def test_the_camera_was_held_as_exif_says(flat, tall, media, orientation, letters):
    viewer = flat if orientation < 5 else tall
    shot = one(viewer, media(f"exif-{orientation}.jpg"))
    for seen, letter in zip(shot.quarters, letters, strict=True):
        assert near(seen, LETTERS[letter])
    assert near(shot.at(0.01, 0.01), LETTERS[letters[0]])


@pytest.mark.parametrize(("rotate", "letters"), [(0, "RGBW"), (90, "BRWG"), (180, "WBGR"), (270, "GWRB")])
def test_frames_lie_in_the_ring_as_the_screen_is_turned(flat, media, rotate, letters):
    shot = one(flat, media("rgb.png"), rotate=rotate)
    assert (shot.width, shot.height) == ((160, 96) if rotate in (0, 180) else (96, 160))
    assert shot.quarters == tuple(LETTERS[letter] for letter in letters)


def test_contain_leaves_margins_cover_cuts_and_stretch_fills(tall, media):
    contained = one(tall, media("rgb.png"), background="#123456")
    assert contained.at(0.5, 0.1) == contained.at(0.5, 0.9) == (0x12, 0x34, 0x56)
    assert contained.at(0.25, 0.45) == RED
    covered = one(tall, media("rgb.png"), fit="cover")
    assert covered.quarters == QUADRANTS
    assert covered.at(0.01, 0.01) == RED
    assert one(tall, media("rgb.png"), fit="stretch").quarters == QUADRANTS


def test_a_large_photograph_is_scaled_down_smoothly(flat, folder):
    board = Image.new("L", (2, 2))
    board.putdata([0, 255, 255, 0])
    tiles = Image.new("L", (3200, 1920))
    for x in range(0, 64, 2):
        tiles.paste(board.resize((2, 2)), (x, 0))
    stripe = tiles.crop((0, 0, 64, 2))
    for y in range(0, 1920, 2):
        for x in range(0, 3200, 64):
            tiles.paste(stripe, (x, y))
    tiles.convert("RGB").save(folder / "chess.jpg", quality=100)
    shot = one(flat, str(folder / "chess.jpg"))
    assert all(near(seen, (128, 128, 128), 6) for seen in shot.quarters)


def test_a_damaged_exif_does_not_hide_the_picture(flat, folder):
    Image.new("RGB", (160, 96), RED).save(folder / "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff\0\0", quality=95)
    assert near(one(flat, str(folder / "a.jpg")).at(0.5, 0.5), RED)


@pytest.mark.parametrize("name", ["moving.gif", "moving.png", "moving.webp"])
def test_an_animation_loops_to_the_end_of_its_time(flat, media, name):
    shown = flat.show(ask(flat, media(name), duration_s=1.0))
    assert shown.state == "ended"
    assert [round(shot.pts_s, 3) for shot in shown.frames] == [0, 0.1, 0.3, 0.6, 0.7, 0.9]
    for shot, colour in zip(shown.frames, (RED, GREEN, BLUE) * 2, strict=True):
        assert near(shot.at(0.5, 0.5), colour)
    assert [shot.last for shot in shown.frames] == [False] * 5 + [True]


def test_an_animation_can_begin_in_its_midst(flat, media):
    shown = flat.show(ask(flat, media("moving.gif"), duration_s=0.5, start_s=0.2))
    assert [
        (round(s.pts_s, 3), near(s.at(0.5, 0.5), c)) for s, c in zip(shown.frames, (GREEN, BLUE, RED), strict=True)
    ] == [
        (0, True),
        (0.1, True),
        (0.4, True),
    ]


def test_only_the_first_page_of_a_scan_is_shown(flat, folder):
    pages = [Image.new("RGB", (160, 96), colour) for colour in (RED, GREEN)]
    pages[0].save(folder / "scan.tif", save_all=True, append_images=pages[1:])
    assert near(one(flat, str(folder / "scan.tif")).at(0.5, 0.5), RED)


def test_a_card_fills_its_zone_in_one_frame(flat):
    shown = flat.show(ShowCard(request=1, card=Card(template="notice", title="反诈"), target=flat.target))
    assert (shown.state, len(shown.frames)) == ("ended", 1), shown.why
    assert (shown.frames[0].width, shown.frames[0].height) == (160, 96)
    assert len({shown.frames[0].pixels[n : n + 4] for n in range(0, 160 * 96 * 4, 4)}) > 2


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_ticker_comes_in_numbered_tiles_the_last_in_part(flat, rotate):
    target = Target(width_px=64, height_px=32, rotate=rotate)
    shown = flat.show(ShowStrip(request=1, text="凡是要求汇款的都是诈骗", length_px=150, em_px=20, target=target))
    assert shown.state == "ended", shown.why
    assert [(s.index, s.used_px, s.last) for s in shown.frames] == [(0, 64, False), (1, 64, False), (2, 22, True)]
    assert {(s.width, s.height) for s in shown.frames} == {(64, 32) if rotate == 0 else (32, 64)}
