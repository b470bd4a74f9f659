"""The player's loop: take events, decide, put it on the stage, show it, sleep until the next thing is due.

Rule: this thread opens no file, socket or database and waits for nobody.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from player.cue import advance, due
from player.events import Event, Inbox, ProgramChanged, Stopped
from player.stage.overlay import Insight, Overlay
from player.stage.ports import Began, Broke, Closed, Done, Key, ScreenEvent
from player.stage.stage import Stage
from player.state import Ending, Play, Prepare, Record, Start, State, ZoneRun
from player.trace import Tracer
from signage.errors import Words
from signage.schedule import is_muted, next_edge
from signage.slot import Slot
from signage.timefloor import BelievedTime

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""At least so often the rules are asked, so that a clock that was set is noticed."""
EVENTS_S = 0.1
"""At least so often the screen's keys are read."""
ESCAPE_TWICE_S = 2.0
SKIPPED = Words("按键跳过", "skipped by key")


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
        record: Callable[[Play], None],
        broke: Callable[[Slot, Words], None],
        look: Callable[[float], Iterable[ScreenEvent]],
        mute: Callable[[bool], None],
        overlay: Overlay,
        insight: Callable[[State, BelievedTime], Insight],
        windowed: bool,
        tracer: Tracer | None = None,
        look_s: float = LOOK_S,
        events_s: float = EVENTS_S,
    ) -> None:
        self.state = state
        self.fault = ""
        self._stage = stage
        self._clock = clock
        self._inbox = inbox
        self._keep = keep
        self._record = record
        self._broke = broke
        self._look = look
        self._mute = mute
        self._overlay = overlay
        self._insight = insight
        self._windowed = windowed
        self._tracer = tracer
        self._look_s = look_s
        self._events_s = events_s
        self._look_at: dict[str, float] = {}
        self._escaped_at: float | None = None
        self._going = True

    def run(self, until: float | None = None) -> None:
        """Plays until stopped, or until monotonic `until`."""
        events: tuple[Event, ...] = ()
        while self._going and (until is None or self._clock.now() < until):
            now = self._clock.now()
            at = self._clock.read(now).at
            self._apply(events)
            self._take_keys(now, at)
            self._take_endings(now, at)
            self._cue(now, at)
            next_due = self._present(now)
            events = self._inbox.wait(self._sleep_s(next_due, until))
        self._close()

    def _apply(self, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case ProgramChanged():
                    notes = (*event.notes, *(c.problem for c in event.complaints))
                    self.state = msgspec.structs.replace(self.state, program=event.program, notes=notes)
                    self._look_at.clear()
                case Stopped():
                    self.fault = event.fault
                    self._going = False
                case _:
                    pass

    def _take_keys(self, now: float, at: dt.datetime) -> None:
        for key in self._look(now):
            match key:
                case Closed():
                    self._going = False
                case Key(name="escape") if self._windowed:
                    self._going = not (self._escaped_at is not None and now - self._escaped_at <= ESCAPE_TWICE_S)
                    self._escaped_at = now
                case Key(name="n"):
                    for run in self.state.zones:
                        if run.slot is not None and run.slot.kind == "ticker":
                            continue  # a sentence is read to its end
                        self._advance(run, now, at, Ending(outcome="cut", why=SKIPPED))
                case Key(name="i"):
                    self._overlay.toggle(now)
                case _:
                    pass

    def _take_endings(self, now: float, at: dt.datetime) -> None:
        for event in self._stage.poll(now):
            run = self._run(event.zone)
            if isinstance(event, Broke):
                self._note_breakage(run, event)
            if run.slot is None or run.slot.number != event.number:
                continue
            match event:
                case Began():
                    continue
                case Done():
                    ending = Ending(outcome="complete", frames=event.frames, late_frames=event.late)
                case Broke():
                    ending = Ending(outcome="failed", why=event.why)
            self._advance(run, now, at, ending)

    def _note_breakage(self, run: ZoneRun, event: Broke) -> None:
        slot = next((s for s in (run.slot, run.waiting) if s is not None and s.number == event.number), None)
        if slot is not None:
            log.warning("zone %s, playlist %s, item %d: %s", slot.zone, slot.playlist, slot.item, event.why.en)
            self._broke(slot, event.why)

    def _cue(self, now: float, at: dt.datetime) -> None:
        if any(now >= self._look_at.get(run.zone, now) for run in self.state.zones):
            # A quiet period that begins silences what already sounds.
            self._mute(is_muted(self.state.program, at))
        for run in self.state.zones:
            if now >= self._look_at.get(run.zone, now):
                self._advance(run, now, at, None)

    def _advance(self, run: ZoneRun, now: float, at: dt.datetime, ending: Ending | None) -> None:
        after, actions = advance(self.state.program, run, at, ending)
        for action in actions:
            match action:
                case Start(slot):
                    self._stage.start(slot, now)
                case Prepare(slot):
                    self._stage.prepare(slot)
                case Record(play):
                    self._record(play)
        edges = (due(self.state.program, after, at), next_edge(self.state.program, run.zone, at))
        edge = min((e for e in edges if e is not None), default=None)
        self._look_at[run.zone] = now + (
            self._look_s if edge is None else min(self._look_s, (edge - at).total_seconds())
        )
        if after is not run:
            zones = tuple(after if z.zone == run.zone else z for z in self.state.zones)
            self.state = msgspec.structs.replace(self.state, zones=zones)
            self._keep(self.state)

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

    def _close(self) -> None:
        at = self._clock.read(self._clock.now()).at
        for run in self.state.zones:
            if run.slot is not None:
                self._record(Play(slot=run.slot, outcome="cut", reason="stopped", ended_at=at))
