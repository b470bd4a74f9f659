"""Has the office sign again what grows old, now and then: screens doubt a head that nobody renewed."""

import datetime as dt
import logging
import threading
from collections.abc import Callable

from django.db import Error, connections

from office.place import Place
from office.publishing.publish import renew
from signage.errors import WuzhaError

log = logging.getLogger(__name__)

FIRST_S, EVERY_S = 10.0, 1800.0


class Renewing:
    """Renews on a thread of its own; several of them do the same once."""

    def __init__(
        self,
        place: Place,
        *,
        sign: Callable[[Place, dt.datetime], object] = renew,
        first_s: float = FIRST_S,
        every_s: float = EVERY_S,
    ) -> None:
        """`sign` does nothing when all is well; the first time is after `first_s`."""
        self._place, self._sign, self._first_s, self._every_s = place, sign, first_s, every_s
        self._ending = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="renewing", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; a signature under way is finished."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        wait_s = self._first_s
        while not self._ending.wait(wait_s):
            wait_s = self._every_s
            try:
                self._sign(self._place, dt.datetime.now(dt.UTC))
                self._said = ""
            except (WuzhaError, OSError, Error) as fault:
                if str(fault) != self._said:
                    log.error("the published files cannot be signed again: %s", fault)
                self._said = str(fault)
            finally:
                connections.close_all()
