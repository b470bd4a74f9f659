"""One start and one append to a ledger, to be killed at each of its writes; prints `written` when all is done."""

import sys
from pathlib import Path

from player.uplink.records import Began
from player.uplink.writer import Writer
from tests.player.uplink.test_writer import SCREEN, at, play, slot

if __name__ == "__main__":
    writer = Writer(Path(sys.argv[1]), SCREEN, "boot-2")
    writer.open(at())
    writer.write([play(2), Began(slot(3), at(30))])
    sys.stdout.write("written\n")
    sys.stdout.flush()
