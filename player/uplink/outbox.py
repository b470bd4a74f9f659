"""What waits to be published: of a retained document only the newest, of other messages a few."""

from collections import deque
from typing import Protocol

import msgspec

from signage.link import Arrived, LinkEvent, Outgoing
from signage.topics import ScreenLeaf, Topics

MOST_WAITING = 64
"""Replies and pictures; beyond it the oldest is left out: whoever asked has given up by then."""


class LinkLike(Protocol):
    """The connection as the agent uses it; `signage.link.Link` is one."""

    def start(self) -> None: ...
    def take(self, wait_s: float = 0.0) -> tuple[LinkEvent, ...]: ...
    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None: ...
    def acknowledge(self, arrived: Arrived, /) -> None: ...
    def stop(self, farewell: tuple[Outgoing, ...] = (), wait_s: float = 3.0) -> None: ...


class _Mail(msgspec.Struct, frozen=True):
    leaf: ScreenLeaf
    payload: bytes
    retain: bool


class Outbox:
    """Publishes as fast as the connection takes it. Only the agent's thread uses it."""

    def __init__(self, link: LinkLike, topics: Topics, screen: str) -> None:
        self._link, self._topics, self._screen = link, topics, screen
        self._documents: dict[ScreenLeaf, bytes] = {}
        self._waiting: deque[_Mail] = deque(maxlen=MOST_WAITING)
        self._under_way: dict[int, _Mail] = {}

    @property
    def is_empty(self) -> bool:
        """Whether the broker has everything."""
        return not (self._documents or self._waiting or self._under_way)

    def document(self, leaf: ScreenLeaf, payload: bytes) -> None:
        """Takes a retained document; one that still waits is replaced, and goes last."""
        self._documents.pop(leaf, None)
        self._documents[leaf] = payload

    def message(self, leaf: ScreenLeaf, payload: bytes) -> None:
        """Takes a message that is not retained."""
        self._waiting.append(_Mail(leaf, payload, retain=False))

    def flush(self) -> None:
        """Hands over what the connection takes; the rest waits."""
        for leaf, payload in tuple(self._documents.items()):
            if not self._publish(_Mail(leaf, payload, retain=True)):
                return
            del self._documents[leaf]
        while self._waiting:
            if not self._publish(self._waiting[0]):
                return
            self._waiting.popleft()

    def settled(self, token: int, why: str) -> bool:
        """Hears what became of a publication; says whether it was one of these. A reply that was not taken waits again.

        A document that was not taken does not: there is a newer one soon, and all of them after the next connection.
        """
        mail = self._under_way.pop(token, None)
        if mail is not None and why and not mail.retain:
            self._waiting.appendleft(mail)
        return mail is not None

    def disconnected(self) -> None:
        """Forgets documents: the next connection begins with new ones."""
        self._documents.clear()

    def _publish(self, mail: _Mail) -> bool:
        token = self._link.publish(self._topics.screen(self._screen, mail.leaf), mail.payload, retain=mail.retain)
        if token is not None:
            self._under_way[token] = mail
        return token is not None
