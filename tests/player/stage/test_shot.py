"""A picture for the office: upright, small enough, and of what was there when it was asked for."""

import io
import random

import pytest
from PIL import Image

from player.stage.screen import Screen
from player.stage.shot import LONGEST_PX
from player.stage.window import Wish
from signage.layout import Box, Rotate
from tests.player.stage.test_screen import BLUE, RED, plain


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_still_is_upright_however_the_screen_is_turned(rotate: Rotate) -> None:
    size = (80, 40) if rotate in (0, 180) else (40, 80)
    screen = Screen(Wish(size=size), rotate=rotate, headless=True)
    whole = Box(0, 0, *size)
    screen.paint(plain(BLUE, *size), whole)
    top = {0: Box(0, 0, 80, 8), 90: Box(32, 0, 8, 80), 180: Box(0, 32, 80, 8), 270: Box(0, 0, 8, 80)}[rotate]
    screen.paint(plain(RED, top.width, top.height), top)
    still = screen.still()
    picture = opened(still.jpeg(100_000))
    assert picture.size == still.size == (80, 40)
    red, _, blue = picture.getpixel((40, 2))  # type: ignore[misc]
    assert (red > 200, blue < 60) == (True, True)
    red, _, blue = picture.getpixel((40, 35))  # type: ignore[misc]
    assert (blue > 200, red < 60) == (True, True)


def test_a_still_does_not_change_with_the_screen() -> None:
    screen = Screen(Wish(size=(64, 32)), headless=True)
    screen.paint(plain(RED, 64, 32), Box(0, 0, 64, 32))
    still = screen.still()
    screen.paint(plain(BLUE, 64, 32), Box(0, 0, 64, 32))
    assert opened(still.jpeg(100_000)).getpixel((30, 15))[0] > 200  # type: ignore[index]


def test_a_large_picture_full_of_detail_is_made_to_fit() -> None:
    width, height = 1280, 720
    screen = Screen(Wish(size=(width, height)), headless=True)
    screen.paint(memoryview(random.Random(1).randbytes(width * height * 4)), Box(0, 0, width, height))
    still = screen.still()
    large = still.jpeg(1 << 24)
    assert opened(large).size == (LONGEST_PX, 540)
    small = still.jpeg(60_000)
    assert len(small) <= 60_000
    assert opened(small).size == still.size
