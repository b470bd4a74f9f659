"""Screens for tests: ledgers as players write them, and batches of them."""

import datetime as dt
from typing import Any

from signage.ledger import (
    Anchor,
    EventRecord,
    KnownRecord,
    Line,
    PlayRecord,
    ReceiptRecord,
    chained,
    genesis,
    line,
    moment,
)
from signage.messages import LedgerBatch

DAWN = dt.datetime(2026, 6, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
EPOCH = "0123456789abcdef"
A_PLAY_S = 10


def play(number: int, **changes: Any) -> PlayRecord:
    """Gives a play that began `number` times ten seconds after dawn."""
    told: dict[str, Any] = {
        "at": moment(DAWN + dt.timedelta(seconds=A_PLAY_S * number)), "boot": "b" * 32, "mono_ms": 10_000 * number,
        "clock": "ntp", "zone": "main", "rank": "normal", "playlist": "六个一律", "playlist_sha256": "a" * 64,
        "item": 1 + number % 3, "shows": "image", "media": f"posters/{number % 3}.png", "sha256": f"{number % 3:064x}",
        "planned_ms": 10_000, "actual_ms": 10_000, "frames": 1, "outcome": "complete",
    }  # fmt: skip
    return PlayRecord(**{**told, **changes})


def event(what: Any, **details: Any) -> EventRecord:
    """Gives an event at dawn."""
    return EventRecord(at=moment(DAWN), boot="b" * 32, mono_ms=0, clock="ntp", what=what, details=details)


def receipt(publication: int, step: str, **details: Any) -> ReceiptRecord:
    """Gives a receipt at dawn."""
    return ReceiptRecord(
        at=moment(DAWN), boot="b" * 32, mono_ms=0, clock="ntp", publication=publication, step=step, details=details
    )


def publish(number: int, *screens: str, at: dt.datetime = DAWN, zone: str = "main", files: int = 3) -> None:
    """Makes the publication that `play(…, publication=number)` is of, and aims it at screens."""
    from office.models import Assignment, Media, Playlist, Publication, PublishedMedia, Screen

    made = Publication.objects.create(number=number, line="六个一律", state="published", published_at=at)
    Playlist.objects.create(publication=made, name="六个一律", zone=zone, rank="normal", sha256="a" * 64, text="")
    for each in range(files):
        Media.objects.get_or_create(sha256=f"{each:064x}", size_bytes=1, kind="image")
        PublishedMedia.objects.create(publication=made, name=f"posters/{each}.png", media_id=f"{each:064x}")
    Assignment.objects.create(publication=made, aim="all").aimed_at.set(Screen.objects.filter(id__in=screens))


class Ledger:
    """The chain of one epoch; `lines[n - 1]` is record n."""

    def __init__(self, screen: str, epoch: str = EPOCH) -> None:
        self.screen, self.epoch = screen, epoch
        self.lines: list[Line] = []

    @property
    def head(self) -> Anchor:
        """The newest number and hash."""
        last = self.lines[-1] if self.lines else None
        return Anchor(self.epoch, last.seq, last.hash) if last else genesis(self.screen, self.epoch)

    def append(self, record: KnownRecord) -> Line:
        """Writes a record."""
        made = line(record, self.head)
        self.lines.append(made)
        return made

    def append_text(self, text: bytes) -> None:
        """Writes a text as it is."""
        head = self.head
        self.lines.append(Line(head.seq + 1, text, chained(head.hash, text)))

    def filled(self, plays: int) -> "Ledger":
        """Writes so many plays."""
        for _ in range(plays):
            self.append(play(len(self.lines)))
        return self

    def batch(self, first: int, last: int, oldest: int = 1) -> LedgerBatch:
        """Gives the records from one number to another."""
        lines = self.lines[first - 1 : last]
        before = self.lines[first - 2].hash if first > 1 else genesis(self.screen, self.epoch).hash
        return LedgerBatch(
            screen=self.screen, epoch=self.epoch, first=first, before=before.hex(), after=lines[-1].hash.hex(),
            oldest=oldest, records=tuple(each.text.decode() for each in lines),
        )  # fmt: skip


def stored(screen: str) -> dict[str, dict[int, tuple[bytes, bytes]]]:
    """Gives text and hash of every record that the office has of a screen, by epoch and number."""
    from office.models import LedgerEpoch, LedgerRecord

    return {
        epoch.name: {
            record.seq: (bytes(record.text), bytes(record.hash))
            for record in LedgerRecord.objects.filter(id__range=epoch.keys).order_by("id")
        }
        for epoch in LedgerEpoch.objects.filter(screen_id=screen)
    }


def written(*ledgers: Ledger) -> dict[str, dict[int, tuple[bytes, bytes]]]:
    """Gives the same of ledgers themselves."""
    return {ledger.epoch: {each.seq: (each.text, each.hash) for each in ledger.lines} for ledger in ledgers}
