"""Everything the rules need to decide what plays, as one value."""

import msgspec

from signage.calendar import Calendar
from signage.layout import Zone
from signage.media import Media
from signage.playlist import Playlist


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The screen and where it stands."""

    screen: str
    """The screen's id."""
    title: str = ""
    kind: str = ""
    village: str = ""
    variables: dict[str, str] = {}


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The zones, the playlists and the media of one screen, and the calendar they are judged by."""

    site: Site
    timezone: str
    zones: tuple[Zone, ...]
    playlists: tuple[Playlist, ...] = ()
    media: tuple[Media, ...] = ()
    """In natural order of name, names unique."""
    held: tuple[str, ...] = ()
    """Names of media that must not be started now, but what shows them may end its turn."""
    listed: bool = False
    """Whether there are playlists that cannot be read or shown: the bare folder must not play in their stead."""
    calendar: Calendar
