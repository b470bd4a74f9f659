"""Finding media by the names and patterns that people write in playlists.

`*` and `?` stay inside one folder, `**/` stands for any folders, `[abc]` for one of these letters; letters match
without regard to case, and names are compared in Unicode's composed form (NFC), as files from a Mac are not.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence

from signage.media import Media

_WILD = re.compile(r"[*?\[]")


def folded(name: str) -> str:
    """Gives the form in which names and patterns are compared."""
    return unicodedata.normalize("NFC", name).casefold()


class Shelf:
    """Media laid out for finding: by name, and by folder."""

    def __init__(self, media: Sequence[Media]) -> None:
        self._media = media
        self._by_name: dict[str, list[Media]] = {}
        self._by_folder: dict[str, list[tuple[str, Media]]] = {}
        for medium in media:
            name = folded(medium.name)
            self._by_name.setdefault(name, []).append(medium)
            self._by_folder.setdefault(name.rpartition("/")[0], []).append((name, medium))

    def find(self, pattern: str) -> tuple[Media, ...]:
        """Gives the media that the pattern means, in the shelf's order; a name that exists means itself."""
        wanted = folded(pattern)
        if wanted in self._by_name:
            return tuple(self._by_name[wanted])
        if not _WILD.search(wanted):
            return ()
        matches = regex(wanted).fullmatch
        folder = wanted.rpartition("/")[0]
        if "**" not in wanted and not _WILD.search(folder):
            return tuple(m for name, m in self._by_folder.get(folder, ()) if matches(name))
        return tuple(m for m in self._media if matches(folded(m.name)))


@functools.lru_cache(maxsize=256)
def regex(pattern: str) -> re.Pattern[str]:
    """Translates a folded pattern; a `[` without its `]` stands for itself."""
    parts: list[str] = []
    rest = pattern
    while rest:
        if rest.startswith("**/"):
            parts.append(r"(?:[^/]+/)*")
            rest = rest[3:]
        elif rest.startswith("**"):
            parts.append(r".*")
            rest = rest[2:]
        elif letters := re.match(r"\[(!?)(\]?[^\]/]*)\]", rest):
            parts.append(_one_of(letters[2], denied=bool(letters[1])))
            rest = rest[letters.end() :]
        else:
            parts.append({"*": r"[^/]*", "?": r"[^/]"}.get(rest[0], re.escape(rest[0])))
            rest = rest[1:]
    return re.compile("".join(parts), re.DOTALL)


def _one_of(letters: str, *, denied: bool) -> str:
    """Translates what stands between brackets; a range that runs backwards (`z-a`) is taken as its letters."""
    if not letters:
        return re.escape("[!]" if denied else "[]")
    safe = re.sub(r"([\\\[\]^&~|])", r"\\\1", letters)
    backwards = any(letters[i - 1] > letters[i + 1] for i in range(1, len(letters) - 1) if letters[i] == "-")
    if backwards:
        safe = safe.replace("-", r"\-")
    return f"(?!/)[{'^' if denied else ''}{safe}]"
