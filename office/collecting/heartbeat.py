"""A collector's sign of life in the database: whether it works, and since when it hears the screens."""

import datetime as dt
import secrets

from office.hearing import MOST_SILENT_S, Hearing, hearing
from office.models import CollectorBeat
from office.stored import sound

EVERY_S = 10.0
MOST_ROWS = 50
FORGOTTEN = dt.timedelta(days=2)
"""So long stands the row of a collector that ended."""


class Heartbeat:
    """Writes the row of one collector; for one thread."""

    def __init__(self) -> None:
        self._name = f"collector-{secrets.token_hex(8)}"
        self._since: dt.datetime | None = None
        self._beaten: dt.datetime | None = None

    def beat(self, at: dt.datetime, *, connected: bool) -> bool:
        """Writes the row when that is due or news; says whether it did. Raises django.db.Error."""
        is_news = connected != (self._since is not None)
        if not is_news and self._beaten is not None and 0 <= (at - self._beaten).total_seconds() < EVERY_S:
            return False
        self._since = (self._since or at) if connected else None
        self._beaten = at
        CollectorBeat(name=self._name, since=self._since, beat_at=at).save()
        if is_news:
            CollectorBeat.objects.filter(beat_at__lt=at - FORGOTTEN).exclude(name=self._name).delete()
        return True

    def end(self, at: dt.datetime) -> None:
        """Writes that it works no more. Raises django.db.Error."""
        if self._beaten is not None:
            long_ago = at - dt.timedelta(seconds=MOST_SILENT_S + 1)
            CollectorBeat(name=self._name, since=None, beat_at=long_ago).save()


def read_hearing(now: dt.datetime) -> Hearing:
    """Returns how the office hears, as the rows of its collectors tell."""
    rows = CollectorBeat.objects.order_by("-beat_at").values_list("since", "beat_at")[:MOST_ROWS]
    return hearing([row for row in rows if _is_sound(*row)], now)


def _is_sound(*moments: dt.datetime | None) -> bool:
    try:
        sound(*moments)
    except ValueError:
        return False
    return True
