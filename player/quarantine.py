"""Which bytes are not shown because they took decoders down, and for how long.

Rule: pure; both clocks are arguments. A term runs on the monotonic clock, and what is left of it outlasts a restart;
the wall clock can only shorten it. So a wrong clock makes no term endless, and neither does a machine that is switched
off every night. What breaks a decoder again has a longer term; an emergency tries again after a short one.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import msgspec

from signage.errors import Words

TERMS_S = (3600.0, 4 * 3600.0, 24 * 3600.0)
"""After the first, the second, and every further offence."""
URGENT_TERMS_S = (60.0, 120.0, 300.0)
"""The same for what an emergency needs: bounded, and long enough for others to have their turn between."""
SAME_S = 5.0
"""Two words of one offence, from two zones, come within this."""
REMEMBERED_S = 7 * 24 * 3600.0
"""So long after its term an offence counts as an earlier one."""
MOST = 1000
STEP_S = 600.0
"""What is left is written down in steps, so that it is not written every minute; a restart may cost one of them."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file in quarantine, as it is written down."""

    zh: str
    en: str
    offences: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 1
    left_s: Annotated[float, msgspec.Meta(ge=0, le=2**53)] | None = None
    """None: written by a version that knew no terms, and did not tell local files from published ones."""
    until: dt.datetime | None = None


class _Term(msgspec.Struct, frozen=True, kw_only=True):
    why: Words
    offences: int
    began: float
    ends: float
    until: dt.datetime


class TimedQuarantine:
    """Terms by SHA-256, of files of one origin."""

    def __init__(self) -> None:
        self._terms: dict[str, _Term] = {}

    def load(self, kept: Mapping[str, Held], now: float, wall: dt.datetime, *, with_old: bool) -> None:
        """Takes up what another run wrote down; `with_old`: also what has no term yet, for the first one."""
        for sha256, held in list(kept.items())[-MOST:]:
            if held.left_s is None and not with_old:
                continue
            offences = max(1, held.offences)
            left_s = min(max(0.0, TERMS_S[0] if held.left_s is None else held.left_s), _term_s(TERMS_S, offences))
            if held.until is not None and held.until.tzinfo is not None:
                left_s = max(0.0, min(left_s, (held.until - wall).total_seconds()))
            self._terms[sha256] = _Term(
                why=Words(held.zh, held.en), offences=offences, began=now, ends=now + left_s,
                until=wall + dt.timedelta(seconds=left_s),
            )  # fmt: skip

    def kept(self, now: float) -> dict[str, Held]:
        """Returns what is worth writing down."""
        return {
            sha256: Held(
                zh=term.why.zh, en=term.why.en, offences=term.offences, until=term.until,
                left_s=-(-max(0.0, term.ends - now) // STEP_S) * STEP_S,
            )
            for sha256, term in self._terms.items()
        }  # fmt: skip

    def add(self, sha256: str, why: Words, now: float, wall: dt.datetime) -> bool:
        """Takes that bytes broke decoders; False when that is known already."""
        self._forget(now)
        before = self._terms.pop(sha256, None)
        if before is not None and now - before.began < SAME_S and now < before.ends and before.why == why:
            self._terms[sha256] = before
            return False
        offences = before.offences + 1 if before is not None else 1
        length_s = _term_s(TERMS_S, offences)
        until = wall + dt.timedelta(seconds=length_s)
        self._terms[sha256] = _Term(why=why, offences=offences, began=now, ends=now + length_s, until=until)
        return True

    def held(self, now: float, *, urgent: bool = False) -> dict[str, Words]:
        """Returns what must not be shown now, and why; `urgent`: not even by an emergency."""
        return {sha256: t.why for sha256, t in self._terms.items() if now < (_urgent_end(t) if urgent else t.ends)}

    def until(self, sha256: str) -> dt.datetime | None:
        """Returns when the term of these bytes ends by the wall clock as it was believed; None without one."""
        term = self._terms.get(sha256)
        return term.until if term is not None else None

    def next_end(self, now: float) -> float | None:
        """Returns the monotonic time at which `held` gives something else; None when it stays as it is."""
        ends = [end for term in self._terms.values() for end in (_urgent_end(term), term.ends) if end > now]
        return min(ends, default=None)

    def _forget(self, now: float) -> None:
        for sha256 in [s for s, term in self._terms.items() if now > term.ends + REMEMBERED_S]:
            del self._terms[sha256]
        while len(self._terms) >= MOST:
            del self._terms[min(self._terms, key=lambda s: self._terms[s].ends)]


def _urgent_end(term: _Term) -> float:
    return min(term.ends, term.began + _term_s(URGENT_TERMS_S, term.offences))


def _term_s(terms: tuple[float, ...], offences: int) -> float:
    return terms[min(offences, len(terms)) - 1]
