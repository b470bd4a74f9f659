"""What other threads ask of the publications: one place to leave it, which never fills and is emptied whole."""

import threading
from collections.abc import Callable

import msgspec

from player.state import Moment
from signage.errors import Words

INTERRUPT_AFTER_S = 2.0
"""A healthy look or download gives way to news by itself, sooner than this."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked since the last time."""

    head: tuple[bytes, Moment] | None = None
    """The newest head, and when it came."""
    look: bool = False
    broken: dict[str, Words] = {}
    """Files that broke the decoder, by SHA-256."""
    doubted: frozenset[str] = frozenset()
    """Files that had other bytes when they were shown, by SHA-256."""


class News:
    """Of heads only the newest is kept, and of everything else that it was asked."""

    def __init__(self, interrupt: Callable[[], None], *, interrupt_after_s: float = INTERRUPT_AFTER_S) -> None:
        """`interrupt` ends a look or a download that does not give way to news within `interrupt_after_s`."""
        self._bell = threading.Condition()
        self._interrupt = interrupt
        self._interrupt_after_s = interrupt_after_s
        self._patience: threading.Timer | None = None
        self._asked = Asked()
        self._known_head: bytes | None = None
        """The newest head that held; it is no news."""
        self.stopping = False

    def head(self, head: bytes, at: Moment) -> None:
        """Leaves a head that was heard."""
        with self._bell:
            if head != self._known_head:
                self._put(msgspec.structs.replace(self._asked, head=(head, at)))

    def held(self, head: bytes) -> None:
        """Takes that a head held: it is no news any more, also where it came once again while it was looked at."""
        with self._bell:
            self._known_head = head
            if self._asked.head is not None and self._asked.head[0] == head:
                self._asked = msgspec.structs.replace(self._asked, head=None)
                if self._asked == Asked():
                    self._calm_down()

    def look(self) -> None:
        """Leaves the wish for a look."""
        with self._bell:
            self._put(msgspec.structs.replace(self._asked, look=True))

    def broken(self, sha256: str, why: Words) -> None:
        """Leaves the word of a file that broke the decoder; for the loop's thread, so it starts nothing."""
        with self._bell:
            self._asked = msgspec.structs.replace(self._asked, broken={**self._asked.broken, sha256: why})
            self._bell.notify_all()

    def doubted(self, sha256: str) -> None:
        """Leaves the word of a file that is another one now; for the loop's thread, so it starts nothing."""
        with self._bell:
            self._asked = msgspec.structs.replace(self._asked, doubted=self._asked.doubted | {sha256})
            self._bell.notify_all()

    def stop(self) -> None:
        """Ends every wait."""
        with self._bell:
            self.stopping = True
            self._calm_down()
            self._bell.notify_all()
        self._interrupt()

    def _put(self, asked: Asked) -> None:
        self._asked = asked
        if self._patience is None:
            # A server that hangs must not hold up an emergency; the download goes on afterwards where it was.
            self._patience = threading.Timer(self._interrupt_after_s, self._interrupt)
            self._patience.daemon = True
            self._patience.start()
        self._bell.notify_all()

    def is_there(self) -> bool:
        """Whether something was asked, or the end has come."""
        return self.stopping or self._asked != Asked()

    def wait(self, timeout_s: float) -> bool:
        """Waits for news; False when the end has come."""
        with self._bell:
            self._bell.wait_for(self.is_there, max(0.0, timeout_s))
            return not self.stopping

    def take(self) -> Asked:
        """Gives what was asked, and forgets it."""
        with self._bell:
            asked, self._asked = self._asked, Asked()
            self._calm_down()
            return asked

    def _calm_down(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
