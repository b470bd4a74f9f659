"""One zone showing a ticker: strips flowing one behind the other through a ring of pixels.

Rule: text moves by whole pixels and never jumps; what has entered is not changed any more, unless a slot is cut.
"""

from dataclasses import dataclass

from player.stage.place import FIRST_FRAME_S, TOO_SLOW, WAIT_S, Place
from player.stage.pool import Lease, Pool
from player.stage.ports import Began, Broke, Done, FrameLike, ScreenLike, ShownFrame, StageEvent
from player.stage.requests import strip_request
from player.stage.ticker import Flow, Motion, length_px, seam, ticker_motion
from player.stage.ticker_ring import TickerRing
from player.stage.turn import NO_DECODER
from signage.errors import Words
from signage.slot import Slot, same_turn

NEARLY_OVER_S = 0.1
"""A strip this near its end is not cut: the next one follows at the seam."""
BAD_TILE = Words(zh="滚动字幕的图块次序或大小不对", en="a ticker tile came out of order or in a wrong size")


@dataclass(slots=True)
class Passage:
    """A strip being prepared, waited for, or flowing."""

    slot: Slot
    motion: Motion
    length: int
    lease: Lease | None
    asked_at: float = 0.0
    began_at: float = 0.0
    start: int = 0
    """Where its first pixel lies in the flow, once it has begun."""
    laid: int = 0
    """How many of its pixels are in the ring."""
    frames: int = 0
    late: int = 0
    bad: Words | None = None

    @property
    def end(self) -> int:
        """Gives where the next strip is to begin."""
        return self.start + self.length

    @property
    def complete(self) -> bool:
        """Says whether all of it is in the ring."""
        return self.laid >= self.length

    def trouble(self) -> Words | None:
        """Gives why it cannot go on, once that is known."""
        if self.bad is not None or self.complete:
            return self.bad
        if self.lease is None:
            return NO_DECODER
        if self.lease.state == "failed" or (self.lease.state == "ended" and self.lease.frame() is None):
            return self.lease.why
        return None

    def done(self, ended_s: float, *, cut: bool) -> Done:
        """Gives the event that closes it."""
        return Done(self.slot.zone, self.slot.number, self.frames, self.late, ended_s, cut)

    def broke(self, why: Words, ended_s: float) -> Broke:
        """Gives the event that says that it cannot go on."""
        return Broke(self.slot.zone, self.slot.number, why, self.frames, self.late, ended_s)


