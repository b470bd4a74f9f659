"""What is drawn is on the canvas in its colours and place, and a real window shows it."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest
from PIL import Image

from player.stage.ports import Exposed, Key
from player.stage.screen import RETRY_S, Screen
from player.stage.window import DirectWindow, Present, Wish, gl_renderer, has_gpu, is_software
from signage.layout import Box, Rotate

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)
ONE_PNG = ("-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-")
Colour = tuple[int, int, int]


def plain(colour: Colour, width: int, height: int) -> memoryview:
    """Gives a frame as a decoder writes it; the fourth byte is whatever it happens to be."""
    red, green, blue = colour
    return memoryview(bytes((blue, green, red, 0)) * (width * height))


def seen(screen: Screen, *, upright: bool = False) -> Image.Image:
    return Image.open(io.BytesIO(screen.snapshot(upright=upright))).convert("RGB")


def write(screen: Screen, lines: tuple[str, ...]) -> None:
    until = time.monotonic() + 10
    while not screen.show_panel(lines):
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.fixture
def canvas() -> Screen:
    return Screen(Wish(size=(64, 32)), headless=True)


def test_a_display_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":9876")
    pygame.display.quit()
    screen = Screen(Wish(size=(64, 36)))
    assert screen.trouble is not None
    assert screen.describe().mode == "headless"
    screen.close()


def test_a_frame_is_shown_in_its_colours_where_it_belongs(canvas: Screen) -> None:
    canvas.paint(plain(RED, 64, 8), Box(0, 8, 64, 8))
    canvas.paint(plain(GREEN, 10, 4), Box(50, 20, 10, 4))
    picture = seen(canvas)
    assert picture.getpixel((0, 8)) == RED
    assert picture.getpixel((63, 15)) == RED
    assert picture.getpixel((0, 7)) == (0, 0, 0)
    assert picture.getpixel((0, 16)) == (0, 0, 0)
    assert picture.getpixel((50, 20)) == GREEN
    assert picture.getpixel((59, 23)) == GREEN
    assert picture.getpixel((60, 23)) == (0, 0, 0)


def test_a_sheet_lies_over_the_canvas_with_its_weight(canvas: Screen) -> None:
    whole = Box(0, 0, 64, 32)
    canvas.paint(plain(RED, 64, 32), whole)
    sheet = canvas.sheet(64, 32)
    canvas.lay(sheet, plain(BLUE, 64, 32), (64, 32), whole, (0, 0))
    canvas.copy(sheet, whole, (0, 0), 128)
    assert seen(canvas).getpixel((5, 5)) == pytest.approx((127, 0, 128), abs=2)
    canvas.copy(sheet, whole, (0, 0))
    assert seen(canvas).getpixel((5, 5)) == BLUE


def test_a_sheet_keeps_what_was_on_the_canvas(canvas: Screen) -> None:
    canvas.paint(plain(RED, 64, 32), Box(0, 0, 64, 32))
    sheet = canvas.sheet(64, 32)
    canvas.keep(sheet, Box(8, 8, 16, 16))
    canvas.fill(Box(0, 0, 64, 32), "#5a5a5a")
    canvas.copy(sheet, Box(8, 8, 16, 16), (40, 8))
    picture = seen(canvas)
    assert picture.getpixel((8, 8)) == GREY
    assert picture.getpixel((40, 8)) == RED


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_snapshot_can_be_read_upright(rotate: Rotate) -> None:
    size = (64, 32) if rotate in (0, 180) else (32, 64)
    screen = Screen(Wish(size=size), rotate=rotate, headless=True)
    corner = {0: (0, 0), 90: (24, 0), 180: (56, 24), 270: (0, 56)}[rotate]
    screen.paint(plain(RED, 8, 8), Box(*corner, 8, 8))
    picture = seen(screen, upright=True)
    assert picture.size == (64, 32)
    assert picture.getpixel((3, 3)) == RED
    assert picture.getpixel((20, 20)) == (0, 0, 0)


def test_a_snapshot_may_be_a_jpeg(canvas: Screen) -> None:
    assert Image.open(io.BytesIO(canvas.snapshot("jpeg"))).format == "JPEG"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_panel_shows_what_is_below_and_leaves_it_as_it_is_now(rotate: Rotate) -> None:
    size = (320, 180) if rotate in (0, 180) else (180, 320)
    screen = Screen(Wish(size=size), rotate=rotate, headless=True)
    whole = Box(0, 0, *size)
    screen.paint(plain(RED, *size), whole)
    write(screen, ("屏幕 sq-square-led1", "反诈专线 96110"))
    panel = seen(screen, upright=True).crop((10, 10, 60, 30))
    assert max(low for low, _ in panel.getextrema()) < 80, "dark ground"
    assert min(high for _, high in panel.getextrema()) > 200, "white ink"
    screen.paint(plain(BLUE, *size), whole)
    screen.flip((whole,))
    under = seen(screen, upright=True).getpixel((6, 8))
    assert isinstance(under, tuple)
    assert under[0] < under[2] < 90, "the new picture shines through"
    screen.hide_panel()
    assert seen(screen).getcolors() == [(size[0] * size[1], BLUE)]
    screen.paint(plain(RED, *size), whole)
    assert seen(screen).getcolors() == [(size[0] * size[1], RED)]


def test_a_shorter_text_leaves_nothing_of_the_longer_one(canvas: Screen) -> None:
    whole = Box(0, 0, 64, 32)
    canvas.paint(plain(RED, 64, 32), whole)
    write(canvas, ("a long line of text", "and another one"))
    write(canvas, ("x",))
    assert seen(canvas).getpixel((62, 30)) == RED


def test_the_panel_opens_its_font_on_a_thread_of_its_own(canvas: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_by: list[str] = []
    real = pygame.font.Font

    def opened(*args: object) -> pygame.font.Font:
        opened_by.append(threading.current_thread().name)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pygame.font, "Font", opened)
    write(canvas, ("反诈专线 96110",))
    write(canvas, ("反诈专线 110",))
    assert opened_by == ["panel"], "and once for both"


def test_a_panel_whose_font_cannot_be_opened_leaves_the_picture_alone(
    canvas: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk gone")

    monkeypatch.setattr(pygame.font, "Font", broken)
    canvas.paint(plain(RED, 64, 32), Box(0, 0, 64, 32))
    write(canvas, ("反诈专线 96110",))
    assert seen(canvas).getcolors() == [(64 * 32, RED)]


@pytest.mark.parametrize("shape", [(1280, 720), (512, 256), (1080, 1920)])
def test_the_panel_fits_every_canvas(shape: tuple[int, int]) -> None:
    screen = Screen(Wish(size=shape), headless=True)
    screen.paint(plain(RED, *shape), Box(0, 0, *shape))
    write(screen, tuple(f"第{n}行 播放列表 六个一律 #3 posters/刷单返利.png" for n in range(8)))
    assert seen(screen).getpixel((shape[0] - 1, shape[1] - 1)) == RED


def test_without_a_display_the_canvas_is_kept_and_a_later_one_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    if not sys.platform.startswith("linux"):
        pytest.skip("elsewhere there is always a display")
    screen = Screen(Wish(size=(64, 32), present="direct"))
    assert screen.trouble is not None
    assert "显示器" in screen.trouble.zh
    assert screen.describe().mode == "headless"
    screen.paint(plain(RED, 64, 32), Box(0, 0, 64, 32))
    assert not screen.retry_display(0.0)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    assert not screen.retry_display(1.0), "not yet"
    assert screen.retry_display(RETRY_S + 1.0)
    assert screen.trouble is None
    assert screen.describe().driver == "dummy"
    assert seen(screen).getpixel((5, 5)) == RED
    screen.close()


def test_a_wanted_headless_screen_looks_for_no_display(canvas: Screen) -> None:
    assert canvas.trouble is None
    assert not canvas.retry_display(1e9)
    assert canvas.looks_every_s is None
    assert canvas.events() == ()


def test_a_graphics_card_is_one_that_we_may_open(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("elsewhere every desktop has one")
    assert not has_gpu(tmp_path / "nothing")
    (tmp_path / "card0").touch()
    assert not has_gpu(tmp_path)
    (tmp_path / "renderD128").touch()
    assert has_gpu(tmp_path)


@pytest.mark.parametrize(
    ("renderer", "processor"),
    [("llvmpipe (LLVM 15.0.6, 256 bits)", True), ("SVGA3D; build: RELEASE; LLVM;", False),
     ("Mesa Intel(R) UHD Graphics 630 (CFL GT2)", False), ("V3D 4.2", False), ("Software Rasterizer", True),
     ("", False)],
)  # fmt: skip
def test_a_renderer_that_draws_with_the_processor_is_known_by_its_name(renderer: str, processor: bool) -> None:
    assert is_software(renderer) == processor


def grabbed(display: str, mouse: str = "0") -> Image.Image:
    """Gives what an X display shows, from outside; with `mouse` "1" the pointer too."""
    shot = subprocess.run(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-f",
            "x11grab",
            "-draw_mouse",
            mouse,
            "-video_size",
            "640x480",
            "-i",
            display,
            *ONE_PNG,
        ],
        check=True,
        capture_output=True,
        timeout=20,
    )
    return Image.open(io.BytesIO(shot.stdout)).convert("RGB")


@pytest.fixture
def display(needs: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real X display of our own."""
    needs("Xvfb", "xdotool", "ffmpeg")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        name = f":{told.readline().strip()}"
    monkeypatch.setenv("DISPLAY", name)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield name
    pygame.display.quit()  # before its server goes: Xlib ends a process whose server is gone
    server.terminate()
    server.wait()


