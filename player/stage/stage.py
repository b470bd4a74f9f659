"""The zones of one screen, showing what the loop tells them to.

Rule: no clock and no decision in here; `now` is an argument. What is on a zone stays until the next picture is there.
"""

from player.decode.protocol import Target
from player.stage.picture_run import PictureRun
from player.stage.place import Place, Sheets
from player.stage.pool import Pool
from player.stage.ports import (
    Began,
    Broke,
    BrokeLate,
    DecoderFactory,
    Done,
    Presented,
    ScreenLike,
    ShownFrame,
    SoundLike,
    StageEvent,
)
from player.stage.ticker import em_px
from player.stage.ticker_run import TickerRun
from signage.layout import Box, Rotate, Zone, turned
from signage.slot import Slot

__all__ = ["Began", "Broke", "BrokeLate", "Done", "Presented", "ShownFrame", "Stage", "StageEvent"]


class _Zone:
    """A zone, and which of its two ways of showing has it."""

    def __init__(self, place: Place, pool: Pool, pictures: PictureRun, ticker: TickerRun) -> None:
        self.place = place
        self.pool = pool
        self.pictures = pictures
        self.ticker = ticker
        self.flowing = False
        """The ticker has it."""


class Stage:
    """Shows slots on zones: prepares one while another is on the screen, and says when each began and ended."""

    def __init__(
        self,
        screen: ScreenLike,
        sound: SoundLike,
        *,
        zones: tuple[Zone, ...],
        canvas: tuple[int, int],
        rotate: Rotate,
        decoder_factory: DecoderFactory,
    ) -> None:
        """`canvas` is upright; `screen` is as large as the canvas when turned by `rotate`."""
        self._screen = screen
        self._sound = sound
        self._sheets: Sheets | None = None
        self._zones: dict[str, _Zone] = {}
        for zone in zones:
            target = Target(
                width_px=zone.box.width,
                height_px=zone.box.height,
                rotate=rotate,
                background=zone.background,
                margin=zone.margin,
            )
            pool = Pool(target, sound.available, decoder_factory)
            place = Place(zone.name, turned(zone.box, canvas, rotate), zone.box.width, zone.box.height, rotate)
            pictures = PictureRun(place, screen, sound, pool)
            self._zones[zone.name] = _Zone(
                place, pool, pictures, TickerRun(place, em_px(zone), zone.background, screen, pool)
            )
            screen.fill(place.box, zone.background)
        screen.flip((Box(0, 0, *screen.size),))

    def prepare(self, slot: Slot) -> None:
        """Begins decoding the next slot of its zone; the same slot again does nothing, another one replaces it."""
        zone = self._zones[slot.zone]
        if slot.kind == "ticker":
            zone.pictures.forget()
            zone.ticker.prepare(slot)
            return
        if slot.transition != "cut" and self._sheets is None:
            width, height = self._screen.size
            self._sheets = Sheets(self._screen.sheet(width, height), self._screen.sheet(width, height))
        zone.ticker.forget()
        zone.pictures.prepare(slot)

    def start(self, slot: Slot, now: float) -> None:
        """Gives the zone to a slot as soon as its first frame is there; the old picture stays until then.

        A slot of this zone that is still showing, or waits for its first frame, is over at once, and its `Done` says
        `cut`. So every slot that was started comes to exactly one `Done` or `Broke`.
        """
        self.prepare(slot)
        zone = self._zones[slot.zone]
        if slot.kind == "ticker":
            zone.pictures.cut(now)
            zone.ticker.start(slot, now)
        else:
            zone.ticker.cut(now)
            zone.pictures.start(slot, now)

    def poll(self, now: float) -> tuple[StageEvent, ...]:
        """Gives what happened since the last time, zone by zone, in order."""
        events: list[StageEvent] = []
        for zone in self._zones.values():
            events += zone.pictures.poll(now)
            events += zone.ticker.poll(now)
            events += (BrokeLate(zone.place.zone, slot, why) for slot, why in zone.pool.late_breakages())
        return tuple(events)

    def present(self, now: float) -> Presented:
        """Draws what is due, puts the changed zones on the screen, and says when to come again."""
        due = self._sound.pump(now)
        dues = [due] if due is not None else []
        changed: list[Box] = []
        shown: list[ShownFrame] = []
        for zone in self._zones.values():
            drew, frames = self._present_zone(zone, now)
            shown += frames
            if drew:
                changed.append(zone.place.box)
            dues += [d for d in (zone.pictures.next_due(now), zone.ticker.next_due(now)) if d is not None]
        if changed:
            self._screen.flip(tuple(changed))
        return Presented(min(dues, default=None), tuple(shown))

    def halt(self, now: float) -> tuple[StageEvent, ...]:
        """Ends what shows and what waits, and gives what there is to say of it; the last pictures stay."""
        for zone in self._zones.values():
            zone.pictures.cut(now)
            zone.ticker.cut(now)
        return self.poll(now)

    def close(self) -> None:
        """Ends sound and decoders; the last picture stays on the screen."""
        for name, zone in self._zones.items():
            self._sound.stop(name)
            zone.pool.close()

    def _present_zone(self, zone: _Zone, now: float) -> tuple[bool, tuple[ShownFrame, ...]]:
        ticked, steps = zone.ticker.present(now) if zone.flowing or zone.ticker.wanted else (False, ())
        if ticked and not zone.flowing:
            zone.pictures.leave()
            zone.flowing = True
        if zone.flowing and not zone.pictures.wanted:
            return ticked, steps
        drew, frames = zone.pictures.present(now, self._sheets)
        if frames and zone.flowing:
            zone.ticker.leave()
            zone.flowing = False
        return ticked or drew, steps + frames
