"""Which records of the ledger go to the office next, and what is known to be there.

The office acknowledges without a gap, epoch by epoch. At most `MOST_FLYING` batches go beyond what it has
acknowledged. Behind a long backlog the newest records go first, each once, and the backlog follows between them.
What is not acknowledged in time is sent again from the last acknowledgement: the office ignores what it has.
Rule: no clock and no network in here; `now` is monotonic seconds. Nothing that the office says takes anything away.
"""

import logging
import random
from collections import deque
from collections.abc import Callable

from player.uplink.forks import Forks
from player.uplink.ledger_db import Epoch
from player.uplink.parcel import Ledger, Parcel, Span, Why, parcel
from signage.messages import MOST_MARKS, MOST_RECORDS, LedgerAck

log = logging.getLogger(__name__)

MOST_FLYING = 4
"""Batches that the office has not acknowledged."""
ACK_WAIT_S = 3.0
"""For the acknowledgement that the broker keeps, before everything is sent from the beginning."""
STALL_S, LONGEST_STALL_S = 30.0, 600.0
REFUSED_S = 5.0
"""Before anything is sent again after the broker refused a batch; doubled each time."""
LIVE_BEHIND = MOST_FLYING * MOST_RECORDS
"""A backlog longer than this lets the newest records pass."""
MOST_ASKED = 16


