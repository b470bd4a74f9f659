"""One item's turn, as a value: what the rules hand to the stage."""

import datetime as dt
from typing import Literal

import msgspec
from msgspec import structs

from signage.layout import Fit, Transition
from signage.media import Media
from signage.playlist import Rank

SlotKind = Literal["image", "video", "audio", "card", "ticker"]
CutReason = Literal["emergency", "broadcast", "window", "withdrawn", "quiet", "stopped"]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card's words, site variables already filled in."""

    template: str
    title: str = ""
    text: str = ""
    footer: str = ""
    qr: str = ""
    theme: str = "red"


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """A ticker's words, site variables already filled in."""

    text: str
    chars_per_min: float


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One item's turn in a zone."""

    number: int
    """Counts the zone's slots since the rotation began; names this slot within its zone."""
    zone: str
    rank: Rank
    playlist: str
    """Empty for the built-in notice and for the bare folder."""
    playlist_sha256: str = ""
    """Of the playlist's text; for the record, it changes nothing that is seen."""
    publication: int = 0
    """The signed publication that the playlist came with, 0: none; for the record as well."""
    item: int
    """1-based; 0 for the built-in notice."""
    key: str = ""
    """Names the item by what it shows, so that a refreshed playlist is known to have it still."""
    kind: SlotKind
    media: Media | None = None
    card: Card | None = None
    """What a card slot shows, or what an audio slot shows while it sounds."""
    picture: Media | None = None
    """What an audio slot shows while it sounds, when not a card."""
    strip: Strip | None = None
    starts_at: dt.datetime
    planned_s: float
    """How long it is to stay; a video or audio loops or is cut to fill exactly this."""
    muted: bool = False
    volume: int = 100
    fit: Fit = "contain"
    transition: Transition = "fade"


def same_turn(one: Slot, other: Slot) -> bool:
    """Tells whether two slots show the same thing in the same way, whenever they begin."""
    return one == structs.replace(
        other, starts_at=one.starts_at, playlist_sha256=one.playlist_sha256, publication=one.publication
    )
