"""Fades from one picture to the next as the player does and tells what that asked of the memory, as two numbers.

The first: blocks of 64 KiB and more that were allocated from the second step of the fade on. The second: steps. To be
run with `large_allocations.c` preloaded.
"""

import ctypes
import sys

from player.stage.screen import Screen
from player.stage.stage import Stage
from player.stage.window import Wish
from signage.layout import Box, Zone
from tests.fakes import FakeDecoder, FakeSound
from tests.player.stage.test_stage import picture

SIZE = (320, 180)
STEP_S = 1 / 60


def fade() -> tuple[int, int]:
    """Gives blocks and steps."""
    screen = Screen(Wish(size=SIZE))
    assert screen.mode == "direct", screen.trouble
    zones = (Zone(name="main", box=Box(0, 0, *SIZE)),)
    stage = Stage(screen, FakeSound(), zones=zones, canvas=SIZE, rotate=0, decoder_factory=FakeDecoder)
    asked = ctypes.CDLL(None).large_allocations
    asked.restype = ctypes.c_long
    stage.start(picture(1, "one.png"), 0.0)
    stage.present(0.0)
    stage.start(picture(2, "two.png", transition="fade"), 2.0)
    stage.present(2.0)  # the new picture comes from its decoder here
    before, steps, now = asked(), 0, 2.0
    while now < 2.5:
        now += STEP_S
        before_this = screen.colours_at(((5, 5),))
        stage.present(now)
        steps += screen.colours_at(((5, 5),)) != before_this
    return asked() - before, steps


if __name__ == "__main__":
    sys.stdout.write("{} {}\n".format(*fade()))
