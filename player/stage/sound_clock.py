"""How far the sound of one slot has come, so that its pictures can follow.

Rule: arithmetic only; time is an argument. While a device plays it, the device says when the sound's beginning was
heard; without one, and once no more sound comes, time itself carries on.
"""

import math

STALL_S = 0.5
"""Sound that has not come for this long is not waited for any more."""
MISSED_S, MISSED_PART = 3.0, 0.1
"""Nor is sound that was missing now and again for so long in all, and for so much of what was heard: a decoder that
gives it in crumbs would otherwise make an item last for hours."""


class SoundClock:
    """The position of one sound, in seconds of it that have reached the ear."""

    def __init__(self, now: float, lead_s: float) -> None:
        """Begins at 0, which is to be heard in `lead_s`."""
        self._zero = now + lead_s
        """When position 0 was heard, or would have been."""
        self._is_bound = False
        """No position is reached before its sound was given."""
        self._given_s = 0.0
        self._dry_since: float | None = None
        self._missed_s = 0.0
        self._told_s = -math.inf

    def bind(self, now: float) -> None:
        """Follows a device from now on."""
        self._is_bound, self._dry_since = True, now

    def free(self, now: float) -> None:
        """Lets time itself carry on: there is no device, or no more sound."""
        if self._is_bound:
            position = self.position_s(now)
            self._zero, self._is_bound, self._dry_since = now - position, False, None

    def over(self) -> None:
        """Lets time carry on behind the last of the sound, which is still under way."""
        self._is_bound, self._dry_since = False, None

    def given(self, seconds: float) -> None:
        """Notes that so much more of the sound was taken from its source."""
        self._given_s += seconds

    @property
    def given_s(self) -> float:
        """How much of the sound was taken from its source."""
        return self._given_s

    def heard_from(self, zero: float) -> None:
        """Takes from the device when position 0 was heard."""
        if self._is_bound:
            self._zero = zero

    def look(self, now: float, *, is_dry: bool) -> None:
        """Notes whether the device has nothing left to play."""
        if is_dry:
            self._dry_since = now if self._dry_since is None else self._dry_since
        elif self._dry_since is not None:
            self._missed_s += now - self._dry_since
            self._dry_since = None

    def is_stalled(self, now: float) -> bool:
        """Returns whether sound has been missing for so long that the picture must go on without."""
        if not self._is_bound:
            return False
        if self._missed_s > MISSED_S + MISSED_PART * self._given_s:
            return True
        return self._dry_since is not None and now - self._dry_since > STALL_S

    def position_s(self, now: float) -> float:
        """Returns how much has been heard, negative while the first of it is on its way; never goes back."""
        position = now - self._zero
        if self._is_bound:
            position = min(position, self._given_s)
        self._told_s = max(self._told_s, position)
        return self._told_s
