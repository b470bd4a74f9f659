"""Reads `health.json`, and writes it for the supervisor, which touches no disk.

Run as `python -m player.watch.health_file FOLDER`, with the contents on standard input.
"""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import get_args

from player.durable import NotOursError, load_bytes, write_whole
from player.watch.health import NAME, Health, Seen
from signage.presented import PRESENTED

MOST_BYTES = 16_384


def read_health(state: Path) -> Health | None:
    """Returns what the supervisor wrote last; None when there is nothing that can be read."""
    try:
        told = json.loads(load_bytes(state / NAME))
        screen, at = told["screen"], dt.datetime.fromisoformat(told["at"])
        at.astimezone(dt.timezone(dt.timedelta(hours=14)))  # of the year 9999: there is none in other zones
        return Health(
            v=int(told["v"]),
            at=at,
            restarts=int(told["restarts"]),
            last_end=str(told["last_end"]),
            present=str(told["present"]),
            screen=screen if screen in get_args(Seen) else "unseen",
            against=next((each for each in PRESENTED if each == told.get("against")), ""),
        )
    except (OSError, NotOursError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None


def main() -> None:
    """Writes what comes on standard input into the folder that is named, or says why not."""
    try:
        write_whole(Path(sys.argv[1]) / NAME, sys.stdin.buffer.read(MOST_BYTES))
    except (OSError, ValueError) as fault:
        sys.stdout.write(str(fault))


if __name__ == "__main__":
    main()
