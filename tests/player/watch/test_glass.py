"""Reading a real display back."""

import subprocess

import pytest

from player.watch import glass
from player.watch.pulse import points
from tests.bench.display import Display

SIZE = (320, 200)


@pytest.fixture
def display(needs, monkeypatch):
    needs("Xvfb", "xsetroot")
    with Display(SIZE) as one:
        monkeypatch.setenv("DISPLAY", one.name)
        subprocess.run(["xsetroot", "-solid", "#12ab34"], check=True)
        yield one


def test_every_point_of_the_canvas_is_read(display):
    assert glass.colours((0, 0, *SIZE)) == (0x12AB34,) * 64


def test_what_lies_beyond_the_display_is_black(display):
    left = SIZE[0] // 2
    expected = tuple(0x12AB34 if left + x < SIZE[0] else 0 for x, _ in points(*SIZE))
    assert glass.colours((left, 0, *SIZE)) == expected
    assert glass.colours((100_000, -100_000, *SIZE)) == (0,) * 64


def test_a_display_that_does_not_answer_cannot_be_read(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":59999")
    assert glass.colours((0, 0, *SIZE)) is None
