"""`wuzha-office collect`: takes the screens' ledgers and states in, until it is told to end."""

import argparse
import gc
import sys
from contextlib import closing

from office.collecting.collector import Collector
from office.ending import Ending
from office.notify import Notify
from office.place import Place
from office.voice import office_broker

TURN_S = 2.0
SWITCH_S = 0.02
"""Between the thread that receives and the one that stores: at 5 ms their changing alone takes a tenth of the time."""


def main(_options: argparse.Namespace, place: Place) -> int:
    """Collects; 0 when it was told to end."""
    told = place.settings()
    ending = Ending()
    ending.listen()
    # What was loaded stays, and a batch makes many small things that go at once: no need to look through it all often.
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(20_000, 20, 20)
    with closing(Notify()) as notify:
        # The work feeds the watchdog, not this thread, which does nothing but wait.
        collector = Collector(place, office_broker(place, told), told.prefix, on_turn=notify.turned)
        collector.start()
        notify.ready(f"collecting from {told.broker}")
        while not ending.wait(TURN_S) and collector.alive:
            pass
        notify.stopping()
        code = 0 if collector.alive else 1
        collector.stop()
    return code
