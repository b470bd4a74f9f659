"""Where the times go that an office signed: whoever verified a signature leaves them here."""

import datetime as dt
from typing import Protocol


class Dates(Protocol):
    """The clock as it learns of signed times; every call returns at once."""

    def signed(self, kind: str, by: str, number: int, at: dt.datetime, /) -> None:
        """Takes the time of a document of a kind, with its number and what names the key."""

    def answered(self, by: str, at: dt.datetime, sent: float, /) -> None:
        """Takes the time that was signed in answer to what was sent at monotonic `sent`."""


class NoDates:
    """For whoever has no clock that learns."""

    def signed(self, _kind: str, _by: str, _number: int, _at: dt.datetime) -> None:
        """Does nothing."""

    def answered(self, _by: str, _at: dt.datetime, _sent: float) -> None:
        """Does nothing."""


NO_DATES = NoDates()
