"""The end of the supervisor, as signals ask for it.

A signal may come while the one before is still being dealt with (a dying parent with many threads sends a burst of
them), and then a lock that the handler holds is held for ever. `SimpleQueue.put` is made for that, `Event.set` is not.
"""

import queue
import time


class Ending:
    """Whether the end was asked for; one thread waits for it."""

    def __init__(self) -> None:
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.asked = False
        self._asked_at = 0.0

    @property
    def asked_for_s(self) -> float:
        """Returns for how long the end has been asked for; 0 when it is not."""
        return time.monotonic() - self._asked_at if self.asked else 0.0

    def ask(self) -> None:
        """Asks for the end; any thread, and any signal."""
        if not self.asked:
            self._asked_at = time.monotonic()
        self.asked = True
        self._bell.put(None)

    def wait(self, seconds: float) -> bool:
        """Waits for the wish to end, so long at most; says whether it came."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            try:
                self._bell.get(timeout=left)
            except queue.Empty:
                break
        return self.asked
