"""A target with faults in it, to see that the harness finds them."""

import logging
import os
import signal
import time
from pathlib import Path
from random import Random

from tests.fuzz.case import Broken, Case, CaseBounds, Step

_kept: list[bytes] = []
"""Grows for ever."""


def make(random: Random) -> Case:
    """Returns a case that leaks, unless something else was asked for."""
    return (Step("leak", random.randbytes(4)),)


class Faulty:
    """Does what the steps say."""

    bounds = CaseBounds(grows_mib=8.0, log_case_bytes=1000)

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Fails in the way that is asked for."""
        for step in case:
            match step.about:
                case "leak":
                    _kept.append(bytes(100_000))
                    time.sleep(0.001)
                case "raise" if b"BAD" in step.data:
                    int("no number")
                case "promise":
                    raise Broken("a promise")
                case "log":
                    try:
                        int("no number")
                    except ValueError:
                        logging.getLogger(__name__).exception("told")
                case "talk":
                    logging.getLogger(__name__).warning("x" * 2000)
                case "hang":
                    while True:
                        pass
                case "die":
                    os.kill(os.getpid(), signal.SIGKILL)

    def pids(self) -> tuple[int, ...]:
        """Returns none."""
        return ()

    def close(self) -> None:
        """Has nothing to end."""


def open_target(folder: Path) -> Faulty:
    """Returns the target."""
    return Faulty()
