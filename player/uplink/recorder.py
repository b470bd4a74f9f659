"""Keeps the ledger on a thread of its own: the loop leaves values here and never waits.

Rule: nothing is forgotten because a disk is full, slow or away: it waits, up to a limit, and what goes beyond the limit
is counted and written down as lost as soon as writing works again.
"""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from player.state import Moment, Play
from player.uplink.ledger_db import TROUBLE
from player.uplink.records import Began, Entry, Happened, Receipt
from player.uplink.writer import Writer
from signage.errors import Words
from signage.ledger import Details, What, moment
from signage.messages import Step
from signage.slot import Slot

log = logging.getLogger(__name__)

MOST_HELD = 20_000
"""Entries that wait while nothing can be written: a day of a picture every ten seconds."""
GATHER_S = 0.02
"""The end of one item and the beginning of the next are one commit."""
LOOK_S = 1.0
"""Between two looks at the clock."""
STEP_S = 2.0
"""A wall clock that moved by more than this against the monotonic one was set."""
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
STOP_S = 5.0
"""A disk that hangs does not hold up the end of the player for longer."""


class Records(Protocol):
    """Where the player leaves what is to be written down."""

    on_written: Callable[[], None]
    """Called on the ledger's thread after every commit; may only set or wake."""

    @property
    def trouble(self) -> Words | None: ...
    def began(self, slot: Slot, at: Moment, /) -> None: ...
    def played(self, play: Play, /) -> None: ...
    def happened(self, what: What, details: Details, /) -> None: ...
    def receipt(self, publication: int, step: Step, details: Details, at: Moment, /) -> None: ...
    def renew(self, reason: str, /) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class NoRecords:
    """For a player whose clock is made up: nothing it plays may be written down."""

    trouble = None
    on_written: Callable[[], None]

    def began(self, _slot: Slot, _at: Moment) -> None:
        """Does nothing."""

    def played(self, _play: Play) -> None:
        """Does nothing."""

    def happened(self, _what: What, _details: Details) -> None:
        """Does nothing."""

    def receipt(self, _publication: int, _step: Step, _details: Details, _at: Moment) -> None:
        """Does nothing."""

    def renew(self, _reason: str) -> None:
        """Does nothing."""

    def start(self) -> None:
        """Does nothing."""

    def stop(self) -> None:
        """Does nothing."""


class Recorder:
    """The player's ledger. The methods that take what happened are for any thread and return at once."""

    def __init__(self, writer: Writer, read_clock: Callable[[], Moment], *, most_held: int = MOST_HELD) -> None:
        """`read_clock` gives the moment that is now."""
        self._writer = writer
        self._read_clock = read_clock
        self._most_held = most_held
        self._news = threading.Condition()
        self._waiting: list[Entry] = []
        self._lost: list[Moment] = []
        """The first and the last moment of what was lost."""
        self._lost_count = 0
        self._stopping = False
        self._trouble: Words | None = None
        self._clock: Moment | None = None
        self._renewal = ""
        """Why a new epoch is to begin; empty: it is not."""
        self.on_written: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    @property
    def trouble(self) -> Words | None:
        """Why nothing can be written just now."""
        return self._trouble

    def began(self, slot: Slot, at: Moment) -> None:
        """Notes what a zone shows from now on, so that a play which the player does not outlive is known."""
        self._take(Began(slot, at), at)

    def played(self, play: Play) -> None:
        """Takes a play that is over."""
        self._take(play, play.ended)

    def happened(self, what: What, details: Details) -> None:
        """Takes an event of this moment."""
        at = self._read_clock()
        self._take(Happened(what, details, at), at)

    def receipt(self, publication: int, step: Step, details: Details, at: Moment) -> None:
        """Takes how far a publication came."""
        self._take(Receipt(publication, step, details, at), at)

    def renew(self, reason: str) -> None:
        """Asks for a new epoch, behind everything that was left here before."""
        with self._news:
            self._renewal = reason
            self._news.notify()

    def start(self) -> None:
        """Opens the ledger, in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what still waits, and closes the ledger."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join(STOP_S)
        if self._thread.is_alive():
            log.error("the ledger's disk does not answer; %d entries are not written", len(self._waiting))

    def _take(self, entry: Entry, at: Moment) -> None:
        with self._news:
            if len(self._waiting) >= self._most_held:
                self._lost_count += not isinstance(entry, Began)
                self._lost = [*self._lost[:1], at]
                return
            self._waiting.append(entry)
            self._news.notify()

    # From here on: the ledger's own thread.

    def _run(self) -> None:
        delay_s, batch = FIRST_DELAY_S, list[Entry]()
        while True:
            stopping = self._wait()
            self._look_at_clock()
            batch = batch or self._gathered()
            try:
                if not self._writer.is_open:
                    self._writer.open(self._read_clock())
                if batch:
                    self._writer.write(batch)
                renewed = self._renew()
            except TROUBLE as fault:
                self._fail(fault, len(batch))
                self._writer.abandon()
                if stopping:
                    return
                self._rest(delay_s)
                delay_s = min(LONGEST_DELAY_S, 2 * delay_s)
                continue
            if batch or renewed:
                self.on_written()
            delay_s, batch = FIRST_DELAY_S, []
            self._recover()
            if stopping and not self._waiting:
                self._writer.close()
                return

    def _renew(self) -> bool:
        reason = self._renewal
        if reason:
            self._writer.renew(reason, self._read_clock())
            self._renewal = ""
        return bool(reason)

    def _wait(self) -> bool:
        """Waits for news, for a second at most; says whether the end has come."""
        with self._news:
            if (
                self._news.wait_for(lambda: self._waiting or self._renewal or self._stopping, LOOK_S)
                and not self._stopping
            ):
                self._news.wait_for(lambda: self._stopping, GATHER_S)
            return self._stopping

    def _rest(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._stopping, seconds)

    def _gathered(self) -> list[Entry]:
        with self._news:
            batch, self._waiting = self._waiting, []
            return batch

    def _look_at_clock(self) -> None:
        before, now = self._clock, self._read_clock()
        self._clock = now
        if before is None:
            return
        step_s = (now.at - before.at).total_seconds() - (now.now - before.now)
        if abs(step_s) > STEP_S:
            details: Details = {"before": moment(before.at), "after": moment(now.at), "step_ms": round(step_s * 1000)}
            self._take(Happened("clock_step", details, now), now)

    def _fail(self, fault: Exception, count: int) -> None:
        if self._trouble is None:
            log.error("the ledger cannot be written, %d entries wait: %s", count + len(self._waiting), fault)
        self._trouble = Words(
            zh=f"播放台账写不进磁盘（{fault}）；播放照常，记录暂存在内存里",
            en=f"the ledger cannot be written ({fault}); playing goes on, the records wait in memory",
        )

    def _recover(self) -> None:
        if self._trouble is not None:
            log.info("the ledger can be written again")
            self._trouble = None
        with self._news:
            if not self._lost_count:
                return
            first, last = self._lost[0], self._lost[-1]
            details: Details = {"records": self._lost_count, "from": moment(first.at), "to": moment(last.at)}
            self._waiting.append(Happened("lost", details, last))
            self._lost_count, self._lost = 0, []
