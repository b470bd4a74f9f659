"""Playlists and their items, as values."""

from typing import Literal

import msgspec

from signage.daypart import Daypart, TimeOfDay
from signage.layout import Fit, Transition
from signage.media import Media

Rank = Literal["emergency", "broadcast", "normal", "filler"]
Order = Literal["sequence", "shuffle", "weighted"]

RANKS: tuple[Rank, ...] = ("emergency", "broadcast", "normal", "filler")
"""Highest first."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a playlist: exactly one of `media`, `card` and `ticker` says what it is."""

    number: int
    """1-based place in the playlist."""
    media: str | None = None
    """A path or a glob below a watched media folder."""
    picture: str | None = None
    """With an audio `media`: the picture shown meanwhile."""
    card: str | None = None
    """Name of a card template; beside an audio `media` the card shown meanwhile."""
    ticker: bool = False
    title: str = ""
    text: str = ""
    footer: str = ""
    qr: str = ""
    """What the card's QR code says."""
    theme: str = "red"
    chars_per_min: float = 70.0
    dwell_s: float | None = None
    """None: the playlist's dwell for pictures and cards, the media's own duration for video and audio."""
    weight: int = 1
    """Turns per round with order = "weighted"."""
    runs: Daypart = Daypart()
    fit: Fit | None = None
    transition: Transition | None = None


class Playlist(msgspec.Struct, frozen=True, kw_only=True):
    """What shall run in a zone, when, and how."""

    name: str
    """The file's stem; what `plan` and the ledger call it."""
    sha256: str = ""
    """Of the text it was read from."""
    title: str = ""
    zone: str = "main"
    rank: Rank = "normal"
    priority: int = 0
    share: int = 1
    runs: Daypart = Daypart()
    starts: tuple[TimeOfDay, ...] = ()
    """Of a broadcast: the wall times at which it begins."""
    lasts_min: float = 0.0
    """Of a broadcast: how long each run lasts, in minutes of real time."""
    order: Order = "sequence"
    transition: Transition = "fade"
    fit: Fit = "contain"
    dwell_s: float = 15.0
    volume: int = 100
    """Percent of the screen's volume."""
    items: tuple[Item, ...] = ()
    publication: int = 0
    """Number of the signed publication it came with; 0: the local folder."""
    media: tuple[Media, ...] | None = None
    """What it may show: its publication's own media, in natural order of name; None: the program's."""
