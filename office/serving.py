"""The console as one part: the server, and what asks the screens for pictures."""

import datetime as dt
import time

from django.db import close_old_connections

from office.console.live import Looker, set_looker
from office.models import Command, Screen
from office.ordering import order
from office.place import Place
from office.publishing.signing_clock import must_be_believable
from office.server import Server

SHOT_S = 20.0
"""How long a request for a picture is worth anything."""
KEEP = dt.timedelta(hours=1)
"""Commands that asked for pictures are many, and soon of no interest."""
TIDY_S = 600.0


class Console:
    """The web console and the downloads of an office that Django was set up for."""

    def __init__(
        self, place: Place, host: str, port: int, *, or_next: bool = False, behind_proxy: bool = False
    ) -> None:
        """Listens at once. Raises ServerFailed."""
        self._place = place
        self._server = Server(host, port, or_next=or_next, behind_proxy=behind_proxy)
        self._looker = Looker(self._ask)
        self._tidied = 0.0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    @property
    def alive(self) -> bool:
        """Whether it answers still."""
        return self._server.alive

    def start(self) -> None:
        """Begins to answer."""
        self._looker.start()
        set_looker(self._looker)
        self._server.start()

    def stop(self) -> None:
        """Ends."""
        self._server.stop()
        set_looker(None)
        self._looker.stop()

    def _ask(self, names: tuple[str, ...], by: str) -> None:
        """Sends the command `shot`; on the looker's thread. Raises DoubtfulClockError."""
        try:
            screens = list(Screen.objects.filter(id__in=names, status="online", revoked_at=None))
            at = now_utc()
            if screens:
                must_be_believable(self._place, at)
                order(self._place, screens, "shot", {}, by=by, at=at, valid_s=SHOT_S, noted=False)
            if time.monotonic() - self._tidied > TIDY_S:
                self._tidied = time.monotonic()
                Command.objects.filter(op="shot", issued_at__lt=at - KEEP).delete()
        finally:
            close_old_connections()


def now_utc() -> dt.datetime:
    """Returns what the office's clock says."""
    return dt.datetime.now(dt.UTC)
