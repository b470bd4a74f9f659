"""Brings a request's pictures and sound into the rings as there is room."""

from collections.abc import Iterator

from player.decode import refusal
from player.decode.desk import Desk
from player.decode.pictures.picture import Picture
from player.decode.protocol import Ended, Ready
from player.decode.rings.frames import FrameWriter
from player.decode.rings.sound import SoundWriter
from player.heap import trim

SHORT_WAIT_S, LONG_WAIT_S = 0.008, 0.04
"""How often a full ring is looked at, while frames are taken and while they are not; three last 50 ms at 60 Hz."""
PATIENCE_S = 0.5


class Outlet:
    """Where one request's pictures and sound go."""

    def __init__(self, desk: Desk, request: int, frames: FrameWriter | None, sound: SoundWriter | None) -> None:
        self.count = 0
        self._desk, self._request = desk, request
        self._frames, self._sound = frames, sound
        self._painted: set[tuple[int, tuple[int, int]]] = set()

    def run(self, pictures: Iterator[Picture], sound: Iterator[bytes] | None) -> None:
        """Writes everything; says Ready when the first picture and the first sound wait, Ended at the end.

        Raises Refused for what cannot be shown and Superseded when it is no longer wanted.
        """
        ring = self._sound
        if ring is None:
            sound = None
        elif sound is not None:
            ring.begin(self._request)
        picture = next(pictures, None)
        block = memoryview(next(sound, b"")) if sound is not None else memoryview(b"")
        has_sound, ready, trimmed, waited_s = len(block) > 0, False, False, 0.0
        while picture is not None or block:
            self._desk.check(self._request)
            moved = False
            shown = picture is not None and self._show(picture)
            if block and ring is not None and (written := ring.write(block)):
                block, moved = block[written:], True
            if not ready and (shown or picture is None) and (moved or not has_sound):
                self._desk.say(Ready(request=self._request, has_sound=has_sound))
                ready = True
            if shown:
                picture = next(pictures, None)
            if not block and sound is not None:
                block = memoryview(next(sound, b""))
            if moved or shown:
                waited_s = 0.0
                continue
            if not trimmed:
                trim()  # opening a film leaves holes of 3 to 6 MB, and now there is time
                trimmed = True
            waited_s += self._wait(waited_s)
        self._desk.say(Ended(request=self._request, frames=self.count))

    def _wait(self, waited_s: float) -> float:
        pause_s = SHORT_WAIT_S if waited_s < PATIENCE_S else LONG_WAIT_S
        self._desk.pause(self._request, pause_s)
        return pause_s

    def _show(self, picture: Picture) -> bool:
        """Writes a picture if there is room and says whether there was."""
        if self._frames is None or picture.size[0] * picture.size[1] * 4 > self._frames.slot_bytes:
            raise refusal.too_large_for_ring()
        if not self._frames.has_room():
            return False
        mark = (self._frames.place, picture.size)
        picture.paint(self._frames.slot(), mark not in self._painted)
        self._painted.add(mark)
        self._frames.publish(
            request=self._request,
            index=self.count,
            pts_us=picture.pts_us,
            size=picture.size,
            used_px=picture.used_px,
            last=picture.last,
        )
        self.count += 1
        return True
