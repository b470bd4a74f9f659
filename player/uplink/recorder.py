"""Keeps the ledger on a thread of its own: the loop leaves values here and never waits.

Rule: nothing is forgotten because a disk is full, slow or away: it waits, up to a limit, and what goes beyond the limit
is counted and written down as lost as soon as writing works again. What still waits at the end is tried until the end;
then the next start writes down how much was lost.
"""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from player.state import Moment, Play
from player.uplink.ledger_db import TROUBLE, is_passing, why_not_written
from player.uplink.loss_note import Loss, added
from player.uplink.records import Began, Entry, Happened, Receipt, when
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
"""A time that moved by more than this against the monotonic clock was corrected."""
DRIFT = 0.02
"""A clock that is kept right moves by no more than this part against the monotonic one; what does is on its way."""
NOISE_S = 0.002
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
STOP_S = 5.0
"""What cannot be written is tried for so long when the player ends."""
STOP_RETRY_S = 0.25
GRACE_S = 2.0
"""A disk that hangs does not hold up the end of the player for longer than that."""


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

    def __init__(
        self,
        writer: Writer,
        read_clock: Callable[[], Moment],
        *,
        most_held: int = MOST_HELD,
        why_corrected: Callable[[], str] = lambda: "",
    ) -> None:
        """`read_clock` gives the moment that is now, `why_corrected` a word for why the last correction was made."""
        self._writer = writer
        self._read_clock = read_clock
        self._most_held = most_held
        self._news = threading.Condition()
        self._waiting: list[Entry] = []
        self._lost: list[Moment] = []
        """The first and the last moment of what was lost."""
        self._lost_count = 0
        self._stopping = False
        self._stop_by = 0.0
        self._trouble: Words | None = None
        self._why_corrected = why_corrected
        self._clock: Moment | None = None
        self._reckoned: Moment | None = None
        """By which time records were dated until now: the first moment since it was corrected."""
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
            self._stop_by = time.monotonic() + STOP_S
            self._news.notify()
        self._thread.join(STOP_S + GRACE_S)
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
            is_written = False
            try:
                if not self._writer.is_open:
                    self._writer.open(self._read_clock())
                if batch:
                    self._writer.write(batch)
                is_written, batch = bool(batch), []
                is_written |= self._renew()
                self._writer.tidy(self._read_clock())
            except TROUBLE as fault:
                if is_written:
                    self.on_written()
                self._fail(fault, batch)
                if not is_passing(fault):
                    self._writer.abandon()
                if stopping and time.monotonic() >= self._stop_by:
                    self._give_up(batch)
                    return
                self._rest(STOP_RETRY_S if stopping else delay_s, stopping=stopping)
                delay_s = min(LONGEST_DELAY_S, 2 * delay_s)
                continue
            if is_written:
                self.on_written()
            delay_s = FIRST_DELAY_S
            self._recover()
            if stopping and not self._waiting:
                self._writer.close()
                return

    def _give_up(self, batch: list[Entry]) -> None:
        loss = self._unwritten(batch)
        if loss is not None:
            told = "the next start says so" if self._writer.note_loss(loss) else "and no note could be made of it"
            log.error("the ledger cannot be written: %d records are lost, %s", loss.records, told)
        self._writer.abandon()

    def _unwritten(self, batch: list[Entry]) -> Loss | None:
        """Returns what would be lost if the process ended now.

        The play that was showing when writing failed is not: the ledger holds a mark of it.
        """
        with self._news:
            waiting = [*batch, *self._waiting]
            lost_count, lost = self._lost_count, self._lost
        plays: dict[str, Play] = {}
        for entry in waiting:
            if isinstance(entry, Play):
                plays.setdefault(entry.slot.zone, entry)
        marked = [play for play in plays.values() if self._writer.is_marked(play)]
        spans = [_span(each) for each in waiting if not isinstance(each, Began) and each not in marked]
        if lost_count:
            spans.append(Loss(records=lost_count, first=moment(lost[0].at), last=moment(lost[-1].at)))
        return added(spans) if spans else None

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

    def _rest(self, seconds: float, *, stopping: bool) -> None:
        with self._news:
            self._news.wait_for(lambda: self._stopping and not stopping, seconds)

    def _gathered(self) -> list[Entry]:
        with self._news:
            batch, self._waiting = self._waiting, []
            return batch

    def _look_at_clock(self) -> None:
        before, now = self._clock, self._read_clock()
        self._clock = now
        if before is None or self._reckoned is None:
            self._reckoned = now
            self._why_corrected()  # on the way to here
            return
        moved_s, passed_s = abs(_step_s(before, now)), now.now - before.now
        if NOISE_S + DRIFT * passed_s < moved_s < passed_s:
            return  # it is going back slowly, see `signage.trusted_time`
        step_s, first = _step_s(self._reckoned, now), self._reckoned
        self._reckoned = now if abs(step_s) > STEP_S else self._reckoned
        if abs(step_s) > STEP_S:
            details: Details = {
                "before": moment(now.at - dt.timedelta(seconds=step_s)),
                "after": moment(now.at),
                "step_ms": round(step_s * 1000),
                "since_mono_ms": round(first.now * 1000),
                "why": self._why_corrected(),
            }
            self._take(Happened("clock_step", details, now), now)

    def _fail(self, fault: Exception, batch: list[Entry]) -> None:
        if self._trouble is None:
            log.error("the ledger cannot be written, %d entries wait: %s", len(batch) + len(self._waiting), fault)
        self._writer.note_loss(self._unwritten(batch))
        self._trouble = why_not_written(fault, self._writer.path)

    def _recover(self) -> None:
        if self._trouble is not None:
            log.info("the ledger can be written again")
            self._trouble = None
        with self._news:
            if self._lost_count:
                first, last = self._lost[0], self._lost[-1]
                details = _details(self._lost_count, moment(first.at), moment(last.at))
                self._waiting.append(Happened("lost", details, last))
                self._lost_count, self._lost = 0, []
                return
        self._writer.note_loss(None)


def _span(entry: Entry) -> Loss:
    if isinstance(entry, Happened) and entry.what == "lost":
        told = entry.details
        return Loss(records=int(told["records"] or 0), first=str(told["from"]), last=str(told["to"]))
    at = moment(when(entry).at)
    return Loss(records=1, first=at, last=at)


def _details(records: int, first: str, last: str) -> Details:
    return {"records": records, "from": first, "to": last}


def _step_s(before: Moment, now: Moment) -> float:
    return (now.at - before.at).total_seconds() - (now.now - before.now)
