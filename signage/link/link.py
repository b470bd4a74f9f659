"""A connection to a broker that comes back by itself, on a thread of its own.

MQTT 5, or 3.1.1 from then on when the broker refuses 5, and for once when it does not answer to it. What was in flight
when a connection ended is not sent again by itself: its owner is told and decides. When nobody takes the events,
reading stops: the broker keeps what comes, and when that lasts longer than the keepalive the connection ends, and the
will says so.
"""

import logging
import random
import threading
import time
from collections.abc import Callable

from signage.link.box import Box
from signage.link.client import CONNECT_S
from signage.link.connection import Connection
from signage.link.values import Arrived, Broker, LinkEvent, Outgoing, Will, Wish, address, delay_s

log = logging.getLogger(__name__)

SETTLED_S = 30.0
"""A connection that ends sooner counts as failed: two players of one identity do not throw each other out at speed."""
MOST_CUT_SHORT = 3
"""So many connections in a row that end while the broker still gives what it kept for us, and the session is let go.

Mosquitto 2.0 gives all of it anew at once at each connection, whatever Receive Maximum says, and adds what is retained
again: over a line that ends after some packets the session only grows, and no connection would ever come up."""
LEVEL_REFUSED = 0x84
HOPELESS = frozenset((0x85, 0x86, 0x87, 0x8A, 0x8C))
"""Codes of MQTT 5: identity, password, rights, banned, method. Trying again at once would only hammer."""


class Link:
    """Publishes and hears, with QoS 1. Every method may be called from any thread; each is started once."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        filters: tuple[str, ...] = (),
        will: Callable[[], Will | None] = lambda: None,
        session_s: int = 0,
        will_delay_s: int = 0,
        manual_ack: bool = False,
        receive_max: int = 64,
        on_news: Callable[[], None] = lambda: None,
        first_delay_s: float = 1.0,
        longest_delay_s: float = 120.0,
        keepalive_s: int = 60,
        most_bytes: Callable[[str], int] | None = None,
        level: int = 5,
    ) -> None:
        """`will` is asked before every attempt, `on_news` called after every event, both on the link's thread.

        `most_bytes` gives the largest payload of a topic; a larger one is passed over. Raises ValueError when the URL
        names no broker.
        """
        address(broker.url)
        self._wish = Wish(
            broker=broker, client_id=client_id, filters=filters, session_s=session_s, will_delay_s=will_delay_s,
            manual_ack=manual_ack, receive_max=receive_max, keepalive_s=keepalive_s, most_bytes=most_bytes,
        )  # fmt: skip
        self._will = will
        self._first_s, self._longest_s = first_delay_s, longest_delay_s
        self._level = level
        self._leave_by = 0.0
        self._random = random.SystemRandom()
        self._box = Box(on_news)
        self._thread = threading.Thread(target=self._run, name=f"link {client_id}", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether the broker has taken us in, as far as we know."""
        return self._box.is_up

    def start(self) -> None:
        """Begins to connect, in the background."""
        self._thread.start()

    def take(self, wait_s: float = 0.0) -> tuple[LinkEvent, ...]:
        """Gives what happened since the last time, in order; waits at most `wait_s` for the first of it."""
        return self._box.take(wait_s)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """Gives the token that `Sent` will carry; None: not connected or too much in flight, the caller keeps it."""
        if not topic or "+" in topic or "#" in topic:
            raise ValueError(f"{topic!r} cannot be published to")
        return self._box.leave(Outgoing(topic, payload, retain))

    def acknowledge(self, arrived: Arrived) -> None:
        """Tells the broker that a message is dealt with; when the connection is gone it comes again."""
        if arrived.receipt is not None:
            self._box.acknowledge(arrived.receipt)

    def stop(self, farewell: tuple[Outgoing, ...] = (), wait_s: float = 3.0) -> None:
        """Publishes the farewell, waits for its acknowledgement, and leaves without the will being published."""
        for out in farewell:
            self._box.leave(out, always=True)
        self._leave_by = time.monotonic() + wait_s
        self._box.stop()
        if self._thread.ident is not None:
            self._thread.join(wait_s + CONNECT_S)
        if not self._thread.is_alive():
            self._box.close()

    # From here on: the link's own thread.

    def _run(self) -> None:
        number, tries, said, level, cut_short = 0, 0, "", self._level, 0
        while not self._box.is_stopping:
            number += 1
            connection = Connection(self._wish, level, self._will(), self._box, number)
            end = connection.run(lambda: self._leave_by, anew=cut_short >= MOST_CUT_SHORT)
            cut_short = cut_short + 1 if end.heard and not end.code else 0
            silent = end.heard is False
            if not self._box.is_stopping and level == 5 and (end.code == LEVEL_REFUSED or silent):
                log.info(
                    "%s: MQTT 5 is %s, trying 3.1.1", self._wish.broker.url, "not answered" if silent else "refused"
                )
                self._level, level = 5 if silent else 4, 4
                continue
            level = self._level
            if end.up_s is not None or end.why != said:
                log.log(logging.INFO if self._box.is_stopping else logging.WARNING, "broker: %s", end.why)
                self._box.end(end.why)
            said = end.why
            tries = 0 if end.up_s is not None and end.up_s >= SETTLED_S else tries + 1
            self._box.rest(self._pause_s(tries, hopeless=end.code in HOPELESS))

    def _pause_s(self, tries: int, *, hopeless: bool) -> float:
        roll = self._random.random()
        if hopeless:
            return self._longest_s * (1 + roll) / 2
        return delay_s(max(0, tries - 1), self._first_s, self._longest_s, roll)