class Upload:
    """How far the ledger is at the office. Only the agent's thread uses it."""

    def __init__(
        self,
        screen: str,
        ledger: Ledger,
        *,
        forked: Callable[[str, bool], None],
        roll: Callable[[], float] | None = None,
    ) -> None:
        """`forked` is told of an epoch of which the office has another history, and whether it is the newest one."""
        self._screen, self._ledger, self._forks = screen, ledger, Forks(ledger, forked)
        self._roll = roll or random.SystemRandom().random
        self._office = self._connected = False
        self._acks: dict[str, int] | None = None
        """By epoch: up to where the office has everything; None: not known yet."""
        self._fresh: LedgerAck | None = None
        """Not yet held against the ledger."""
        self._ask_until = 0.0
        self._sent: dict[str, int] = {}
        """By epoch: up to where it was sent, in order."""
        self._flying: deque[Span] = deque()
        self._live: Span | None = None
        """The newest records, sent out of order; the last one grows."""
        self._asked: deque[Span] = deque()
        self._extra: int | None = None
        """Token of a batch out of order that is on its way to the broker."""
        self._tokens: dict[int, Parcel] = {}
        self._stall_at: float | None = None
        self._stall_s = STALL_S
        self._hold_until = 0.0
        self._refused_s = REFUSED_S

    # What is heard

    def connected(self, now: float) -> None:
        """A connection has begun: nothing is known of what was under way on the one before."""
        self._connected, self._acks = True, None
        self._rewind()
        self._ask_until = now + ACK_WAIT_S

    def disconnected(self) -> None:
        """The connection is over."""
        self._connected = False
        # What was under way is told of as not taken, but nobody refused it: the link has pauses of its own.
        self._hold_until, self._refused_s = 0.0, REFUSED_S

    def office(self, online: bool, now: float) -> None:
        """The office takes ledgers, or does not."""
        if online and not self._office:
            self._rewind()
            self._ask_until = max(self._ask_until, now + ACK_WAIT_S) if self._acks is None else self._ask_until
        self._office = online

    def acknowledged(self, ack: LedgerAck) -> None:
        """The office says what it has; it may be less than before."""
        self._fresh = ack

    def settled(self, token: int, why: str, now: float) -> None:
        """The broker took a batch, or did not."""
        if token == self._extra:
            self._extra = None
        parcel = self._tokens.pop(token, None)
        if parcel is None:
            return
        if not why:
            self._refused_s = REFUSED_S
            epoch = parcel.span.epoch
            if parcel.why == "asked" and epoch in self._forks and not self._is_asked(epoch):
                self._forks.shown(epoch)
            return
        self._rewind()
        self._hold_until = now + self._refused_s * (0.75 + 0.5 * self._roll())
        self._refused_s = min(LONGEST_STALL_S, 2 * self._refused_s)

    def ask_again(self, span: Span) -> bool:
        """The office asks for records once more; False when it asked for too much at once."""
        if len(self._asked) >= MOST_ASKED:
            return False
        self._asked.append(span)
        return True

    # What is to be done

    def next(self, epochs: tuple[Epoch, ...], now: float) -> Parcel | None:
        """Gives the next batch to publish; then call `sent`, or nothing if it was not published."""
        if self.holds or not epochs or now < self._hold_until:
            return None
        if self._fresh is not None:
            self._take(self._fresh, epochs, now)
            self._fresh = None
        if self._acks is None:
            if now < self._ask_until:
                return None
            self._acks = {}
        if self._stall_at is not None and now >= self._stall_at:
            self._rewind()
            self._stall_at, self._stall_s = None, min(LONGEST_STALL_S, 2 * self._stall_s)
        if self._stall_at is not None and not self._flying and not self._waits(epochs):
            self._stall_at = None
        return self._out_of_order(epochs, now) or self._in_order(epochs, now)

    def sent(self, parcel: Parcel, token: int, now: float) -> None:
        """A batch was handed to the connection."""
        span = parcel.span
        self._tokens[token] = parcel
        match parcel.why:
            case "asked":
                rest = self._asked.popleft()
                if span.last < rest.last:
                    self._asked.appendleft(Span(rest.epoch, span.last + 1, rest.last))
                self._extra = token
            case "live":
                first = self._live.first if self._live is not None else span.first
                self._live = Span(span.epoch, first, span.last)
                self._extra = token
            case "order":
                if parcel.left_out is not None:
                    left = parcel.left_out
                    log.error("ledger: records %d-%d are too large for any batch, left out", left.first, left.last)
                self._sent[span.epoch] = span.last
                self._flying.append(span)
                self._stall_at = self._stall_at or now + self._pause_s()

    def due(self, now: float) -> float | None:
        """Gives when to ask again although nothing is heard."""
        if self.holds:
            return None
        times = (self._stall_at, self._hold_until, self._ask_until if self._acks is None else None)
        return min((t for t in times if t is not None and t > now), default=None)

    @property
    def holds(self) -> bool:
        """Whether records wait because nobody takes them."""
        return not (self._connected and self._office)

    def _take(self, ack: LedgerAck, epochs: tuple[Epoch, ...], now: float) -> None:
        told = {mark.epoch: mark for mark in ack.marks}
        before, self._acks = self._acks or {}, {}
        moved = False
        for epoch in epochs:
            mark = told.get(epoch.name)
            if mark is None and len(ack.marks) >= MOST_MARKS:  # no room for it: what was sent is taken for received
                self._acks[epoch.name] = self._sent.get(epoch.name, before.get(epoch.name, 0))
                continue
            upto = mark.upto if mark is not None else 0
            if mark is not None and self._forks.is_another(mark, epoch, now):
                shows = self._forks.add(epoch, upto, newest=epoch is epochs[-1])
                if shows is not None and not self._is_asked(epoch.name):
                    self.ask_again(shows)
                upto = epoch.head.seq
            else:
                self._forks.discard(epoch.name)
            self._acks[epoch.name] = upto
            moved = moved or upto > before.get(epoch.name, 0)
            if upto < before.get(epoch.name, 0):
                self._rewind(epoch.name)
            self._sent[epoch.name] = max(upto, self._sent.get(epoch.name, 0))
        self._flying = deque(span for span in self._flying if self._acks.get(span.epoch, 0) < span.last)
        if moved:
            self._stall_s = STALL_S
            self._stall_at = now + self._pause_s() if self._waits(epochs) else None

    def _is_asked(self, epoch: str) -> bool:
        return any(span.epoch == epoch for span in self._asked)

    def _out_of_order(self, epochs: tuple[Epoch, ...], now: float) -> Parcel | None:
        if self._extra is not None:
            return None
        by_name = {epoch.name: epoch for epoch in epochs}
        while self._asked:
            asked = self._asked[0]
            epoch = by_name.get(asked.epoch)
            made = self._parcel(epoch, asked.first - 1, asked.last, "asked", now) if epoch is not None else None
            if made is not None:
                return made
            self._asked.popleft()
        newest = epochs[-1]
        if self._live is not None and self._live.epoch != newest.name:
            self._live = None
        if newest.name in self._forks:
            return None
        if self._live is None and not self._flying and self._behind(epochs) > LIVE_BEHIND:
            after = max(self._from(newest), newest.head.seq - MOST_RECORDS // 2)
            self._live = Span(newest.name, after + 1, after)
        if self._live is None:
            return None
        return self._parcel(newest, self._live.last, newest.head.seq, "live", now)

    def _in_order(self, epochs: tuple[Epoch, ...], now: float) -> Parcel | None:
        if len(self._flying) >= MOST_FLYING:
            return None
        for epoch in epochs:
            if epoch.name in self._forks:
                continue
            after, last = self._from(epoch), epoch.head.seq
            live = self._live
            if live is not None and live.epoch == epoch.name:
                if after + 1 < live.first:
                    last = live.first - 1
                elif live.last >= live.first:
                    # What passed the backlog is there already: the office's next word says so, or it goes again.
                    after = self._sent[epoch.name] = max(after, live.last)
                    self._live = None
                    self._stall_at = self._stall_at or now + self._pause_s()
                else:
                    self._live = None
            if after < last and (made := self._in_order_after(epoch, after, last, now)) is not None:
                return made
        return None

    def _in_order_after(self, epoch: Epoch, after: int, last: int, now: float) -> Parcel | None:
        made = self._parcel(epoch, after, last, "order", now)
        if made is None and last < epoch.head.seq:  # what no batch carries lies just before what passed it
            made = self._parcel(epoch, after, epoch.head.seq, "order", now)
        if made is not None and made.left_out is not None and after > self._acked(epoch):
            return None  # that records are lost is said once all before them are there
        return made

    def _acked(self, epoch: Epoch) -> int:
        return max((self._acks or {}).get(epoch.name, 0), epoch.first.seq)

    def _from(self, epoch: Epoch) -> int:
        """Gives the number after which records are still to be sent."""
        return max(self._sent.get(epoch.name, 0), self._acked(epoch))

    def _behind(self, epochs: tuple[Epoch, ...]) -> int:
        return sum(epoch.head.seq - self._from(epoch) for epoch in epochs if epoch.name not in self._forks)

    def _waits(self, epochs: tuple[Epoch, ...]) -> bool:
        """Says whether something was sent that the office has not acknowledged."""
        return any(self._from(e) > self._acked(e) for e in epochs if e.name not in self._forks)

    def _parcel(self, epoch: Epoch, after: int, last: int, why: Why, now: float) -> Parcel | None:
        return parcel(self._screen, self._ledger, epoch, (after, last), why=why, now=now)

    def _rewind(self, name: str | None = None) -> None:
        """Forgets what was sent and not acknowledged."""
        acks = self._acks or {}
        if name is None:
            self._sent = dict(acks)
            self._flying.clear()
            self._live = self._extra = None
            self._tokens.clear()
            return
        self._sent[name] = acks.get(name, 0)
        self._flying = deque(span for span in self._flying if span.epoch != name)
        self._live = None if self._live is not None and self._live.epoch == name else self._live

    def _pause_s(self) -> float:
        return self._stall_s * (0.75 + 0.5 * self._roll())
