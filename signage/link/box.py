"""What the link's thread and everybody else leave for each other.

Rule: one lock, never held while anything is sent, received or called back.
"""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable

from signage.link.values import Arrived, Disconnected, LinkEvent, Outgoing, Sent

MOST_WAITING, MOST_WAITING_BYTES = 2048, 32 << 20
"""Events, and bytes in them, that wait to be taken; beyond it the link reads no more."""


class Box:
    """Events one way, publications and receipts the other. Every method may be called from any thread."""

    def __init__(self, on_news: Callable[[], None]) -> None:
        """`on_news` is called after every event, on the thread that leaves it."""
        self._lock = threading.Condition()
        self._on_news = on_news
        self._events: list[LinkEvent] = []
        self._events_bytes = 0
        self._outgoing: deque[tuple[int, Outgoing]] = deque()
        self._receipts: deque[tuple[int, int]] = deque()
        self._unsettled: set[int] = set()
        self._most_in_flight = 0
        """0: not connected."""
        self._tokens = 0
        self._stopping = False
        self.woken, self._waker = socket.socketpair()
        """`woken` can be read when there is something for the link's thread."""
        self.woken.setblocking(False)
        self._waker.setblocking(False)

    # For whoever uses the link

    def take(self, wait_s: float) -> tuple[LinkEvent, ...]:
        """Gives the events since the last time, waiting for the first one."""
        with self._lock:
            self._lock.wait_for(lambda: bool(self._events), wait_s)
            was_full = self.is_full
            events, self._events, self._events_bytes = tuple(self._events), [], 0
        if was_full:
            self.wake()
        return events

    def leave(self, out: Outgoing, *, always: bool = False) -> int | None:
        """Takes something to publish and gives its token; None when it cannot go now."""
        with self._lock:
            if not self._most_in_flight or (len(self._unsettled) >= self._most_in_flight and not always):
                return None
            self._tokens += 1
            token = self._tokens
            self._unsettled.add(token)
            self._outgoing.append((token, out))
        self.wake()
        return token

    def acknowledge(self, receipt: tuple[int, int]) -> None:
        """Takes the receipt of a message."""
        self._receipts.append(receipt)
        self.wake()

    def stop(self) -> None:
        """Says that the end has come."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        self.wake()

    @property
    def is_up(self) -> bool:
        """Whether the link is connected."""
        return self._most_in_flight > 0

    # For the link's thread

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be read."""
        return len(self._events) >= MOST_WAITING or self._events_bytes >= MOST_WAITING_BYTES

    @property
    def is_stopping(self) -> bool:
        """Whether the end has come."""
        return self._stopping

    @property
    def is_settled(self) -> bool:
        """Whether nothing is on its way."""
        return not self._unsettled

    def put(self, *events: LinkEvent) -> None:
        """Leaves events for `take`."""
        with self._lock:
            self._events.extend(events)
            self._events_bytes += sum(len(event.payload) for event in events if isinstance(event, Arrived))
            self._lock.notify_all()
        self._on_news()

    def begin(self, most_in_flight: int, *events: LinkEvent) -> None:
        """Opens for publications."""
        with self._lock:
            self._most_in_flight = most_in_flight
        self.put(*events)

    def next_out(self, in_flight: int) -> tuple[int, Outgoing] | None:
        """Gives the next publication, unless so many in flight are enough."""
        with self._lock:
            return self._outgoing.popleft() if self._outgoing and in_flight < self._most_in_flight else None

    def next_receipt(self) -> tuple[int, int] | None:
        """Gives the next receipt."""
        return self._receipts.popleft() if self._receipts else None

    def settle(self, token: int, why: str = "") -> None:
        """Says what became of a publication."""
        with self._lock:
            self._unsettled.discard(token)
        self.put(Sent(token, why))

    def end(self, why: str) -> None:
        """Notes that the connection is over: nothing of it is acknowledged any more."""
        with self._lock:
            self._most_in_flight = 0
            unsettled, self._unsettled = sorted(self._unsettled), set()
            self._outgoing.clear()
            self._receipts.clear()
        self.put(*(Sent(token, why) for token in unsettled), Disconnected(why))

    def rest(self, seconds: float) -> None:
        """Waits, unless the end comes."""
        with self._lock:
            self._lock.wait_for(lambda: self._stopping, seconds)

    def wake(self) -> None:
        """Ends the wait of the link's thread."""
        # A full pipe wakes as well, and a closed one has nobody behind it.
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def was_woken(self) -> None:
        """Empties the pipe."""
        with contextlib.suppress(BlockingIOError):
            while self.woken.recv(4096):
                pass

    def close(self) -> None:
        """Closes the pipe."""
        self.woken.close()
        self._waker.close()
