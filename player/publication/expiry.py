"""What follows when signatures expire: an alarm for a set time, then nothing but filler.

Rule: pure; a clock that can be believed raises the alarm, and what plays ends only when it is that late for certain: no
clock that is set wrongly, and no server that lies about the time, takes a screen's content away.
"""

import datetime as dt

from player.state import Moment
from signage.errors import Words


def expiry(expires: dt.datetime | None, now: Moment, grace: dt.timedelta) -> tuple[bool, Words | None]:
    """Gives whether only filler may play, and the alarm if there is one."""
    if expires is None:
        return False, None
    believed = now.at if now.clock != "unsynced" else None
    least = now.least or believed
    latest = max((at for at in (believed, least) if at is not None), default=expires)
    if latest <= expires:
        return False, None
    overdue = latest - expires
    if least is not None and least - expires > grace:
        return True, Words(
            zh=f"签名过期已 {overdue.days} 天，只播垫片；请联系管理端",
            en=f"the signatures expired {overdue.days} days ago: only filler plays; ask the office",
        )
    if overdue > grace:
        return False, Words(
            zh=f"按机器时钟，签名过期已 {overdue.days} 天，但没有别的依据，照常播放；请核对机器时钟，并问管理端",
            en=f"by this machine's clock the signatures expired {overdue.days} days ago, and nothing else says so: "
            "playing on; look at the clock, and ask the office",
        )
    left = (grace - overdue).days
    return False, Words(
        zh=f"签名过期已 {overdue.days} 天，内容照常播放，{left} 天后只播垫片；请联系管理端",
        en=f"the signatures expired {overdue.days} days ago; playing on, only filler in {left} days; ask the office",
    )
