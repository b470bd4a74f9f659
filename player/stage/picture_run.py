"""One zone showing pictures: the slot on the screen, the slot that takes its place, and the slot after it.

Rule: what is on the screen stays until the first frame of the next slot is there.
"""

from dataclasses import replace

from player.stage.place import FIRST_FRAME_S, TOO_SLOW, WAIT_S, Place, Sheets
from player.stage.pool import Pool
from player.stage.ports import Began, Broke, Done, FrameLike, ScreenLike, ShownFrame, SoundLike, StageEvent
from player.stage.requests import frame_interval_s, is_still
from player.stage.transitions import TRANSITION_S, progress, strokes
from player.stage.turn import Turn, prepared
from signage.errors import Words
from signage.layout import Box, Transition
from signage.slot import Slot, same_turn

STEP_S = 1.0 / 60.0
"""Between two drawings of a transition."""
NEXT_FRAME_S = 0.005
"""How soon to look again for the next frame of a moving picture, which nobody announces."""
EARLY_S = 0.001
"""A frame due within this is shown now."""
MOST_SKIPPED = 64
"""Late frames passed over in one look: a decoder that goes on writing late ones holds up nobody."""
SHOW_AT_LEAST_S = 0.25
"""However late the frames are, one is shown this often."""
NEARLY_OVER_S = 0.05
"""A slot this near its end counts as complete when the next one takes its place."""
WRONG_SIZE = Words(zh="解出的画面与区域大小不符", en="the decoded picture is not as large as its zone")


