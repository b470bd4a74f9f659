"""What of the last run's book still holds, found at once and without decoding, so that the first picture need not wait.

Rule: local files are asked for their stamp only; shares, which may hang, are not asked at all.
"""

import os
from collections.abc import Sequence

import msgspec

from player.content.arrange import Place
from player.content.book import Book, Verdict
from player.content.intake import is_alike
from player.content.lane import read_playlist
from player.content.library import Folder, PlaylistFile, library_name
from player.content.names import sort_out
from player.content.scan import Scan, Seen, scan
from player.content.store import Store
from signage.errors import Words
from signage.media import natural_key

NOT_LOOKED = "not looked"


def reopen(places: Sequence[Place], book: Book, store: Store) -> list[Place]:
    """The places with those files of the book that are still as they were (in shares: whose copies are there)."""
    return [_reopened(p, book, store) if p.use == "media" else p for p in places]


def _reopened(place: Place, book: Book, store: Store) -> Place:
    folder = place.folder
    top = os.path.join(folder.path, "")
    away = folder.network or not os.path.isdir(folder.path)
    files: dict[str, Seen] = {}
    for verdict in book.verdicts:
        if verdict.path.startswith(top) and (seen := _seen(verdict, folder, away=away, store=store)) is not None:
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


def read_at_once(place: Place, roots: tuple[str, ...]) -> tuple[Scan, list[tuple[Seen, PlaylistFile]]]:
    """The playlists of a local folder as they lie there, unsettled: half a file does not parse, and is read again."""
    found = scan(place.folder, place.use, roots, Scan())
    texts = []
    for seen in found.files.values():
        read = read_playlist(seen, place.folder)
        if read is not None and isinstance(read[0], PlaylistFile):
            texts.append((seen, read[0]))
    return found, texts
