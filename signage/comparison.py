"""What was planned against what was played, and why they differ.

Rule: pure. Slots are not matched one by one: after an outage the live rotation goes on where it stood, while a plan
knows no outage. Each item is counted on both sides, and of the turns that are missing as many are put down to what
stood in the way of planned ones as it can explain: each difference once, and none where nothing is missing.
"""

import bisect
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from signage.plan import PlannedSlot
from signage.presented import Counted

Cause = Literal["off", "cut in", "refused", "clock", "unseen"]
CAUSES: tuple[Cause, ...] = ("off", "cut in", "refused", "clock", "unseen")
"""In this order: a player that is off has no other excuse. `unseen` was played where nobody could see it."""


class Span(msgspec.Struct, frozen=True, order=True):
    """From one instant to before another, milliseconds since 1970."""

    start_ms: int
    end_ms: int


class Hindrances(msgspec.Struct, frozen=True, kw_only=True):
    """What stood in the way, each list in order of time and without overlaps."""

    off: tuple[Span, ...] = ()
    """The player did not run."""
    cut_in: dict[str, tuple[Span, ...]] = {}
    """By zone: an emergency or a broadcast that the plan does not know was on the screen; "" for all zones: an order
    of the office that kept everything else away."""
    refused: dict[str, tuple[Span, ...]] = {}
    """By media: the file was refused, quarantined or could not be shown."""
    clock: tuple[Span, ...] = ()
    """The wall clock was not to be believed."""


class Key(msgspec.Struct, frozen=True, order=True):
    """What is compared: one item's content in one zone."""

    zone: str
    playlist: str
    shown: str


class Played(msgspec.Struct, frozen=True):
    """One play."""

    key: Key
    playlist_sha256: str
    counted: Counted = "seen"


class Balance(msgspec.Struct, kw_only=True):
    """One key's account: `planned` = `played` + the causes + `other`."""

    planned: int = 0
    played: int = 0
    """Complete or cut after its first frame, and not known to have been unseen."""
    unknown: int = 0
    """Those of `played` of which nobody knows whether they could be seen."""
    missing: dict[Cause, int] = {}
    planned_sha256: str = ""
    played_sha256: set[str] = set()
    """Of the playlist's text, as it was played."""

    @property
    def other(self) -> int:
        """Planned turns that nothing known explains; below 0: it was played more often than planned."""
        return self.planned - self.played - sum(self.missing.values())

    @property
    def is_other_playlist(self) -> bool:
        """Says whether the playlist that was played is not, or not always, the one that was planned with."""
        return any(sha256 != self.planned_sha256 for sha256 in self.played_sha256)


def planned_key(planned: PlannedSlot) -> Key:
    """Gives what a planned slot is counted under."""
    slot = planned.slot
    if slot.media is not None:
        shown = slot.media.name
    elif slot.strip is not None:
        shown = f"ticker: {words(slot.strip.text)}"
    else:
        card = slot.card
        shown = f"{card.template}: {words(card.title or card.text)}" if card is not None else slot.kind
    return Key(slot.zone, slot.playlist, shown)


def words(text: str) -> str:
    """Gives text as the ledger keeps it: one line, cut."""
    return " ".join(text.split())[:80]


def compared(planned: Iterable[PlannedSlot], played: Iterable[Played], hindrances: Hindrances) -> dict[Key, Balance]:
    """Returns each item's account, sorted; `played` are the plays that had a first frame."""
    found: dict[Key, Balance] = {}
    hindered: dict[Key, dict[Cause, int]] = {}
    for each in planned:
        key = planned_key(each)
        balance = found.setdefault(key, Balance())
        balance.planned += 1
        balance.planned_sha256 = each.slot.playlist_sha256
        cause = _cause(each, key, hindrances)
        if cause is not None:
            causes = hindered.setdefault(key, {})
            causes[cause] = causes.get(cause, 0) + 1
    for play in played:
        balance = found.setdefault(play.key, Balance())
        balance.played_sha256 = balance.played_sha256 | {play.playlist_sha256}
        if play.counted == "unseen":
            balance.missing = {**balance.missing, "unseen": balance.missing.get("unseen", 0) + 1}
        else:
            balance.played += 1
            balance.unknown += play.counted == "unknown"
    for key, causes in hindered.items():
        found[key].missing = {**found[key].missing, **_explained(found[key].other, causes)}
    return dict(sorted(found.items()))


def _explained(missing: int, hindered: Mapping[Cause, int]) -> dict[Cause, int]:
    """Returns how many of the missing turns each cause explains: what was hindered and played all the same is none."""
    found: dict[Cause, int] = {}
    for cause in CAUSES:
        share = min(missing, hindered.get(cause, 0))
        if share > 0:
            found[cause] = share
            missing -= share
    return found


def _cause(planned: PlannedSlot, key: Key, hindrances: Hindrances) -> Cause | None:
    """Gives what covers the middle of a planned turn."""
    middle_ms = round((_ms(planned.slot.starts_at) + _ms(planned.ends_at)) / 2)
    spans: tuple[tuple[Cause, Sequence[Span]], ...] = (
        ("off", hindrances.off),
        ("cut in", hindrances.cut_in.get("", ())),
        ("cut in", hindrances.cut_in.get(key.zone, ())),
        ("refused", hindrances.refused.get(key.shown, ())),
        ("clock", hindrances.clock),
    )
    return next((cause for cause, own in spans if _covers(own, middle_ms)), None)


def _covers(spans: Sequence[Span], at_ms: int) -> bool:
    place = bisect.bisect_right(spans, at_ms, key=lambda span: span.start_ms) - 1
    return place >= 0 and at_ms < spans[place].end_ms


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Gives the same time in order and without overlaps."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.end_ms <= span.start_ms:
            continue
        if found and span.start_ms <= found[-1].end_ms:
            found[-1] = Span(found[-1].start_ms, max(found[-1].end_ms, span.end_ms))
        else:
            found.append(span)
    return tuple(found)


def _ms(at: dt.datetime) -> int:
    return round(at.timestamp() * 1000)
