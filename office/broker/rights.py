"""Who may write and read which topic: the office everything of ours, a screen its own and nobody else's.

Rule: pure; mosquitto gets it as a file, the embedded broker asks.
"""

import hashlib

import msgspec

from signage.topics import SCREEN_ID, SCREEN_READS, SCREEN_WRITES, ScreenTopic, Topics

SHARED = "$share/"


class Rights(msgspec.Struct, frozen=True):
    """The rights of all users below a prefix; `office` is the office's user."""

    prefix: str
    office: str

    def may_write(self, user: str, topic: str) -> bool:
        """Says whether a user may publish to a topic."""
        if user == self.office:
            return self._is_ours(topic)
        told = Topics(self.prefix).read(topic)
        return isinstance(told, ScreenTopic) and told.screen == user and told.leaf in SCREEN_WRITES

    def may_read(self, user: str, topics: str) -> bool:
        """Says whether a user may subscribe to a filter, or be given a topic."""
        if user == self.office:
            return self._is_ours(_unshared(topics))
        if not SCREEN_ID.fullmatch(user):
            return False
        own = Topics(self.prefix)
        office = (own.office("status"), own.office("head"))
        return topics in (*own.for_screen(user), *office)

    def acl(self) -> str:
        """Gives the same as a mosquitto ACL file; `%u` stands for the name that the screen logged in with."""
        topics = Topics(self.prefix)
        lines = [
            "# Written by wuzha-office. What is not allowed here is forbidden.",
            f"user {self.office}",
            f"topic readwrite {self.prefix}/#",
            "topic read $SYS/#",
            "",
            "# Every screen, by the name it logged in with.",
            f"pattern read {topics.office('status')}",
            f"pattern read {topics.office('head')}",
            *(f"pattern read {topics.screen('%u', leaf)}" for leaf in SCREEN_READS),
            *(f"pattern write {topics.screen('%u', leaf)}" for leaf in SCREEN_WRITES),
        ]
        return "\n".join(lines) + "\n"

    def _is_ours(self, topics: str) -> bool:
        return topics.startswith(f"{self.prefix}/")


def collectors_group(password: str) -> str:
    """Gives how the filter for ledgers begins that the office's collectors share, from the office's password.

    Mosquitto lets every user join a group whose name he knows, and his share of what he may not read is lost. So
    screens must not know the name.
    """
    return f"{SHARED}c{hashlib.sha256(b'wuzha collect ' + password.encode()).hexdigest()[:24]}/"


def _unshared(topics: str) -> str:
    if not topics.startswith(SHARED):
        return topics
    return topics.removeprefix(SHARED).partition("/")[2]
