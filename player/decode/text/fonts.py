"""Finds the font that draws a character: the bundled ones first, then the machine's.

Rule: this file opens no face for drawing; it says which file and which face of it to open.
"""

import functools
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from player.decode.text.charmap import Charmap, FontError, read_charmap, read_families

Weight = Literal["text", "heading"]
BUNDLED_FOLDER = Path(__file__).parents[2] / "fonts"
_BUNDLED_FILES: dict[Weight, str] = {"text": "NotoSansSC-Medium.otf", "heading": "NotoSansSC-Black.otf"}

# Families that cover many hanzi in their simplified forms, best first; others follow in the order of their paths.
_LIKED = ("notosanscjk", "notosanssc", "sourcehansans", "msyh", "simhei", "deng", "wqy", "droidsansfallback")
_LIKED_FACES = ("CJK SC", "Sans SC", "Serif SC", "Microsoft YaHei", "SimSun-ExtB")
_MAX_SYSTEM_FILES = 2000
# Characters that show nothing by themselves need no glyph: controls, joiners, variation selectors, spaces.
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me", "Cs", "Co"}


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one font file."""

    path: str
    index: int = 0


def bundled(weight: Weight) -> Face:
    """Gives the face that ships with the player."""
    return Face(str(BUNDLED_FOLDER / _BUNDLED_FILES[weight]))


@functools.cache
def folders() -> tuple[Path, ...]:
    """Returns the folders that fonts are read from: a sandboxed process keeps them readable, and asks before it is one.

    Who has no home folder, such as some services, has no fonts in it.
    """
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
        local = Path(os.environ.get("LOCALAPPDATA", "")) / "Microsoft" / "Windows" / "Fonts"
        return BUNDLED_FOLDER, windows, local
    if sys.platform == "darwin":
        return BUNDLED_FOLDER, Path("/System/Library/Fonts"), Path("/Library/Fonts")
    shared = BUNDLED_FOLDER, Path("/usr/share/fonts"), Path("/usr/local/share/fonts")
    try:
        return *shared, Path.home() / ".local/share/fonts"
    except RuntimeError:
        return shared


def face_for(char: str, weight: Weight) -> Face | None:
    """Gives the face to draw a character with: the bundled one, also to draw the box of what nothing has.

    None if there is nothing to draw, as for a joiner.
    """
    face = bundled(weight)
    if _charmap(face).has(char):
        return face
    return (_system_face(char, weight) or face) if _is_seen(char) else None


def missing_glyphs(text: str) -> str:
    """Gives the characters of a text that no font on this machine can draw, each once, in order."""
    absent = (char for char in dict.fromkeys(text) if _is_seen(char) and not _charmap(bundled("text")).has(char))
    return "".join(char for char in absent if _system_face(char, "text") is None)


def first_with(char: str, paths: Iterable[str]) -> Face | None:
    """Gives the face of the first of these font files that has the character; damaged files are passed over."""
    for path in paths:
        try:
            face = Face(path, _simplified_face(path))
            if _charmap(face).has(char):
                return face
        except FontError:
            continue
    return None


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN


@functools.lru_cache(maxsize=64)
def _charmap(face: Face) -> Charmap:
    return read_charmap(Path(face.path), face.index)


@functools.lru_cache(maxsize=4096)
def _system_face(char: str, weight: Weight) -> Face | None:
    return first_with(char, _system_files(weight))


@functools.cache
def _simplified_face(path: str) -> int:
    families = read_families(Path(path))
    for liked in _LIKED_FACES:
        for index, family in enumerate(families):
            if liked in family and "Mono" not in family:
                return index
    return 0


@functools.cache
def _system_files(weight: Weight) -> tuple[str, ...]:
    """The machine's font files, likely ones first; looked up once, when a character is lacking for the first time."""
    found = [path for folder in folders()[1:] for path in _font_files(folder)]
    return tuple(sorted(found[:_MAX_SYSTEM_FILES], key=functools.partial(_liking, weight)))


def _font_files(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith((".otf", ".ttf", ".ttc")):
                yield str(Path(place) / name)


def _liking(weight: Weight, path: str) -> tuple[int, int, str]:
    name = Path(path).name.lower()
    family = next((place for place, liked in enumerate(_LIKED) if name.startswith(liked)), len(_LIKED))
    styles = ("black", "heavy", "bold", "bd") if weight == "heading" else ("medium", "regular", "msyh.ttc")
    style = next((place for place, word in enumerate(styles) if word in name), len(styles))
    return family, style, path
