"""What speaks against a picture being seen, whatever is read back: nothing plugged in, asleep, another console.

Rule: pure; where nothing can be told, nothing speaks against it.
"""

import re
from typing import NamedTuple

from player.watch.connectors import Cards
from player.watch.xcb import Output
from signage.presented import Presented

_SOCKET = re.compile(r"(?i)(e?DP|DisplayPort|HDMI|DVI|VGA|LVDS|DSI|TV|Composite|S-?Video|DFP|CRT|SPI|USB)\W?\w*.*")
"""What sockets are called; the output of a virtual display is not."""
AGAINST_SAYS: dict[Presented, str] = {
    "no-display": "no display is connected",
    "dark": "the display is switched off or asleep",
    "covered": "the display shows another console",
    "unknown": "the display server (X) does not answer, nobody knows whether the picture is still there: "
    "start it anew, or this computer",
}
NOTHING_LEFT = "nothing is in the way of the display any more"
NO_CARDS = Cards()
ASLEEP = ("Off", "Standby", "Suspend")


class PlatformFacts(NamedTuple):
    """What the kernel and the X server say."""

    cards: Cards = NO_CARDS
    outputs: tuple[Output, ...] | None = None
    powered_down: bool | None = None
    """By the X server; None: it does not say."""
    console: int | None = None
    """The virtual terminal of the X server."""


def against(facts: PlatformFacts) -> Presented | None:
    """Returns the word for a picture that cannot be seen now; None when nothing is known to be in the way."""
    sockets = [each for each in facts.outputs or () if _SOCKET.fullmatch(each.name)]
    if sockets:
        # The server that draws the picture knows best what it goes to.
        found = [each for each in sockets if each.connected]
        if not found:
            return "no-display"
        if not any(each.lit for each in found):
            return "dark"
    elif facts.cards.connectors and not facts.cards.has_others and not _plugged(facts.cards):
        return "no-display"
    if facts.powered_down or _is_asleep(facts.cards):
        return "dark"
    if facts.console is not None and facts.cards.console and facts.cards.console != f"tty{facts.console}":
        return "covered"
    return None


def _plugged(cards: Cards) -> list[str]:
    return [each.name for each in cards.connectors if each.status != "disconnected"]


def _is_asleep(cards: Cards) -> bool:
    """Returns whether all that is plugged in is asleep, and the kernel knows of all that there is."""
    found = [each for each in cards.connectors if each.status == "connected"]
    return bool(found) and not cards.has_others and all(each.dpms in ASLEEP for each in found)
