"""What a collector owes the screens: that somebody is there, the newest head, and what of their ledgers is stored.

All of it is retained, and said again whenever a connection begins: the broker may have lost its disk meanwhile. What is
owed is named, not kept: the words are made when they go out, so nothing old is ever said.
"""

from collections.abc import Callable, Iterable

from signage.link import Outgoing
from signage.messages import LedgerAck, encode
from signage.topics import Topics

TOGETHER = 20
"""Acknowledgements that are read at once: as many as are under way at a time."""

_Debt = str
_STATUS, _HEAD = " status", " head"
"""No screen's id has a space."""


class Outbox:
    """What is owed, and what is under way. Only one thread may use it."""

    def __init__(
        self,
        topics: Topics,
        *,
        status: Callable[[], bytes],
        head: Callable[[], bytes | None],
        acks: Callable[[Iterable[str]], dict[str, LedgerAck]],
    ) -> None:
        """The callables give what is to be said now; without a head, or to a screen without an answer, nothing is."""
        self._topics = topics
        self._status, self._head, self._acks = status, head, acks
        self._owed: dict[_Debt, None] = {}
        self._under_way: dict[int, _Debt] = {}

    def begin(self, screens: Iterable[str]) -> None:
        """Owes everything to everybody: a connection has begun."""
        self._under_way = {}
        self._owed = dict.fromkeys((_STATUS, _HEAD, *screens))

    def owe_acks(self, screens: Iterable[str]) -> None:
        """Owes screens how far their ledgers are stored."""
        self._owed.update(dict.fromkeys(screens))

    def owe_status(self) -> None:
        """Owes everybody that we are there."""
        self._owed[_STATUS] = None

    def owe_head(self) -> None:
        """Owes everybody the newest head."""
        self._owed[_HEAD] = None

    def sent(self, token: int, why: str) -> None:
        """Takes what became of one; what the broker did not take is owed still."""
        debt = self._under_way.pop(token, None)
        if debt is not None and why:
            self._owed[debt] = None

    def flush(self, publish: Callable[[Outgoing], int | None]) -> None:
        """Says as much as goes out now; `publish` gives a token, or None when no more goes out."""
        while self._owed:
            for debt, out in self._next():
                token = None if out is None else publish(out)
                if out is not None and token is None:
                    return
                del self._owed[debt]
                if token is not None:
                    self._under_way[token] = debt

    def _next(self) -> list[tuple[_Debt, Outgoing | None]]:
        first = next(iter(self._owed))
        if first == _STATUS:
            return [(first, Outgoing(self._topics.office("status"), self._status(), retain=True))]
        if first == _HEAD:
            head = self._head()
            return [(first, None if head is None else Outgoing(self._topics.office("head"), head, retain=True))]
        some = [debt for debt in self._owed if debt not in (_STATUS, _HEAD)][:TOGETHER]
        acks = self._acks(some)
        return [(each, self._ack(each, acks.get(each))) for each in some]

    def _ack(self, screen: str, ack: LedgerAck | None) -> Outgoing | None:
        return None if ack is None else Outgoing(self._topics.screen(screen, "ledger/ack"), encode(ack), retain=True)
