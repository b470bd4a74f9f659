"""A time as it is believed; which one that is, `signage.trusted_time` decides."""

import datetime as dt
from typing import Literal

import msgspec

ClockQuality = Literal["ntp", "rtc", "unsynced"]


class BelievedTime(msgspec.Struct, frozen=True):
    """The time to judge dates by, and what it is worth."""

    at: dt.datetime
    quality: ClockQuality
    """`ntp`: synchronised; `rtc`: plausible, nobody vouches for it; `unsynced`: known not to be, or contradicted."""
