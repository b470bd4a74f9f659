"""The program: composed from the configuration and what the folders hold.

Rule: pure; a bad playlist is refused whole, and the last good text of the same name stays on air.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from player.config import Config
from player.content.library import Library, PlaylistFile
from signage.calendar import Calendar
from signage.errors import BadInput, Complaint
from signage.playlist import Playlist
from signage.program import Program
from signage.reading import read_calendar, read_playlist

_Read = TypeVar("_Read", Playlist, Calendar)


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A program, and what a person should know about the files it came from."""

    program: Program
    complaints: tuple[Complaint, ...]
    good: dict[str, bytes]
    """The texts that read well, by stem: worth remembering."""


def composed(config: Config, library: Library, last_good: Mapping[str, bytes]) -> Composed:
    """Gives the program of a screen from its configuration and library; `last_good` holds earlier texts by stem."""
    complaints: list[Complaint] = []
    good: dict[str, bytes] = {}
    playlists: list[Playlist] = []
    calendar = Calendar()

    def understood(file: PlaylistFile, read: Callable[[bytes, str], _Read]) -> _Read | None:
        """Reads the text as it is now, else as it last was good."""
        name = f"{file.name}.toml"
        try:
            value = read(file.text, name)
        except BadInput as bad:
            complaints.extend(bad.complaints)
            earlier = last_good.get(file.name)
            return None if earlier is None else _read_again(earlier, name, read)
        good[file.name] = file.text
        return value

    for file in library.playlists:
        playlist = understood(file, read_playlist)
        if playlist is not None:
            playlists.append(playlist)
    if library.calendar is not None:
        calendar = understood(library.calendar, read_calendar) or calendar
    program = Program(
        site=config.site,
        timezone=config.screen.timezone,
        zones=config.zones,
        playlists=tuple(sorted(playlists, key=lambda p: p.name)),
        media=library.media,
        held=tuple(m.name for m in library.held),
        calendar=_applied(calendar, config.sound.quiet),
    )
    return Composed(program=program, complaints=tuple(complaints), good=good)


def _read_again(text: bytes, name: str, read: Callable[[bytes, str], _Read]) -> _Read | None:
    """Reads a text that was good once; a newer version of the player may think otherwise."""
    try:
        return read(text, name)
    except BadInput:
        return None


def _applied(calendar: Calendar, names: tuple[str, ...]) -> Calendar:
    """Leaves in the calendar the quiet periods that this screen's configuration names."""
    if "all" in names:
        return calendar
    return msgspec.structs.replace(calendar, quiet=tuple(q for q in calendar.quiet if q.name in names))
