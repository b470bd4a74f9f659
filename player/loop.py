"""The player's loop: take events, decide, put it on the stage, show it, sleep until the next thing is due.

Rule: this thread opens no file, socket or database and waits for nobody.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from player.accounts import Accounts
from player.cue import advance, due
from player.decode.refusal import NO_ANSWER
from player.events import Ask, Event, Inbox, ProgramChanged, Skip, Stopped, Woken
from player.keys import Keys
from player.stage.overlay import Insight, Overlay
from player.stage.ports import Began, Broke, BrokeLate, Done, ScreenEvent
from player.stage.stage import Stage
from player.state import Ended, Ending, Moment, Play, Prepare, Start, State, ZoneRun
from player.trace import Tracer
from signage.errors import Words
from signage.ledger import Details, What
from signage.schedule import next_edge, quiet_now
from signage.slot import Slot
from signage.timefloor import BelievedTime

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""At least so often the rules are asked, so that a clock that was set is noticed."""
EVENTS_S = 0.1
"""At least so often the screen's keys are read."""
SKIPPED, SKIPPED_AFAR = "skipped by key", "skipped by the office"


class Time(Protocol):
    """The clock as the loop sees it."""

    def now(self) -> float: ...

    def read(self, now: float) -> BelievedTime: ...


class Loop:
    """Owns the state of the player; everything that happens meets here."""

    def __init__(
        self,
        state: State,
        *,
        stage: Stage,
        clock: Time,
        inbox: Inbox,
        keep: Callable[[State], None],
        began: Callable[[Slot, Moment], None],
        record: Callable[[Play], None],
        note: Callable[[What, Details], None],
        broke: Callable[[Slot, Words], None],
        look: Callable[[float], Iterable[ScreenEvent]],
        mute: Callable[[bool], None],
        overlay: Overlay,
        insight: Callable[[State, BelievedTime], Insight],
        windowed: bool,
        tracer: Tracer | None = None,
        saw: Callable[[State], None] = lambda _: None,
        asked: Callable[[Ask, float], None] = lambda *_: None,
        release: Callable[[], None] = lambda: None,
        look_s: float = LOOK_S,
        events_s: float = EVENTS_S,
    ) -> None:
        """`saw` hears of every new state, `asked` does what the office asks for and `release` ends its orders."""
        self.state = state
        self.fault = ""
        self.again = False
        """Whether it ended in order to begin anew."""
        self._stage, self._clock, self._inbox, self._tracer = stage, clock, inbox, tracer
        self._keep, self._began, self._note, self._broke = keep, began, note, broke
        self._look, self._mute = look, mute
        self._overlay, self._insight = overlay, insight
        self._saw, self._asked, self._release = saw, asked, release
        self._look_s, self._events_s = look_s, events_s
        self._keys = Keys(windowed=windowed)
        self._accounts = Accounts(record)
        self._look_at: dict[str, float] = {}
        self._quiet: str | None = None
        self._skip = ""
        """Why the running items are to be left."""
        self._going = True

    def run(self, until: float | None = None) -> None:
        """Plays until stopped, or until monotonic `until`."""
        events: tuple[Event, ...] = ()
        while self._going and (until is None or self._clock.now() < until):
            now = self._clock.now()
            at = self._clock.read(now).at
            self._apply(events, now)
            self._take_keys(now)
            self._leave_items(now, at)
            self._take_endings(now, at)
            self._cue(now, at)
            next_due = self._present(now)
            events = self._inbox.wait(self._sleep_s(next_due, until))

    def close(self) -> None:
        """Ends what shows, and writes it down."""
        now = self._clock.now()
        for run in self.state.zones:
            if run.slot is not None:
                self._accounts.end(Ended(slot=run.slot, outcome="cut", reason="stopped"), self._moment(now))
        for event in self._stage.halt(now):
            if not isinstance(event, Began | BrokeLate):
                self._accounts.settle(event, self._moment(now))
        self._accounts.close(self._moment(now))

    def _apply(self, events: tuple[Event, ...], now: float) -> None:
        for event in events:
            match event:
                case ProgramChanged():
                    notes = (*event.notes, *(c.problem for c in event.complaints))
                    self.state = msgspec.structs.replace(self.state, program=event.program, notes=notes)
                    self._look_at.clear()
                    if self._tracer is not None:
                        self._tracer.took_program(now)
                    self._saw(self.state)
                case Stopped():
                    self.fault, self.again = event.fault, event.again
                    self._going = False
                case Skip():
                    self._skip = SKIPPED_AFAR
                case Woken():
                    pass
                case _:
                    self._asked(event, now)

    def _take_keys(self, now: float) -> None:
        for event in self._look(now):
            match self._keys.meant(event, now):
                case "end":
                    self._going = False
                case "skip":
                    self._skip = SKIPPED
                case "tell":
                    self._overlay.toggle(now)
                case "release":
                    self._release()

    def _leave_items(self, now: float, at: dt.datetime) -> None:
        if not self._skip:
            return
        for run in self.state.zones:
            if run.slot is not None and run.slot.kind == "ticker":
                continue  # a sentence is read to its end
            self._advance(run, now, at, Ending(outcome="cut", reason=self._skip))
        self._skip = ""

    def _take_endings(self, now: float, at: dt.datetime) -> None:
        for event in self._stage.poll(now):
            if isinstance(event, BrokeLate):
                self._blame(event.slot, event.why)
                continue
            run = self._run(event.zone)
            if isinstance(event, Broke):
                self._note_breakage(run, event)
            if isinstance(event, Began):
                self._note_began(run, event)
                continue
            is_settled = self._accounts.settle(event, self._moment(now))
            if not is_settled and run.slot is not None and run.slot.number == event.number:
                self._accounts.keep(event)
                self._advance(run, now, at, _ending(event))

    def _note_began(self, run: ZoneRun, event: Began) -> None:
        if run.slot is not None and run.slot.number == event.number:
            moment = self._moment(event.now)
            self._accounts.begin(run.slot, moment)
            self._began(run.slot, moment)

    def _moment(self, now: float) -> Moment:
        told = self._clock.read(now)
        return Moment(told.at, now, told.quality)

    def _note_breakage(self, run: ZoneRun, event: Broke) -> None:
        slot = next((s for s in (run.slot, run.waiting) if s is not None and s.number == event.number), None)
        if slot is not None:
            self._blame(_as_decoded(slot, event), event.why)

    def _blame(self, slot: Slot, why: Words) -> None:
        if why != NO_ANSWER:  # said once of the disk, not of each of its files
            log.warning("zone %s, playlist %s, item %d: %s", slot.zone, slot.playlist, slot.item, why.en)
        self._broke(slot, why)

    def _cue(self, now: float, at: dt.datetime) -> None:
        if any(now >= self._look_at.get(run.zone, now) for run in self.state.zones):
            self._keep_quiet(quiet_now(self.state.program, at))
        for run in self.state.zones:
            if now >= self._look_at.get(run.zone, now):
                self._advance(run, now, at, None)

    def _keep_quiet(self, quiet: str | None) -> None:
        """A quiet period that begins silences what already sounds."""
        self._mute(quiet is not None)
        if quiet == self._quiet:
            return
        if self._quiet is not None:
            self._note("quiet_ends", {"name": self._quiet})
        if quiet is not None:
            self._note("quiet_begins", {"name": quiet})
        self._quiet = quiet

    def _advance(self, run: ZoneRun, now: float, at: dt.datetime, ending: Ending | None) -> None:
        after, actions = advance(self.state.program, run, at, ending)
        for action in actions:
            match action:
                case Start(slot):
                    self._stage.start(slot, now)
                case Prepare(slot):
                    self._stage.prepare(slot)
                case Ended():
                    self._accounts.end(action, self._moment(now))
        edges = (due(self.state.program, after, at), next_edge(self.state.program, run.zone, at))
        edge = min((e for e in edges if e is not None), default=None)
        self._look_at[run.zone] = now + (
            self._look_s if edge is None else min(self._look_s, (edge - at).total_seconds())
        )
        if after is not run:
            zones = tuple(after if z.zone == run.zone else z for z in self.state.zones)
            self.state = msgspec.structs.replace(self.state, zones=zones)
            self._keep(self.state)
            self._saw(self.state)

    def _run(self, zone: str) -> ZoneRun:
        return next(run for run in self.state.zones if run.zone == zone)

    def _present(self, now: float) -> float | None:
        if self._overlay.next_due is not None and now >= self._overlay.next_due:
            self._overlay.refresh(now, self._insight(self.state, self._clock.read(now)))
        presented = self._stage.present(now)
        if self._tracer is not None and presented.shown:
            self._tracer.trace(now, presented.shown, self.state.zones)
        return presented.next_due

    def _sleep_s(self, next_due: float | None, until: float | None) -> float:
        now = self._clock.now()
        ends = [now + self._events_s, *self._look_at.values()]
        ends += [t for t in (next_due, until) if t is not None]
        return min(ends) - now


def _as_decoded(slot: Slot, event: Broke) -> Slot:
    """The slot with what the decoder that broke had in hand as its medium; none when that was a card."""
    match event.decoded:
        case "picture":
            return msgspec.structs.replace(slot, media=slot.picture)
        case "card":
            return msgspec.structs.replace(slot, media=None)
        case _:
            return slot


def _ending(event: Done | Broke) -> Ending:
    if isinstance(event, Broke):
        return Ending(outcome="failed", reason=event.why.en)
    return Ending(outcome="complete")
