"""How far the sound has come, told from chunks that were seen to begin.

Rule: arithmetic only. The mixer says nothing about time; what is known is that a chunk began between two looks. Each
such look narrows where the clock may stand, so that the estimate is better than the looks are frequent.
"""

import math

STALL_S = 0.5
"""Sound that has not come for this long is not waited for any more."""
MISSED_S, MISSED_PART = 3.0, 0.1
"""Nor is sound that was missing now and again for so long in all, and for so much of what was heard: a decoder that
gives it in crumbs would otherwise make an item last for hours."""

SLEW_S = 0.002
"""How far one look may move the estimate: a leap of it is seen as a picture that stands too long or too short."""
LOST_S = 0.04
"""An estimate this far off is no small error, and is put right at once."""


class SoundClock:
    """The position of one voice, in seconds of sound that has reached the ear."""

    def __init__(self, now: float, latency_s: float) -> None:
        """Begins at 0 and waits for the first chunk; `latency_s` passes between mixing and hearing."""
        self._latency_s = latency_s
        self._began = now
        self._base: float | None = None
        """When position 0 was mixed."""
        self._before_s = 0.0
        """Sound of the chunks before the one that is playing."""
        self._given_s = 0.0
        """All sound handed to the mixer."""
        self._dry_since: float | None = now
        self._missed_s = 0.0
        """For how long it was missing, before it came again."""
        self._free: float | None = None
        """Once the sound is given up or over: the base that the clock runs on with."""
        self._told_s = -math.inf

    def given(self, seconds: float) -> None:
        """Notes that so much more sound waits in the mixer."""
        self._given_s += seconds

    def started(self, now: float, slack_s: float) -> None:
        """Notes that a chunk was put on a silent channel, to begin within `slack_s`."""
        if self._base is not None and self._dry_since is not None:
            self._missed_s += max(0.0, now - self._dry_since)
        self._base = now + slack_s / 2 - self._before_s
        self._dry_since = None

    def moved(self, after: float, until: float, chunk_s: float) -> None:
        """Notes that a chunk of `chunk_s` ended and the next began after `after` and not after `until`."""
        self._before_s += chunk_s
        if self._base is not None:
            off = min(max(self._base, after - self._before_s), until - self._before_s) - self._base
            self._base += off if abs(off) > LOST_S else min(max(off, -SLEW_S), SLEW_S)

    def turns_at(self, chunk_s: float) -> float | None:
        """Gives when the chunk that plays, `chunk_s` long, is expected to give way to the next; None: nobody knows."""
        if self._base is None or self._dry_since is not None or self._free is not None:
            return None
        return self._base + self._before_s + chunk_s

    def ran_dry(self, now: float, chunk_s: float) -> None:
        """Notes that the last chunk ended and nothing followed."""
        self._before_s += chunk_s
        if self._dry_since is None:
            self._dry_since = now

    def over(self) -> None:
        """Lets time itself carry on: no more sound will come."""
        if self._free is None:
            self._free = self._base if self._base is not None else self._began

    def is_stalled(self, now: float) -> bool:
        """Says whether sound has been missing for so long that the picture must go on without."""
        if self._free is not None:
            return False
        if self._missed_s > MISSED_S + MISSED_PART * self._before_s:
            return True
        return self._dry_since is not None and now - self._dry_since > STALL_S

    def position_s(self, now: float) -> float:
        """Gives how much has been heard, negative while the first of it is on its way; never goes back."""
        if self._free is not None:
            position = now - self._free - (self._latency_s if self._base is not None else 0.0)
        elif self._base is None:
            position = 0.0
        elif self._dry_since is not None:
            position = min(now - self._base - self._latency_s, self._before_s)
        else:
            position = min(now - self._base - self._latency_s, self._given_s)
        self._told_s = max(self._told_s, position)
        return self._told_s