class TickerRun:
    """Lets strips flow through a zone."""

    def __init__(self, place: Place, em: int, background: str, screen: ScreenLike, pool: Pool) -> None:
        self._place = place
        self._em = em
        self._vsync_hz = screen.vsync_hz
        self._pool = pool
        self._ring = TickerRing(place, background, screen)
        self._flow = Flow(slack=0.5 if screen.vsync_hz else 0.0)
        self._text_end = 0
        """Where the next strip is to begin."""
        self._wipe_due = True
        self._flowing: Passage | None = None
        self._coming: Passage | None = None
        self._next: Passage | None = None
        self._outbox: list[StageEvent] = []
        self._shown: list[ShownFrame] = []

    @property
    def wanted(self) -> bool:
        """Says whether a strip waits here for its first tile."""
        return self._coming is not None

    def prepare(self, slot: Slot) -> None:
        """Begins drawing a strip; another one in preparation is given up."""
        if any(p is not None and p.slot.number == slot.number for p in (self._coming, self._flowing)):
            return
        if self._next is not None and same_turn(self._next.slot, slot):
            return
        self.forget()
        cpm = slot.strip.chars_per_min if slot.strip is not None else 60.0
        motion = ticker_motion(self._em, cpm, self._vsync_hz)
        length = length_px(slot.planned_s, motion)
        request = strip_request(slot, self._pool.target, self._pool.next_request(), length, self._em)
        self._next = Passage(slot, motion, length, self._pool.lend(request) if request is not None else None)

    def forget(self) -> None:
        """Gives up the strip in preparation."""
        if self._next is not None:
            self._pool.give_back(self._next.lease)
            self._next = None

    def start(self, slot: Slot, now: float) -> None:
        """Lets a strip follow; one that is still entering is cut, unless it is as good as over."""
        self.prepare(slot)
        if self._next is None or self._next.slot.number != slot.number:
            return
        self.cut(now)
        self._coming, self._next = self._next, None
        self._coming.asked_at = now

    def cut(self, now: float) -> None:
        """Ends the strip that is entering, and gives up one waited for; what has entered stays until the next comes."""
        passage = self._flowing
        if passage is not None:
            left_px = passage.end - self._flow.at(now) - self._place.width
            nearly = passage.complete and left_px <= NEARLY_OVER_S * passage.motion.speed_px_s
            self._close(passage, passage.done(now - passage.began_at, cut=not nearly))
            self._wipe_due = self._wipe_due or not nearly
        if self._coming is not None:
            self._outbox.append(self._coming.done(0.0, cut=True))
            self._pool.give_back(self._coming.lease)
            self._coming = None

    def leave(self) -> None:
        """Gives the zone to something else: the next strip begins on an empty line."""
        self._flow.halt()
        self._wipe_due = True

    def poll(self, now: float) -> tuple[StageEvent, ...]:
        """Gives what happened since the last time."""
        passage = self._flowing
        if passage is not None:
            if (why := passage.trouble()) is not None:
                self._close(passage, passage.broke(why, now - passage.began_at))
            elif passage.complete and self._flow.at(now) + self._place.width >= passage.end:
                self._close(passage, passage.done(now - passage.began_at, cut=False))
        coming = self._coming
        if coming is not None:
            why = coming.trouble() or (TOO_SLOW if now - coming.asked_at > FIRST_FRAME_S else None)
            if why is not None:
                self._outbox.append(coming.broke(why, 0.0))
                self._pool.give_back(coming.lease)
                self._coming = None
        if self._next is not None and (why := self._next.trouble()) is not None:
            self._outbox.append(self._next.broke(why, 0.0))
            self.forget()
        events, self._outbox = tuple(self._outbox), []
        return events

    def present(self, now: float) -> tuple[bool, tuple[ShownFrame, ...]]:
        """Moves the line to where it is to be; says whether the zone changed, and which steps were drawn."""
        begun = self._begin(now)
        if self._flowing is not None:
            self._lay_tiles(self._flowing)
        moved = self._advance(now)
        if begun or moved:
            self._ring.draw(self._flow.px)
        shown, self._shown = tuple(self._shown), []
        return begun or moved, shown

    def next_due(self, now: float) -> float | None:
        """Gives when something is to be done here next."""
        if self._outbox:
            return now
        waiting = self._coming is not None or (self._flowing is not None and not self._flowing.complete)
        dues = [now + WAIT_S] if waiting else []
        step = self._flow.next_step(now)
        if step is not None:
            dues.append(step)
        return min(dues, default=None)

    def _close(self, passage: Passage, event: StageEvent) -> None:
        self._outbox.append(event)
        self._text_end = passage.start + passage.laid
        self._pool.give_back(passage.lease)
        self._flowing = None

    def _begin(self, now: float) -> bool:
        passage = self._coming
        if passage is None or passage.lease is None or passage.lease.frame() is None:
            return False
        if self._wipe_due:
            self._ring.wipe(self._flow.px)
            self._text_end = self._flow.px
            self._wipe_due = False
        passage.start = seam(self._flow.px, self._place.width, self._text_end, passage.motion.step_px)
        passage.began_at = now
        self._flow.go(passage.motion, now)
        self._flowing, self._coming = passage, None
        self._outbox.append(Began(self._place.zone, passage.slot.number, now))
        return True

    def _lay_tiles(self, passage: Passage) -> None:
        width = self._place.width
        while passage.lease is not None and not passage.complete and (frame := passage.lease.frame()) is not None:
            if not self._ring.has_room(passage.start + passage.laid, self._flow.px):
                return
            if not self._fits(frame) or frame.index * width != passage.laid:
                passage.bad = BAD_TILE
                return
            used = min(frame.used_px, width, passage.length - passage.laid)
            self._ring.lay(frame, passage.start + passage.laid, used)
            passage.laid += used
            passage.lease.release()
            if frame.last:
                passage.laid = passage.length
        if passage.complete:
            self._text_end = passage.end
            self._pool.give_back(passage.lease)
            passage.lease = None

    def _fits(self, frame: FrameLike) -> bool:
        box = self._place.box
        return (frame.width, frame.height) == (box.width, box.height) and frame.used_px > 0

    def _advance(self, now: float) -> bool:
        passage, width = self._flowing, self._place.width
        limit = None if passage is None or passage.complete else passage.start + passage.laid - width
        step = self._flow.step(now, limit)
        if step is None:
            return False
        if passage is not None:
            passage.frames += 1
            passage.late += step.missed
            late_ms = max(0.0, (now - step.due) * 1000.0)
            self._shown.append(ShownFrame(self._place.zone, passage.slot.number, passage.frames, step.due, late_ms))
        elif self._flow.px >= self._text_end:
            self._flow.halt()
        return True
