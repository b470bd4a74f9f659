"""One slot's turn on a zone that shows pictures: its decoders, and what has been shown of it."""

from dataclasses import dataclass

from msgspec.structs import replace

from player.stage.pool import Lease, Pool
from player.stage.ports import Broke, Decoded, Done, FrameLike
from player.stage.requests import is_still, picture_request, sound_request, wants_sound
from signage.errors import Words
from signage.slot import Slot

NO_DECODER = Words(zh="没有空闲的解码进程", en="no decoder is free")
NOTHING_TO_SHOW = Words(zh="解码结束，但没有任何画面", en="decoding ended without a single picture")


@dataclass(slots=True)
class Turn:
    """A slot being prepared, waited for or shown."""

    slot: Slot
    picture: Lease | None = None
    sound: Lease | None = None
    """Of an audio slot; a video's sound comes from `picture`."""
    asked_at: float = 0.0
    """When the loop wanted it on the screen."""
    began_at: float = 0.0
    drawn_at: float = 0.0
    last_pts_s: float = 0.0
    frames: int = 0
    late: int = 0
    failed: Words | None = None

    @property
    def number(self) -> int:
        """Gives the slot's number in its zone."""
        return self.slot.number

    @property
    def voice(self) -> Lease | None:
        """Gives where this slot's sound comes from."""
        if self.sound is not None:
            return self.sound
        return self.picture if self.slot.kind == "video" and wants_sound(self.slot) else None

    def first_frame(self) -> FrameLike | None:
        """Gives the first picture once all that belongs to the start is there."""
        if self.sound is not None and self.sound.state == "starting":
            return None
        return self.picture.frame() if self.picture is not None else None

    def trouble(self) -> Words | None:
        """Gives why this slot cannot go on, once that is known."""
        if self.failed is not None:
            return self.failed
        if self.picture is not None and self.picture.state == "failed":
            return self.picture.why
        if self.sound is not None and self.sound.state == "failed":
            return self.sound.why
        ended_empty = self.picture is not None and self.frames == 0 and self.picture.state == "ended"
        if ended_empty and self.picture is not None and self.picture.frame() is None:
            return NOTHING_TO_SHOW
        return None

    def is_played_out(self) -> bool:
        """Says whether a moving picture has no frame left and will get none."""
        if is_still(self.slot) or self.slot.kind == "audio" or self.picture is None:
            return False
        return self.picture.state == "ended" and self.picture.frame() is None

    def is_shown(self) -> bool:
        """Says whether no picture of it is still to come."""
        return self.frames > 0 and (self.picture is None or self.is_played_out())

    def give_back(self, pool: Pool) -> None:
        """Frees the decoders; counters stay."""
        pool.give_back(self.picture)
        pool.give_back(self.sound)
        self.picture = self.sound = None

    def done(self, ended_s: float, *, cut: bool) -> Done:
        """Gives the event that closes this turn."""
        return Done(self.slot.zone, self.number, self.frames, self.late, ended_s, cut)

    def broke(self, why: Words, ended_s: float) -> Broke:
        """Gives the event that says that this turn cannot go on."""
        return Broke(self.slot.zone, self.number, why, self.frames, self.late, ended_s, self._decoded())

    def _decoded(self) -> Decoded:
        """What the decoder that failed had in hand: what sounds is not to blame for what is seen beside it."""
        is_seen = self.slot.kind == "audio" and self.picture is not None and self.picture.state == "failed"
        if not is_seen:
            return "media"
        return "card" if self.slot.picture is None else "picture"


def prepared(slot: Slot, pool: Pool, *, sound: bool) -> Turn:
    """Gives a turn whose decoders are at work; it has `failed` when there is none to be had."""
    turn = Turn(slot)
    heard = sound and wants_sound(slot)
    seen = picture_request(slot, pool.target, pool.next_request(), heard)
    if seen is not None:
        turn.picture = pool.lend(seen, replace(slot, media=slot.picture) if slot.kind == "audio" else slot)
    spoken = sound_request(slot, pool.target, pool.next_request()) if heard else None
    if spoken is not None:
        turn.sound = pool.lend(spoken, slot)
    if turn.picture is None or (spoken is not None and turn.sound is None):
        turn.failed = NO_DECODER
    return turn
