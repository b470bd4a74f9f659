"""When a file that was refused is judged once more, because what was in its way may have passed.

Rule: pure; moments are arguments. What could not be read is tried after seconds. What took the decoder down that was to
judge it is tried after a term, ever longer: that was nobody's word about the file.
"""

import datetime as dt
from collections.abc import Callable, Collection

from player.content.book import Verdict
from player.decode.refusal import CRASHED, HANGS
from player.quarantine import TERMS_S

LOST = (CRASHED, HANGS)
"""Why a decoder did not answer."""
ASK_AGAIN_S = 5.0
"""How long a refusal that may pass (no permission, disk error) stands before the file is tried again."""


class Retries:
    """Of all files. For one thread at a time."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        """By path."""
        self._anew: set[str] = set()
        self._tries: dict[str, int] = {}
        """How often bytes took their decoder down, by SHA-256."""

    def note(self, verdict: Verdict, now: float) -> None:
        """Takes a verdict that was just given."""
        if verdict.why in LOST:
            tries = self._tries[verdict.sha256] = self._tries.get(verdict.sha256, 0) + 1
            self._at[verdict.path] = now + TERMS_S[min(tries, len(TERMS_S)) - 1]
        elif verdict.passing:
            self._at[verdict.path] = now + ASK_AGAIN_S

    def is_due(self, verdict: Verdict, now: float, wall: Callable[[], dt.datetime]) -> bool:
        """Whether a verdict that stands is to be asked for again; then its bytes are judged `anew`."""
        if verdict.why not in LOST:
            return verdict.passing and self._at.get(verdict.path, now) <= now
        if self._at.setdefault(verdict.path, now + _term_left_s(verdict, wall())) > now:
            return False
        self._anew.add(verdict.sha256)
        return True

    def anew(self, sha256: str) -> bool:
        """Whether these bytes are to be decoded although they were judged before; says so once."""
        is_anew = sha256 in self._anew
        self._anew.discard(sha256)
        return is_anew

    def forget(self, path: str) -> None:
        """Takes that a file is not there any more."""
        self._at.pop(path, None)

    def keep_only(self, hashes: Collection[str]) -> None:
        """Forgets all bytes but these."""
        for sha256 in self._tries.keys() - set(hashes):
            del self._tries[sha256]


def _term_left_s(verdict: Verdict, wall: dt.datetime) -> float:
    """What is left of its first term, for one that another run found; a wrong clock cannot make it longer."""
    return min(TERMS_S[0], max(0.0, TERMS_S[0] - (wall - verdict.at).total_seconds()))
