"""Records plays on a disk that is full for a while: no file may grow beyond a limit, which is then taken away."""

import resource
import signal
import sys
import time
from pathlib import Path

from player.uplink.recorder import Recorder
from player.uplink.writer import Writer
from tests.player.uplink.test_recorder import Wall, play

PLAYS = 400

if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = Path(sys.argv[1])
    recorder = Recorder(Writer(path, "sq-led", "b"), Wall())
    recorder.start()
    recorder.played(play(1))
    while not path.with_name("ledger.db-wal").exists():
        time.sleep(0.01)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    for number in range(2, PLAYS + 1):
        recorder.played(play(number))
    until = time.monotonic() + 20
    while recorder.trouble is None and time.monotonic() < until:
        time.sleep(0.01)
    sys.stdout.write(f"{'full' if recorder.trouble is not None else 'never full'}\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    while recorder.trouble is not None and time.monotonic() < until:
        time.sleep(0.01)
    recorder.stop()
