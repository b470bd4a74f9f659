"""What follows when signatures expire: an alarm for a set time, then nothing but filler.

Rule: pure; only a clock that can be believed expires anything.
"""

import datetime as dt

from player.state import Moment
from signage.errors import Words


def expiry(expires: dt.datetime | None, now: Moment, grace: dt.timedelta) -> tuple[bool, Words | None]:
    """Gives whether only filler may play, and the alarm if there is one."""
    if expires is None or now.clock == "unsynced" or now.at <= expires:
        return False, None
    overdue = now.at - expires
    if overdue > grace:
        return True, Words(
            zh=f"签名过期已 {overdue.days} 天，只播垫片；请联系管理端",
            en=f"the signatures expired {overdue.days} days ago: only filler plays; ask the office",
        )
    left = (grace - overdue).days
    return False, Words(
        zh=f"签名过期已 {overdue.days} 天，内容照常播放，{left} 天后只播垫片；请联系管理端",
        en=f"the signatures expired {overdue.days} days ago; playing on, only filler in {left} days; ask the office",
    )