def within(seconds: float, ask: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ask():
            return True
        time.sleep(0.02)
    return False


def test_a_window_stands_at_its_offset_without_a_border(display: str) -> None:
    screen = Screen(Wish(size=(256, 128), position=(100, 60), present="direct"))
    whole = Box(0, 0, 256, 128)
    screen.paint(plain(RED, 256, 128), whole)
    screen.flip((whole,))
    assert within(5.0, lambda: grabbed(display).getpixel((100, 60)) == RED)
    outside = grabbed(display)
    assert outside.getbbox() == (100, 60, 356, 188)
    assert screen.describe().driver == "x11"
    assert screen.describe().mode == "direct"
    screen.close()


@pytest.mark.parametrize("present", ["direct", "vsync"])
def test_a_full_screen_has_the_canvas_at_its_offset_and_black_around(display: str, present: Present) -> None:
    screen = Screen(Wish(size=(256, 128), position=(40, 30), fullscreen=True, present=present))
    whole = Box(0, 0, 256, 128)
    screen.paint(plain(GREEN, 256, 128), whole)
    screen.flip((whole,))
    assert within(5.0, lambda: grabbed(display).getbbox() == (40, 30, 296, 158))
    assert seen(screen).getcolors() == [(256 * 128, GREEN)]
    assert grabbed(display, mouse="1").getbbox() == (40, 30, 296, 158), "the pointer is hidden"
    screen.close()


@pytest.mark.parametrize("present", ["direct", "vsync"])
def test_a_display_smaller_than_the_canvas_shows_what_has_room_and_says_so(display: str, present: Present) -> None:
    screen = Screen(Wish(size=(900, 600), position=(40, 30), fullscreen=True, present=present))
    whole = Box(0, 0, 900, 600)
    screen.paint(plain(GREEN, 900, 600), whole)
    screen.flip((whole,))
    assert within(5.0, lambda: grabbed(display).getbbox() == (40, 30, 640, 480))
    assert screen.visible_px == (600, 450)
    assert screen.colours_at(((0, 0), (899, 599))) == (0x00FF00, 0x00FF00), "the canvas is whole all the same"
    assert seen(screen).getcolors() == [(900 * 600, GREEN)]
    assert screen.trouble is not None
    assert "900×600" in screen.trouble.zh
    assert "600×450" in screen.trouble.zh
    assert not screen.retry_display(100.0), "it is as large as before"
    screen.close()


def test_a_canvas_that_lies_beyond_the_display_altogether_ends_nothing(display: str) -> None:
    screen = Screen(Wish(size=(64, 64), position=(2000, 0), fullscreen=True, present="direct"))
    screen.fill(Box(0, 0, 64, 64), "#ff0000")
    screen.flip((Box(0, 0, 64, 64),))
    assert screen.colours_at(((63, 63),)) == (0xFF0000,)
    assert screen.visible_px == (0, 64)
    assert screen.trouble is not None
    screen.close()


def test_keys_arrive_by_name_and_others_not_at_all(display: str) -> None:
    screen = Screen(Wish(size=(256, 128), present="direct"))
    screen.flip((Box(0, 0, 256, 128),))
    got: list[object] = []

    def pressed() -> bool:
        got.extend(event for event in screen.events() if isinstance(event, Key))
        return len(got) >= 3

    within(0.3, pressed)
    subprocess.run(["xdotool", "mousemove", "50", "50", "key", "i", "x", "n", "Escape"], check=True, timeout=20)
    assert within(5.0, pressed)
    assert got == [Key("i"), Key("n"), Key("escape")]
    screen.close()


def test_a_window_that_was_covered_shows_its_picture_again(display: str) -> None:
    screen = Screen(Wish(size=(256, 128), present="direct"))
    whole = Box(0, 0, 256, 128)
    screen.paint(plain(BLUE, 256, 128), whole)
    screen.flip((whole,))
    covering = "import pygame,time; pygame.display.init(); pygame.display.set_mode((640,480)); pygame.display.flip(); "
    cover = subprocess.Popen(
        [sys.executable, "-c", covering + "print('there', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "SDL_VIDEO_WINDOW_POS": "0,0"},
    )
    assert cover.stdout is not None
    while b"there" not in cover.stdout.readline():
        pass
    assert within(5.0, lambda: grabbed(display).getpixel((50, 50)) != BLUE)
    screen.events()
    cover.communicate(b"\n", timeout=20)
    exposed: list[object] = []

    def back() -> bool:
        exposed.extend(event for event in screen.events() if isinstance(event, Exposed))
        return bool(exposed) and grabbed(display).getpixel((50, 50)) == BLUE

    assert within(5.0, back)
    screen.close()


def test_vsync_falls_back_to_direct_when_the_display_has_none(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_RENDER_DRIVER", "software")
    screen = Screen(Wish(size=(256, 128), present="vsync"))
    assert screen.describe().mode == "direct"
    screen.paint(plain(RED, 256, 128), Box(0, 0, 256, 128))
    screen.flip((Box(0, 0, 256, 128),))
    assert screen.vsync_hz is None
    assert within(5.0, lambda: grabbed(display).getbbox() == (0, 0, 256, 128))
    screen.close()


def test_auto_goes_straight_into_the_window_where_the_renderer_is_the_processor(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The display here has OpenGL in software only, as a virtual machine with a render node may."""
    monkeypatch.setattr("player.stage.window.has_gpu", lambda: True)
    forced = Screen(Wish(size=(256, 128), present="vsync"))
    software = forced.describe().mode == "vsync" and is_software(gl_renderer())
    forced.close()
    if not software:
        pytest.skip("no OpenGL in software on this display")
    screen = Screen(Wish(size=(256, 128)))
    assert screen.describe().mode == "direct"
    screen.paint(plain(RED, 256, 128), Box(0, 0, 256, 128))
    screen.flip((Box(0, 0, 256, 128),))
    assert within(5.0, lambda: grabbed(display).getbbox() == (0, 0, 256, 128))
    screen.close()


def test_a_dummy_display_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = Screen(Wish(size=(64, 32), present="direct"))
    assert screen.describe().driver == "dummy"
    assert isinstance(screen._window, DirectWindow)
    assert screen.looks_every_s is not None
    screen.close()
