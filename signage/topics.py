"""The topics of the contract `wuzha/1`: how they are written, and what each may hold.

Rule: pure; docs/wire.md lists the same topics.
"""

import re
from typing import Literal

import msgspec

VERSION = 1
PREFIX = "wuzha/1"

OfficeLeaf = Literal["status", "head"]
ScreenLeaf = Literal["status", "birth", "state", "ledger", "ledger/ack", "command", "reply", "shot"]

MOST_BYTES: dict[str, int] = {
    "office/status": 1024,
    "office/head": 16 * 1024,
    "status": 1024,
    "birth": 16 * 1024,
    "state": 32 * 1024,
    "ledger": 64 * 1024,
    "ledger/ack": 8 * 1024,
    "command": 8 * 1024,
    "reply": 64 * 1024,
    "shot": 128 * 1024,
}
"""The largest payload of each topic, by what stands behind the screen's id; looked at before anything is parsed."""

SCREEN_WRITES: tuple[ScreenLeaf, ...] = ("status", "birth", "state", "ledger", "reply", "shot")
SCREEN_READS: tuple[ScreenLeaf, ...] = ("ledger/ack", "command")
RETAINED: tuple[ScreenLeaf, ...] = ("status", "birth", "state", "ledger/ack")

SCREEN_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,35}")
"""What the id of a screen looks like, whole; no wildcard and no separator of MQTT is in it."""


class OfficeTopic(msgspec.Struct, frozen=True):
    """A topic of the office."""

    leaf: OfficeLeaf


class ScreenTopic(msgspec.Struct, frozen=True):
    """A topic of one screen."""

    screen: str
    leaf: ScreenLeaf


class Topics:
    """The topics below a prefix such as `wuzha/1`."""

    def __init__(self, prefix: str = PREFIX) -> None:
        self.prefix = prefix

    def office(self, leaf: OfficeLeaf) -> str:
        """Gives a topic of the office."""
        return f"{self.prefix}/office/{leaf}"

    def screen(self, screen: str, leaf: ScreenLeaf) -> str:
        """Gives a topic of a screen."""
        return f"{self.prefix}/screen/{screen}/{leaf}"

    def every_screen(self, leaf: ScreenLeaf) -> str:
        """Gives the filter for a topic of all screens."""
        return f"{self.prefix}/screen/+/{leaf}"

    def for_screen(self, screen: str) -> tuple[str, ...]:
        """Gives the filters that a screen subscribes to."""
        return (f"{self.prefix}/office/+", *(self.screen(screen, leaf) for leaf in SCREEN_READS))

    def read(self, topic: str) -> OfficeTopic | ScreenTopic | None:
        """Says what a topic is; None when it is none of the contract."""
        rest = topic.removeprefix(f"{self.prefix}/")
        match rest.split("/", 2) if rest != topic else ():
            case ["office", ("status" | "head") as leaf]:
                return OfficeTopic(leaf)
            case ["screen", screen, leaf] if SCREEN_ID.fullmatch(screen) and leaf in (*SCREEN_WRITES, *SCREEN_READS):
                return ScreenTopic(screen, leaf)
            case _:
                return None


def most_bytes(topic: OfficeTopic | ScreenTopic) -> int:
    """Gives the largest payload that the topic may carry, in bytes."""
    match topic:
        case OfficeTopic(leaf):
            return MOST_BYTES[f"office/{leaf}"]
        case ScreenTopic(_, leaf):
            return MOST_BYTES[leaf]
