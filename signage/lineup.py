"""What each playlist has to show: its items, resolved against the media that are there.

Working this out costs milliseconds for thousands of media, so it is done once per program (`timetable.of`).
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec

from signage import cards
from signage.daypart import ALWAYS
from signage.globs import Shelf
from signage.layout import Zone
from signage.media import Media, natural_key
from signage.playlist import Item, Playlist
from signage.program import Program, Site
from signage.text_rules import flaw

EVERYTHING = "**"


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One item and what it can show."""

    item: Item
    key: str
    """Names the item by what it shows, not by its place, so that it is known again in a refreshed playlist."""
    shows: tuple[Media | None, ...]
    """Media in natural order of name; one None for a card or ticker; empty when nothing is there to be shown."""
    picture: Media | None
    places: dict[str, int]
    """Where each medium that the playlist may show stands among all, by name."""

    def after(self, name: str) -> int:
        """Gives the index of the first medium behind `name`, whether or not that one is still there."""
        if self.item.media is None:
            return 1
        if name in self.places:
            return bisect_right(self.shows, self.places[name], key=lambda m: self.places[m.name] if m else 0)
        return bisect_right(self.shows, natural_key(name), key=lambda m: natural_key(m.name) if m else ())


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """A playlist and its lines, in the listed order."""

    playlist: Playlist
    lines: tuple[Line, ...]
    identities: frozenset[str]
    timed: bool
    """Whether some item has windows of its own."""
    places: dict[str, int]
    """Where each medium that the playlist may show stands among all, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Lineup:
    """A program, resolved."""

    program: Program
    timezone: ZoneInfo
    zones: dict[str, tuple[Cast, ...]]
    places: dict[str, int]
    """Where each medium of the program stands among all, by name."""
    folder: Cast | None
    """The media folder itself, when there is no playlist at all, good or bad, and something lies in it."""
    folder_zone: str


def compile(program: Program) -> Lineup:
    """Resolves every playlist of the program."""
    stock = _Stock(program.media)
    stocks: dict[int, _Stock] = {}
    zones: dict[str, tuple[Cast, ...]] = {}
    for playlist in program.playlists:
        own = stock
        if playlist.media is not None:
            # The playlists of a publication have one tuple between them: thousands of media are laid out once.
            own = stocks.get(id(playlist.media)) or _Stock(playlist.media)
            stocks[id(playlist.media)] = own
        zones[playlist.zone] = (*zones.get(playlist.zone, ()), _cast(playlist, own, program.site))
    folder = None
    if not program.playlists and not program.listed and program.media:
        folder = _cast(Playlist(name="", items=(Item(number=1, media=EVERYTHING),)), stock, program.site)
    return Lineup(
        program=program,
        timezone=ZoneInfo(program.timezone),
        zones=zones,
        places=stock.places,
        folder=folder,
        folder_zone=_folder_zone(program.zones),
    )


def identity(item: Item) -> str:
    """Gives a short name for what the item shows; its place, dates, dwell and looks do not count."""
    shown = (item.media, item.picture, item.card, item.ticker, item.title, item.text, item.footer, item.qr)
    return hashlib.blake2b(msgspec.json.encode(shown), digest_size=6).hexdigest()


class _Stock:
    """The media that a playlist draws from, laid out for finding."""

    def __init__(self, media: tuple[Media, ...]) -> None:
        self.shelf = Shelf(media)
        self.places = {m.name: i for i, m in enumerate(media)}


def _cast(playlist: Playlist, stock: _Stock, site: Site) -> Cast:
    seen: dict[str, int] = {}
    lines = []
    for item in playlist.items:
        name = identity(item)
        seen[name] = seen.get(name, 0) + 1
        key = f"{name}.{seen[name]}"
        shows, picture = _shows(item, stock.shelf, site), _picture(item, stock.shelf)
        lines.append(Line(item=item, key=key, shows=shows, picture=picture, places=stock.places))
    return Cast(
        playlist=playlist,
        lines=tuple(lines),
        identities=frozenset(seen),
        timed=any(item.runs != ALWAYS for item in playlist.items),
        places=stock.places,
    )


def _shows(item: Item, shelf: Shelf, site: Site) -> tuple[Media | None, ...]:
    if any(cards.missing(text, site) for text in (item.title, item.text, item.footer, item.qr)):
        # A sentence with a hole in it is worse than none: "call our grid worker at" and nothing behind it.
        return ()
    if flaw(cards.filled(item.qr, site), "qr") is not None:
        return ()
    if item.media is not None:
        return shelf.find(item.media)
    return (None,) if item.card is not None or item.ticker else ()


def _picture(item: Item, shelf: Shelf) -> Media | None:
    found = shelf.find(item.picture) if item.picture else ()
    return next((m for m in found if m.facts.kind == "image"), None)


def _folder_zone(zones: tuple[Zone, ...]) -> str:
    """The zone for a folder without playlists: a second zone would play the same sound beside it."""
    names = [z.name for z in zones]
    return "main" if "main" in names or not names else names[0]
