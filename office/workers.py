"""Threads that answer requests, one of each address after the other."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from office.fair_queue import FairQueue, Pace

log = logging.getLogger(__name__)


class Answering(Protocol):
    """A connection whose next request is to be answered."""

    def service(self) -> None:
        """Answers it."""

    def cancel(self) -> None:
        """Gives it up."""


class Workers:
    """A pool for one kind of requests: it waits for no other pool, and no other for it."""

    def __init__(self, name: str, threads: int, network: Callable[[Answering], str], pace: Pace) -> None:
        """`network` says which address a connection's request counts for; "" is everybody's."""
        self._changed = threading.Condition()
        self._queue: FairQueue[Answering] = FairQueue(network, pace)
        self._ending = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for each in self._threads:
            each.start()

    def add(self, task: Answering) -> None:
        """Has it answered when its turn comes. There are never more of them than connections."""
        with self._changed:
            self._queue.append(task)
            self._changed.notify()

    def stop(self, timeout_s: float) -> None:
        """Ends: what waits is given up, what is being answered has so long."""
        with self._changed:
            self._ending = True
            while len(self._queue):
                self._queue.drop().cancel()
            self._changed.notify_all()
        until = time.monotonic() + timeout_s
        for each in self._threads:
            each.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while True:
            found = self._next()
            if found is None:
                return
            network, task = found
            try:
                task.service()
            except Exception:
                log.exception("a request could not be answered")
                task.cancel()
            finally:
                with self._changed:
                    self._queue.done(network)
                    self._changed.notify()

    def _next(self) -> tuple[str, Answering] | None:
        """Waits for a task that may begin; None: it is the end."""
        with self._changed:
            while not self._ending:
                now = time.monotonic()
                wait_s = self._queue.next_s(now)
                if wait_s is not None and wait_s <= 0:
                    return self._queue.popleft(now)
                self._changed.wait(wait_s)
            return None
