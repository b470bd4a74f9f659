"""Asks screens for their picture while somebody looks at the console.

Rule: a page never waits for it; a screen is asked at most every few seconds, however many people look.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from django.conf import settings

from signage.errors import WuzhaError

EVERY_S = 4.0
"""Between two pictures of a screen."""
MOST_WAITING = 4
"""Requests beyond that are dropped: the page asks again soon."""

log = logging.getLogger(__name__)

Send = Callable[[tuple[str, ...], str], None]
"""Sends the command `shot` to screens, for somebody. Raises WuzhaError or OSError."""


class Looker:
    """A thread of its own that asks for pictures."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._waiting: queue.Queue[tuple[tuple[str, ...], str] | None] = queue.Queue(MOST_WAITING)
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="looker", daemon=True)

    def look(self, screens: Sequence[str], by: str) -> None:
        """Asks for pictures of those screens that were not asked just now; returns at once, any thread."""
        now = time.monotonic()
        with self._lock:
            due = tuple(name for name in screens if now - self._asked.get(name, -EVERY_S) >= EVERY_S)
            if not due:
                return
            try:
                self._waiting.put_nowait((due, by))
            except queue.Full:
                return
            self._asked = {name: at for name, at in self._asked.items() if now - at < EVERY_S}
            self._asked.update(dict.fromkeys(due, now))

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, when what was asked is sent."""
        self._waiting.put(None)
        self._thread.join(10.0)

    def _run(self) -> None:
        while (wanted := self._waiting.get()) is not None:
            try:
                self._send(*wanted)
                self._trouble = ""
            except (WuzhaError, OSError) as fault:
                if str(fault) != self._trouble:
                    log.warning("no pictures can be asked for: %s", fault)
                self._trouble = str(fault)


def looker() -> Looker | None:
    """Gives the one of this process; None where nobody can send commands."""
    return getattr(settings, "WUZHA_LOOKER", None)


def set_looker(found: Looker | None) -> None:
    """Says who asks for pictures in this process."""
    settings.WUZHA_LOOKER = found
