"""Records plays until the disk of its ledger is full and goes on; ends in order when it is told to."""

import contextlib
import signal
import sys
import threading
from pathlib import Path

from player.uplink.recorder import Recorder
from player.uplink.writer import Writer
from tests.player.uplink.test_recorder import Wall, play

if __name__ == "__main__":
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    path, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    written = threading.Event()
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.on_written = written.set
    recorder.start()
    recorder.played(play(first))
    written.wait(20)
    with (path.parent / "rest").open("wb", buffering=0) as rest, contextlib.suppress(OSError):
        while True:
            rest.write(bytes(4096))
    for number in range(first + 1, first + count):
        recorder.played(play(number))
    while recorder.trouble is None and not end.wait(0.01):
        pass
    sys.stdout.write("full\n")
    sys.stdout.flush()
    end.wait(60)
    recorder.stop()