class PictureRun:
    """Shows one slot after the other."""

    def __init__(self, place: Place, screen: ScreenLike, sound: SoundLike, pool: Pool) -> None:
        self._place = place
        self._screen = screen
        self._sound = sound
        self._pool = pool
        self._showing: Turn | None = None
        self._coming: Turn | None = None
        self._next: Turn | None = None
        self._changing: tuple[Transition, float] | None = None
        self._has_picture = False
        self._outbox: list[StageEvent] = []
        self._shown: list[ShownFrame] = []

    @property
    def wanted(self) -> bool:
        """Says whether a slot waits here for its first frame."""
        return self._coming is not None

    def prepare(self, slot: Slot) -> None:
        """Begins decoding a slot; another one in preparation is given up."""
        if any(t is not None and t.number == slot.number for t in (self._coming, self._showing)):
            return
        if self._next is not None and same_turn(self._next.slot, slot):
            return
        self.forget()
        self._next = prepared(slot, self._pool, sound=self._sound.available)
        if self._next.voice is not None:
            self._sound.expect()

    def forget(self) -> None:
        """Gives up the slot in preparation."""
        if self._next is not None:
            self._next.give_back(self._pool)
            self._next = None

    def start(self, slot: Slot, now: float) -> None:
        """Lets a slot take the zone as soon as its first frame is there; the one showing is over at once."""
        self.prepare(slot)
        if self._next is None or self._next.number != slot.number:
            return
        self.cut(now)
        self._coming, self._next = self._next, None
        self._coming.asked_at = now

    def cut(self, now: float) -> None:
        """Ends the slot showing, and gives up one waited for; the picture stays."""
        if self._showing is not None:
            position = self._position(self._showing, now)
            cut = position < self._showing.slot.planned_s - NEARLY_OVER_S
            self._close(self._showing.done(position, cut=cut))
        if self._coming is not None:
            self._outbox.append(self._coming.done(0.0, cut=True))
            self._give_up_coming()

    def leave(self) -> None:
        """Gives the zone to something else: a transition under way is given up."""
        self._changing = None
        self._has_picture = True

    def poll(self, now: float) -> tuple[StageEvent, ...]:
        """Gives what happened since the last time."""
        self._poll_showing(now)
        if self._coming is not None:
            why = self._coming.trouble() or (TOO_SLOW if now - self._coming.asked_at > FIRST_FRAME_S else None)
            if why is not None:
                self._outbox.append(self._coming.broke(why, 0.0))
                self._give_up_coming()
        if self._next is not None and (why := self._next.trouble()) is not None:
            self._outbox.append(self._next.broke(why, 0.0))
            self.forget()
        events, self._outbox = tuple(self._outbox), []
        return events

    def present(self, now: float, sheets: Sheets | None) -> tuple[bool, tuple[ShownFrame, ...]]:
        """Draws what is due; says whether the zone changed, and which frames were put into it."""
        self._go_over(now, sheets)
        drew = self._take_frame(now, sheets)
        if self._changing is not None and sheets is not None:
            self._draw_change(now, sheets)
            drew = True
        shown, self._shown = tuple(self._shown), []
        return drew, shown

    def next_due(self, now: float) -> float | None:
        """Gives when something is to be done here next."""
        dues: list[float] = []
        if self._outbox:
            dues.append(now)
        if self._coming is not None:
            dues.append(
                now
                + (max(0.0, -self._position(self._coming, now)) if self._sound.sounding(self._place.zone) else WAIT_S)
            )
        if self._changing is not None:
            dues.append(now + STEP_S)
        if self._showing is not None:
            position = self._position(self._showing, now)
            dues.append(now + max(0.0, self._ends_s(self._showing) - position))
            if self._showing.picture is not None and not self._showing.is_played_out():
                frame = self._showing.picture.frame()
                dues.append(now + NEXT_FRAME_S if frame is None else now + max(0.0, frame.pts_s - position))
        return min(dues, default=None)

    def _position(self, turn: Turn, now: float) -> float:
        if self._sound.sounding(self._place.zone):
            return self._sound.position_s(self._place.zone, now)
        return now - turn.began_at

    def _close(self, event: Done | Broke) -> None:
        if self._showing is None:
            return
        self._outbox.append(replace(event, heard=self._sound.heard(self._place.zone)))
        self._sound.stop(self._place.zone)
        self._showing.give_back(self._pool)
        self._showing = None

    def _poll_showing(self, now: float) -> None:
        turn = self._showing
        if turn is None:
            return
        position = self._position(turn, now)
        if (why := turn.trouble()) is not None:
            self._close(turn.broke(why, position))
            return
        if position >= self._ends_s(turn) - EARLY_S:
            self._close(turn.done(position, cut=False))

    def _ends_s(self, turn: Turn) -> float:
        """Gives at what position a slot is over: early enough for the next one's sound to be heard in time."""
        following = self._next
        if following is None or following.voice is None or following.first_frame() is None or not turn.is_shown():
            return turn.slot.planned_s
        return turn.slot.planned_s - self._sound.lead_s

    def _give_up_coming(self) -> None:
        if self._coming is None:
            return
        self._sound.stop(self._place.zone)
        self._coming.give_back(self._pool)
        self._coming = None

    def _is_heard(self, turn: Turn, now: float) -> bool:
        """Begins a slot's sound, and says whether it has reached the ear; at once where there is none."""
        if turn.voice is None or not self._sound.available:
            return True
        if not self._sound.sounding(self._place.zone):
            voice, slot = turn.voice, turn.slot
            self._sound.begin(self._place.zone, voice.pcm, voice.ended, now, volume=slot.volume, rank=slot.rank)
        return self._sound.position_s(self._place.zone, now) >= -EARLY_S

    def _go_over(self, now: float, sheets: Sheets | None) -> None:
        turn = self._coming
        if turn is None or turn.first_frame() is None or not self._is_heard(turn, now):
            return
        if turn.slot.transition != "cut" and self._has_picture and sheets is not None:
            self._screen.keep(sheets.old, self._place.box)
            self._changing = (turn.slot.transition, now)
        else:
            self._changing = None
        self._showing, self._coming = turn, None
        turn.began_at = now
        self._has_picture = True
        self._outbox.append(Began(self._place.zone, turn.number, now))

    def _take_frame(self, now: float, sheets: Sheets | None) -> bool:
        turn = self._showing
        for _ in range(MOST_SKIPPED):
            if turn is None or turn.picture is None or (frame := turn.picture.frame()) is None:
                break
            position = self._position(turn, now)
            first = turn.frames == 0
            if not first and frame.pts_s - position > EARLY_S:
                return False
            behind_s = 0.0 if first else position - frame.pts_s
            if behind_s > frame_interval_s(turn.slot) and now - turn.drawn_at < SHOW_AT_LEAST_S:
                turn.late += 1
                turn.picture.release()
                continue
            return self._show(turn, frame, turn.asked_at if first else now - behind_s, now, sheets)
        return False

    def _show(self, turn: Turn, frame: FrameLike, due: float, now: float, sheets: Sheets | None) -> bool:
        box = self._place.box
        if turn.picture is None or (frame.width, frame.height) != (box.width, box.height):
            turn.failed = WRONG_SIZE
            return False
        if self._changing is not None and sheets is not None:
            whole = Box(0, 0, box.width, box.height)
            self._screen.lay(sheets.new, frame.pixels, (box.width, box.height), whole, (box.x, box.y))
        else:
            self._screen.paint(frame.pixels, box)
        turn.frames += 1
        turn.drawn_at, turn.last_pts_s = now, frame.pts_s
        self._shown.append(ShownFrame(turn.slot.zone, turn.number, frame.index, due, max(0.0, (now - due) * 1000.0)))
        turn.picture.release()
        if is_still(turn.slot):
            self._pool.give_back(turn.picture)
            turn.picture = None
        return True

    def _draw_change(self, now: float, sheets: Sheets) -> None:
        if self._changing is None:
            return
        kind, since = self._changing
        box = self._place.box
        done = progress(now - since, TRANSITION_S)
        for part in strokes(kind, done, self._place.width, self._place.height, self._place.rotate):
            sheet = sheets.old if part.picture == "old" else sheets.new
            source = Box(box.x + part.source.x, box.y + part.source.y, part.source.width, part.source.height)
            self._screen.copy(sheet, source, (box.x + part.x, box.y + part.y), part.alpha)
        if done >= 1.0:
            self._changing = None
