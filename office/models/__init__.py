"""What the office keeps."""

from office.models.audit import AuditEntry, ChainedEntry, JournalEntry, Sequence
from office.models.commands import Command
from office.models.content import Assignment, Media, Playlist, Publication, PublishedMedia
from office.models.fleet import Screen, ScreenPlace, Site, Tag, Village
from office.models.records import (
    Alarm,
    CollectorBeat,
    Event,
    LedgerEpoch,
    LedgerRecord,
    LedgerRun,
    Outcome,
    Play,
    PresentedAs,
    Receipt,
    Shown,
    ZoneHour,
)

__all__ = [
    "Alarm",
    "Assignment",
    "AuditEntry",
    "ChainedEntry",
    "CollectorBeat",
    "Command",
    "Event",
    "JournalEntry",
    "LedgerEpoch",
    "LedgerRecord",
    "LedgerRun",
    "Media",
    "Outcome",
    "Play",
    "Playlist",
    "PresentedAs",
    "Publication",
    "PublishedMedia",
    "Receipt",
    "Screen",
    "ScreenPlace",
    "Sequence",
    "Shown",
    "Site",
    "Tag",
    "Village",
    "ZoneHour",
]
