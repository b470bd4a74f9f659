"""Epochs of which the office has another history than the one that lies here: they are sent no more.

Rule: no clock and no network in here; `now` is monotonic seconds. What is forged is taken back by the office's next
word, and the rest of the epoch goes on from that.
"""

from collections.abc import Callable

from player.uplink.ledger_db import Epoch
from player.uplink.parcel import Ledger, Span
from signage.messages import MOST_RECORDS, LedgerMark


class Forks:
    """Those epochs, by the office's last word. Only the agent's thread uses it."""

    def __init__(self, ledger: Ledger, forked: Callable[[str, bool], None]) -> None:
        """`forked` is told once of each, and whether it is the newest epoch."""
        self._ledger, self._forked = ledger, forked
        self._epochs: set[str] = set()
        self._told: set[str] = set()
        self._shown: set[str] = set()

    def __contains__(self, epoch: str) -> bool:
        return epoch in self._epochs

    def is_another(self, mark: LedgerMark, epoch: Epoch, now: float) -> bool:
        """Says whether the office's records of this epoch are not the ones that lie here."""
        if mark.upto > epoch.head.seq:
            return True
        if mark.upto < epoch.first.seq or mark.upto == 0:
            return False
        here = self._ledger.hash_at(epoch, mark.upto, now)
        return here is not None and here.hex() != mark.head

    def add(self, epoch: Epoch, upto: int, *, newest: bool) -> Span | None:
        """Takes an epoch that went two ways; gives the records that show the office where, None once they were shown.

        A clone is thrown off the broker again and again: they are shown until the broker has taken them. Whoever forges
        acknowledgements gets no more than that.
        """
        self._epochs.add(epoch.name)
        if epoch.name not in self._told:
            self._told.add(epoch.name)
            self._forked(epoch.name, newest)
        last = min(upto, epoch.head.seq)
        first = max(epoch.first.seq + 1, last - MOST_RECORDS + 1)
        return Span(epoch.name, first, last) if epoch.name not in self._shown and first <= last else None

    def shown(self, epoch: str) -> None:
        """Takes that the broker has what shows the office where."""
        self._shown.add(epoch)

    def discard(self, epoch: str) -> None:
        """Takes that the office has the same history again."""
        self._epochs.discard(epoch)
