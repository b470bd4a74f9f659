"""What a worker has written for the present request into the rings that it shares: frames, and sound.

Rule: for the render thread; it takes what is there and waits for nothing. Only `attach` and `detach` are the worker's
keeper's.
"""

from collections.abc import Callable

from player.decode.rings.frames import Frame, FrameReader
from player.decode.rings.shared import RingBroken
from player.decode.rings.sound import SoundReader

Rings = tuple[FrameReader | None, SoundReader | None]


class WorkerOutput:
    """The rings of one worker after another."""

    def __init__(self, condemn: Callable[[RingBroken], None]) -> None:
        """`condemn` takes that a worker writes nonsense."""
        self._condemn = condemn
        self.rings: Rings = (None, None)
        self._held: FrameReader | None = None

    def attach(self, frames: FrameReader | None, sound: SoundReader | None) -> None:
        """Begins with the rings of a new worker."""
        self.rings = (frames, sound)

    def detach(self) -> None:
        """Lets go of the rings of a worker that is gone."""
        self.rings = (None, None)

    def frame(self, request: int) -> Frame | None:
        """Returns the oldest waiting frame of `request`, the same one until it is released."""
        frames = self.rings[0]
        if frames is None:
            return None
        try:
            frame = frames.oldest(request)
        except RingBroken as error:
            self._condemn(error)
            return None
        self._held = frames if frame is not None else None
        return frame

    def release(self) -> None:
        """Gives the place of the frame that `frame` returned back to the worker."""
        if self._held is not None:
            self._held.release()
            self._held = None

    def pcm(self, request: int, most: int) -> bytes:
        """Returns up to `most` bytes of the sound of `request`."""
        sound = self.rings[1]
        if sound is None:
            return b""
        try:
            return sound.read(request, most)
        except RingBroken as error:
            self._condemn(error)
            return b""

    def begin(self, request: int) -> None:
        """Takes that frames of any former request are void."""
        self._held = None
        self.drain(request)

    def drain(self, request: int) -> None:
        """Gives back what waits of former requests, so that the worker has room for `request`."""
        frames, sound = self.rings
        if self._held is not None:
            return
        try:
            if frames is not None:
                frames.oldest(request)
            if sound is not None:
                sound.waiting(request)
        except RingBroken as error:
            self._condemn(error)
