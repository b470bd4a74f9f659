"""What of the last run's book still holds, found at once and without decoding, so that the first picture need not wait.

Rule: local files are asked for their stamp only; shares, which may hang, are not asked at all.
"""

import os
from collections.abc import Callable

import msgspec

from player.content.arrange import Place
from player.content.book import Book, Verdict
from player.content.intake import is_alike
from player.content.lane import is_unmounted, read_playlist
from player.content.library import Folder, PlaylistFile, library_name
from player.content.names import sort_out
from player.content.scan import UNMOUNTED, Scan, Seen, scan
from player.content.store import Store
from signage.errors import Words
from signage.media import natural_key

NOT_LOOKED = "not looked"


class Reopened(msgspec.Struct, frozen=True):
    """A folder as far as it could be checked at once."""

    place: Place
    texts: tuple[tuple[Seen, PlaylistFile], ...] = ()
    """The playlists of a local folder as they lie there, unsettled: half a file does not parse, and is read again."""


def reopened(
    place: Place, book: Book, store: Store, roots: tuple[str, ...], reading: Callable[[str], None]
) -> Reopened:
    """The folder with those files of the book that are still as they were (in shares: whose copies are there).

    `reading` is told each path before the disk is asked about it.
    """
    if place.use == "media":
        return Reopened(_media(place, book, store, reading))
    if place.folder.network:
        return Reopened(place)
    found = scan(place.folder, place.use, roots, Scan(), reading=reading)
    if not found.files and not found.refused and not found.gone and is_unmounted(place):
        return Reopened(msgspec.structs.replace(place, scan=Scan(gone=UNMOUNTED)))
    texts = []
    for seen in found.files.values():
        reading(seen.real)
        read = read_playlist(seen, place.folder)
        if read is not None and isinstance(read[0], PlaylistFile):
            texts.append((seen, read[0]))
    return Reopened(msgspec.structs.replace(place, scan=found), tuple(texts))


def _media(place: Place, book: Book, store: Store, reading: Callable[[str], None]) -> Place:
    folder = place.folder
    top = os.path.join(folder.path, "")
    reading(folder.path)
    away = folder.network or not os.path.isdir(folder.path) or (is_unmounted(place) and not os.listdir(folder.path))
    files: dict[str, Seen] = {}
    for verdict in book.verdicts:
        if verdict.path.startswith(top):
            reading(verdict.path)
            if (seen := _seen(verdict, folder, away=away, store=store)) is not None:
                files[verdict.path] = seen
    return msgspec.structs.replace(place, scan=Scan(files=files, gone=NOT_LOOKED if away else ""))


def _seen(verdict: Verdict, folder: Folder, *, away: bool, store: Store) -> Seen | None:
    kind = sort_out(os.path.basename(verdict.path), "media")
    if kind is None or isinstance(kind, Words):
        return None
    if not away and not _is_there(verdict, folder):
        return None
    if folder.network and verdict.facts is not None and not store.has_copy(verdict.plays, verdict.stamp.size):
        return None
    name = library_name(verdict.path[len(os.path.join(folder.path, "")) :])
    return Seen(
        name=name,
        order=natural_key(name),
        path=verdict.path,
        stamp=verdict.stamp,
        kind=kind,
        real=verdict.path if folder.network else verdict.plays,
    )


def _is_there(verdict: Verdict, folder: Folder) -> bool:
    try:
        is_link = verdict.plays != verdict.path
        return is_alike(verdict.plays, verdict.stamp, folder) and (not is_link or os.path.islink(verdict.path))
    except OSError:
        return False
