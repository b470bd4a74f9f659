"""Which time to believe when the clock on the wall may be wrong."""

import datetime as dt
from typing import Literal

import msgspec

ClockQuality = Literal["ntp", "rtc", "unsynced"]


class BelievedTime(msgspec.Struct, frozen=True):
    """The time to judge dates by, and what it is worth."""

    at: dt.datetime
    quality: ClockQuality
    """`ntp`: synchronised; `rtc`: plausible, nobody vouches for it; `unsynced`: known not to be, or impossible."""


def believed(wall: dt.datetime, floor: dt.datetime, synchronised: bool | None) -> BelievedTime:
    """Gives the time to go by: the wall clock, but never a time before `floor`.

    `floor` is the latest moment known to be past: the build, the last saved time, the newest verified signature.
    `synchronised` is what the system says of its clock, None when it does not say.
    """
    if wall.astimezone(dt.UTC) < floor.astimezone(dt.UTC):
        return BelievedTime(floor, "unsynced")
    if synchronised is None:
        return BelievedTime(wall, "rtc")
    return BelievedTime(wall, "ntp" if synchronised else "unsynced")
