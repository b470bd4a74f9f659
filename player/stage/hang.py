"""Tells a worker that hangs from one that has nothing to do."""

from player.decode.rings.frames import FrameReader
from player.decode.rings.shared import RingBroken
from player.decode.rings.sound import SoundReader

START_S = 10.0
"""Nothing came of a request for so long: a photograph of 64 million pixels takes 2 s on a slow machine."""
LONGEST_START = 3
"""Times as long a request may take to begin, whatever signs come meanwhile: they may be lies."""
RUNNING_S = 2.0
"""A film's ring had room for so long and nothing came: until then its last picture stands still on the screen.

Longer than the pauses of flash memory that tidies up (under 1 s) and than a starved decoder needs for one frame.
"""


class HangWatch:
    """Remembers when a worker last gave a sign: a reply, a frame or a sample."""

    def __init__(self, *, start_s: float = START_S, running_s: float = RUNNING_S) -> None:
        self._start_s, self._running_s = start_s, running_s
        self._moved_at, self._mark = 0.0, (0, 0, 0)
        self._asked_at = 0.0

    def begin(self, now: float) -> None:
        """Counts from `now`, for a new worker or a new request."""
        self._moved_at = self._asked_at = now

    def hangs(
        self,
        now: float,
        frames: FrameReader | None,
        sound: SoundReader | None,
        signs: int,
        *,
        ready: bool,
        has_sound: bool,
    ) -> bool:
        """Says whether a worker with a request in work and room for more gave no sign for too long.

        `signs` grows with each reply. A ring that cannot be read counts as a hang.
        """
        if not ready and now - self._asked_at > LONGEST_START * self._start_s:
            return True
        mark = (frames.head if frames else 0, sound.head if sound else 0, signs)
        try:
            waits = frames is not None and frames.waiting() == frames.slots
        except RingBroken:
            return True
        if mark != self._mark or waits or (sound is not None and has_sound and sound.is_full()):
            self._mark, self._moved_at = mark, now
            return False
        return now - self._moved_at > (self._running_s if ready else self._start_s)
