"""What was read of the playlist files.

Rule: not locked; the desk's lock guards it. A text that is refused or not yet read leaves the one before in place.
"""

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec

from player.content.arrange import Text
from player.content.library import PlaylistFile
from player.content.scan import Scan, Seen
from player.content.settle import Stamp
from signage.errors import Words


class Texts:
    """Playlist texts by path."""

    def __init__(self) -> None:
        self._texts: dict[str, Text] = {}

    def unread(self, scan: Scan) -> dict[str, Stamp]:
        """The files whose present text has not been read."""
        return {
            path: seen.stamp
            for path, seen in scan.files.items()
            if (text := self._texts.get(path)) is None or text.stamp != seen.stamp
        }

    def open(self, seen: Seen, file: PlaylistFile) -> None:
        """Takes a text that may be half written; it counts as unread still."""
        self._texts[seen.path] = Text(_unread(seen), file)

    def enter(self, seen: Seen, file: PlaylistFile | Words, at: dt.datetime, *, passing: bool) -> bool:
        """Takes a settled text, or why it cannot be read; True when that is new."""
        old = self._texts.get(seen.path)
        if isinstance(file, PlaylistFile):
            new = Text(seen.stamp, file)
        else:
            first_at = old.at if old is not None and old.why == file else at
            stamp = _unread(seen) if passing else seen.stamp
            new = Text(stamp, old.file if old is not None else None, file, first_at)
        self._texts[seen.path] = new
        return new != old

    def forget(self, seen: Collection[str]) -> None:
        """Drops the texts of files that are no longer seen."""
        for path in [p for p in self._texts if p not in seen]:
            del self._texts[path]

    def has_all(self, scan: Scan) -> bool:
        """Whether something was read of every file."""
        return self._texts.keys() >= scan.files.keys()

    def snapshot(self) -> Mapping[str, Text]:
        """The texts as they are now."""
        return dict(self._texts)


def _unread(seen: Seen) -> Stamp:
    return msgspec.structs.replace(seen.stamp, size=-1)
