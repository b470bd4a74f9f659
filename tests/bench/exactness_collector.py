"""A collector, for `exactness`: the office's own, with a broker of its own and shorter pauses.

Usage: python -m tests.bench.exactness_collector HOME mqtt://HOST:PORT TALLY. In the tally it notes how many records
were in the batches that it dealt with, whether they were new or not.
"""

import argparse
import datetime as dt
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from office.place import Place
from office.settings import open_office
from signage.link import Broker
from signage.messages import LedgerBatch
from signage.topics import PREFIX
from tests.bench.exactness_tally import OFFERED, Tally

FIRST_DELAY_S, LONGEST_DELAY_S = 0.05, 1.0


def main() -> int:
    """Collects until it is told to end."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("home", type=Path)
    options.add_argument("url")
    options.add_argument("tally", type=Path)
    chosen = options.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    ending = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ending.set())
    place = Place(chosen.home)
    open_office(place)
    collector = _made(place, chosen.url, Tally(chosen.tally))
    collector.start()
    while not ending.wait(0.5) and collector.alive:
        pass
    code = 0 if collector.alive else 1
    collector.stop()
    return code


def _made(place: Place, url: str, tally: Tally):  # type: ignore[no-untyped-def] # its modules need Django first
    from office.collecting.collector import Collector
    from office.collecting.ledgers import Ledgers

    class Noting(Ledgers):
        def store(self, batches: Sequence[LedgerBatch], at: dt.datetime) -> None:
            super().store(batches, at)
            tally[OFFERED] += sum(len(batch.records) for batch in batches)

    return Collector(
        place, Broker(url=url), PREFIX, ledgers=Noting, first_delay_s=FIRST_DELAY_S, longest_delay_s=LONGEST_DELAY_S
    )


if __name__ == "__main__":
    sys.exit(main())
