"""`wuzha-office trial`: a broker, the console and the player of this machine, to try everything."""

import argparse
import logging
from pathlib import Path

from office.place import HOME, Place
from office.settings import open_office
from office.trial.home import alone, lay

TRIAL = Path("var/trial")


def main(options: argparse.Namespace, place: Place) -> int:
    """Runs the trial; without `--home` in a folder of its own, so that it never touches a real office."""
    if options.home == HOME:
        place = Place(TRIAL.absolute())
    logging.getLogger("signage.link").setLevel(logging.WARNING)
    with alone(place):
        if lay(place, fresh=options.fresh):
            _say(f"新建试用文件夹 {place.home} · a new trial in {place.home}")
        else:
            _say(f"继续上次的试用 {place.home}，重新开始用 --fresh · going on with the last trial; --fresh begins anew")
        open_office(place, url=options.database)
        from office.trial.run import Wish, run  # noqa: PLC0415 - what it is made of needs the office open

        wish = Wish(
            config=options.config,
            port=options.port,
            broker_port=options.broker_port,
            headless=options.headless,
            embedded=options.embedded,
            for_s=options.for_s,
        )
        return run(place, wish, _say)


def _say(line: str) -> None:
    print(line, flush=True)
