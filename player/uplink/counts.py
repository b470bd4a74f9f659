"""Counts over the plays of a ledger. Rule: a count is a query over records, never a counter that is kept."""

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

from player.uplink.ledger_db import LedgerDb
from player.uplink.readable import readable
from signage.ledger import PlayRecord, is_black
from signage.presented import as_counted

By = Literal["item", "day", "hour", "playlist", "outcome", "presented"]
BY: tuple[By, ...] = get_args(By)
ALWAYS_MS = 253_402_300_799_999
"""The end of the year 9999."""


class Numbered(msgspec.Struct, frozen=True):
    """A play, and the name of its epoch."""

    epoch: str
    play: PlayRecord


class Count(msgspec.Struct, kw_only=True):
    """The plays of one key; `seconds` is how long they were on the screen together."""

    plays: int = 0
    complete: int = 0
    cut: int = 0
    failed: int = 0
    seen: int = 0
    unseen: int = 0
    unknown: int = 0
    """Together as many as `plays`."""
    ms: int = 0

    @property
    def seconds(self) -> float:
        """Gives the time on the screen."""
        return self.ms / 1000


def plays(db: LedgerDb, from_ms: int = -ALWAYS_MS, to_ms: int = ALWAYS_MS) -> Iterator[Numbered]:
    """Gives the plays that began from one time to before another, in order of time."""
    names = {epoch.number: epoch.name for epoch in db.epochs()}
    for epoch, text in db.between("play", from_ms, to_ms):
        record = readable(text)
        if isinstance(record, PlayRecord):
            yield Numbered(names.get(epoch, ""), record)


def key_of(play: PlayRecord, by: By) -> str:
    """Gives what a play is counted under; days and hours are those of the wall clock where it was shown."""
    match by:
        case "item":
            return shown(play)
        case "day":
            return play.at[:10]
        case "hour":
            return play.at[:13]
        case "playlist":
            return play.playlist
        case "outcome":
            return f"{play.outcome}: {play.reason}" if play.reason else play.outcome
        case "presented":
            return play.presented


def shown(play: PlayRecord) -> str:
    """Names what was seen: the media, or the card or ticker with its words."""
    if play.media:
        return play.media
    return f"{play.card or play.shows}: {play.title}" if play.title else play.card or play.shows


def counted(found: Iterable[Numbered], by: By) -> dict[str, Count]:
    """Gives the counts by key, sorted by key; the black of a blackout is no play."""
    counts: dict[str, Count] = {}
    for each in found:
        play = each.play
        if is_black(play):
            continue
        count = counts.setdefault(key_of(play, by), Count())
        count.plays += 1
        count.ms += play.actual_ms or 0
        match play.outcome:
            case "complete":
                count.complete += 1
            case "cut":
                count.cut += 1
            case "failed":
                count.failed += 1
        match as_counted(play.presented):
            case "seen":
                count.seen += 1
            case "unseen":
                count.unseen += 1
            case "unknown":
                count.unknown += 1
    return dict(sorted(counts.items()))
