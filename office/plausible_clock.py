"""Whether a clock can be right, by when this program was made and when the office was last at work.

Rule: pure.
"""

import datetime as dt

from signage.errors import Words

RELEASED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
"""No honest clock shows a time before this program was made."""
BACK = dt.timedelta(days=1)
"""A clock that was set back by less may have been ahead before."""
AHEAD = dt.timedelta(days=180)
"""An office that did nothing for longer is asked; its collector signs twice a week."""
FIRST_AHEAD = dt.timedelta(days=5 * 365)
"""The same for an office that has done nothing yet."""


def why_implausible(at: dt.datetime, known: dt.datetime | None) -> Words | None:
    """Says why a clock that shows `at` is hardly right; None when it may be.

    `known` is when the office last signed or did something; None: never.
    """
    last = max(known or RELEASED, RELEASED)
    if last - BACK <= at <= last + (AHEAD if known is not None else FIRST_AHEAD):
        return None
    since = Words(f"管理端最后一次操作是 {last:%Y-%m-%d}", f"the office's last deed was on {last:%Y-%m-%d}")
    if known is None or known < RELEASED:
        since = Words(f"本软件是 {RELEASED:%Y-%m-%d} 的", f"this program is of {RELEASED:%Y-%m-%d}")
    return Words(
        f"本机时钟是 {at:%Y-%m-%d %H:%M}（UTC），{since.zh}：时钟多半不对，按它签名，屏幕会不认，或者认得太久。"
        f"先校准时钟（timedatectl）",
        f"this machine's clock says {at:%Y-%m-%d %H:%M} UTC, and {since.en}: it is hardly right, and what is signed by "
        f"it screens refuse, or believe for too long. Set the clock first (timedatectl)",
    )
