"""Asks whether the office's clock can be right before anything is signed by it.

A signature of 1970 has expired before it is seen, one of 2036 holds for ten years, and screens without a clock of their
own believe the time it tells.
"""

import datetime as dt

from office.audit import ALARM_CLOSED
from office.models import AuditEntry
from office.place import Place
from office.plausible_clock import why_implausible
from office.trusting.repository import PublishError, signed_at
from signage.errors import Words, WuzhaError

FLAG = "--clock-is-right"


class DoubtfulClockError(WuzhaError):
    """The clock of the machine is not believed, so nothing is signed."""


def clock_doubt(place: Place, at: dt.datetime) -> Words | None:
    """Says why the clock is hardly right, by what this office did last; None when it may be."""
    # An alarm is closed without a question about the clock, and so vouches for none.
    entry = AuditEntry.objects.exclude(what=ALARM_CLOSED).order_by("-number").first()
    try:
        told = [dt.datetime.fromisoformat(entry.at) if entry is not None else None, signed_at(place)]
        return why_implausible(at, max((each for each in told if each is not None), default=None))
    except (ValueError, TypeError, PublishError):  # what cannot be read is told by whoever needs it
        return why_implausible(at, None)


def must_be_believable(place: Place, at: dt.datetime) -> None:
    """Raises DoubtfulClockError; for what signs by itself, with nobody there to ask."""
    words = clock_doubt(place, at)
    if words is not None:
        raise DoubtfulClockError(
            f"{words.zh}。时钟没有错，就由两个人签一次：wuzha-office keys sign {FLAG}\n"
            f"{words.en}. If it is right, have two people sign once: wuzha-office keys sign {FLAG}"
        )
