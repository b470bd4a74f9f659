"""What the supervisor tells the screen process: how each zone was presented at the moment of one pulse.

One line of JSON each, on the screen process's standard input, short enough to be written whole or not at all. What
does not fit into the pipe is left out: a look that nobody hears of is a look that nobody made.
Rule: pure.
"""

import json
from typing import NamedTuple

from signage.presented import PRESENTED, Presented

MAX_SIGHTING_BYTES = 4096
"""A pipe takes so much at once (pipe(7), PIPE_BUF)."""
MOST_WORDS = 16
"""A screen has no more zones."""
MOST_NAME = 64


class Sighting(NamedTuple):
    """One look at the display."""

    at: float
    """The `at` of the pulse that it was compared with: monotonic seconds of the screen process."""
    zones: dict[str, Presented]


def sighting_line(sighting: Sighting) -> bytes:
    """Returns the line; empty for one that would be too long."""
    line = json.dumps({"at": sighting.at, "zones": sighting.zones}, ensure_ascii=False).encode() + b"\n"
    return line if len(line) <= MAX_SIGHTING_BYTES else b""


def parse_sighting(line: bytes) -> Sighting | None:
    """Reads a line; None when it is none of ours."""
    try:
        told = json.loads(line)
        at, zones = told["at"], told["zones"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if type(at) not in (int, float) or not abs(at) < 2**53:  # not a number is not below either
        return None
    if not isinstance(zones, dict) or len(zones) > MOST_WORDS:
        return None
    if not all(len(name) <= MOST_NAME and word in PRESENTED for name, word in zones.items()):
        return None
    return Sighting(float(at), zones)
