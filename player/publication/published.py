"""What of the signed publications is on air, as values that never change once given out.

Rule: this file opens nothing.
"""

import msgspec

from player.content.library import PlaylistFile
from signage.errors import Words
from signage.media import Media


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One publication that lies here whole."""

    number: int
    playlists: tuple[PlaylistFile, ...] = ()
    """Those that the screen's assignment names, in order of name."""
    calendar: PlaylistFile | None = None
    variables: tuple[tuple[str, str], ...] = ()
    """What cards say for `{name}` on this screen, by name."""
    media: tuple[Media, ...] = ()
    """What its playlists may show, in natural order of name; under the names that they write."""


class OnAir(msgspec.Struct, frozen=True, kw_only=True):
    """All that signatures say of this screen now."""

    publications: tuple[Published, ...] = ()
    """Newest first."""
    trusted: frozenset[str] = frozenset()
    """SHA-256 of everything that two people signed, whether this screen shows it or not."""
    expired: bool = False
    """What was signed has expired, and the time it may be shown beyond that is over: only filler plays."""
    notes: tuple[Words, ...] = ()
    """What is wrong with it, in sentences for a person."""
