"""Reading a real display back."""

import subprocess
from pathlib import Path

import pytest

from player.watch.glass import Glass
from player.watch.platform_facts import against
from player.watch.xcb import Output
from tests.bench.display import Display

SIZE = (320, 200)
CORNERS = ((0, 0), (319, 0), (0, 199), (319, 199))


@pytest.fixture
def display(needs, monkeypatch):
    needs("Xvfb", "xsetroot")
    with Display(SIZE) as one:
        monkeypatch.setenv("DISPLAY", one.name)
        subprocess.run(["xsetroot", "-solid", "#12ab34"], check=True)
        yield one


@pytest.fixture
def glass(tmp_path: Path):
    made = Glass(system=tmp_path)
    yield made
    made.close()


def test_every_point_of_the_canvas_is_read(display, glass):
    assert glass.colours(0, 0, CORNERS) == (0x12AB34,) * 4


def test_what_lies_beyond_the_display_is_black(display, glass):
    assert glass.colours(160, 0, CORNERS) == (0x12AB34, 0, 0x12AB34, 0)
    assert glass.colours(100_000, -100_000, CORNERS) == (0,) * 4


def test_a_display_that_does_not_answer_cannot_be_read(monkeypatch, glass):
    monkeypatch.setenv("DISPLAY", ":59999")
    assert glass.colours(0, 0, CORNERS) is None
    assert glass.facts().outputs is None


def test_a_display_that_ends_is_lost_and_the_next_one_is_found(needs, monkeypatch, glass):
    needs("Xvfb")
    with Display(SIZE) as one:
        monkeypatch.setenv("DISPLAY", one.name)
        assert glass.colours(0, 0, CORNERS) is not None
    assert glass.colours(0, 0, CORNERS) is None
    with Display(SIZE) as one:
        monkeypatch.setenv("DISPLAY", one.name)
        assert glass.colours(0, 0, CORNERS) is not None


def test_a_virtual_display_has_an_output_and_nothing_speaks_against_it(display, glass):
    facts = glass.facts()
    assert facts.outputs == (Output("screen", connected=True, lit=True),)
    assert against(facts) is None


def test_another_console_in_front_of_the_x_server_covers_it(display, glass, needs, tmp_path):
    needs("xprop")
    (tmp_path / "class/tty/tty0").mkdir(parents=True)
    front = tmp_path / "class/tty/tty0/active"
    subprocess.run(["xprop", "-root", "-f", "XFree86_VT", "32c", "-set", "XFree86_VT", "7"], check=True)
    front.write_text("tty7\n")
    assert glass.facts().console == 7
    assert against(glass.facts()) is None
    front.write_text("tty1\n")
    assert against(glass.facts()) == "covered"


class XWayland:
    """An X server that draws nothing itself: its root window is black whatever people see."""

    is_lost = False

    def is_rootless(self) -> bool:
        return True

    def colours(self, places: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
        return (0,) * len(places)

    def close(self) -> None:
        pass


def test_an_x_server_under_wayland_lets_nobody_look(tmp_path: Path):
    made = Glass(system=tmp_path, load=XWayland)  # type: ignore[arg-type]
    assert made.colours(0, 0, CORNERS) is None


def test_a_display_of_its_own_is_no_xwayland(display, glass):
    glass.colours(0, 0, CORNERS)
    assert not glass._display.is_rootless()
