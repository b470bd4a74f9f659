"""Whether the office itself hears its screens: what it says of them is worth no more than that.

Rule: pure. A screen is silent only towards somebody who listens. While no collector does, screens stand as they were
heard last, nobody calls them silent, and the office says that the fault is its own.
"""

import datetime as dt
from collections.abc import Sequence

import msgspec

from signage.errors import Words

SILENT_S = 120
"""A screen that is connected tells its state every 30 seconds."""
MOST_SILENT_S = 40.0
"""Of a collector, which beats every ten seconds; then it does not work any more."""


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with the office's own hearing."""

    hears: bool = True
    since: dt.datetime | None = None
    """Since when; None: always, as far as is known."""
    why: Words | None = None
    """What is wrong, and what to do about it; None: nothing."""


HEARS = Hearing()
START = Words(
    "请在管理端这台机器上启动接收服务（systemctl start wuzha-collect@1，或运行 wuzha-office collect）",
    "start it on the office's machine: systemctl start wuzha-collect@1, or run wuzha-office collect",
)
REACH = Words(
    "请检查消息服务器（systemctl status mosquitto）和 office.toml 里的 broker 一行",
    "look at the broker (systemctl status mosquitto) and at the line broker in office.toml",
)


def hearing(beats: Sequence[tuple[dt.datetime | None, dt.datetime]], now: dt.datetime) -> Hearing:
    """Returns what beats come to: since when each collector is connected, None when it is not, and its last beat.

    One whose beat is of the future – its clock was set back – counts as one that works.
    """
    if not beats:  # also an office of before there were beats, whose collector may well work
        return Hearing(why=_sentence("还没有运行过", "never ran", START))
    alive = [since for since, at in beats if (now - at).total_seconds() <= MOST_SILENT_S]
    connected = [since for since in alive if since is not None]
    if connected:
        return Hearing(since=min(connected))
    if alive:
        return Hearing(hears=False, why=_sentence("连不上消息服务器", "cannot reach the broker", REACH))
    return Hearing(hears=False, why=_sentence("没有在运行", "does not run", START))


def is_silent(status: str, heard: dt.datetime | None, now: dt.datetime, hearing: Hearing = HEARS) -> bool:
    """Says whether a screen that should be there has said nothing for too long, to somebody who listened."""
    since = newest(heard, hearing.since) if heard is not None else None
    return hearing.hears and status == "online" and since is not None and (now - since).total_seconds() > SILENT_S


def newest(*moments: dt.datetime | None) -> dt.datetime | None:
    """Returns the latest of them; None when there is none."""
    return max((at for at in moments if at is not None), default=None)


def _sentence(zh: str, en: str, cure: Words) -> Words:
    return Words(
        f"管理端自己的接收服务{zh}：收不到屏幕的消息，各屏幕的状态停在那之前，屏幕照常播放。{cure.zh}。",
        f"the office's own collector {en}: nothing of the screens is heard; they stand here as they were, and play on."
        f" {cure.en[:1].upper()}{cure.en[1:]}.",
    )
