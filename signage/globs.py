"""Finding media by the names and patterns that people write in playlists.

`*` and `?` stay inside one folder, `**/` stands for any folders, `[abc]` for one of these letters; letters match
without regard to case, and names are compared in Unicode's composed form (NFC), as files from a Mac are not.

Rule: a name is read once, letter by letter, and never gone back in, whatever the pattern: names and patterns are
strangers' words, and a regular expression with five stars takes minutes over the wrong one (measured: 70 names of 240
letters, 1 s each).
"""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from signage.media import Media

_WILD = frozenset("*?[")
_MOST_LETTERS = 2048
"""Different letters that one pattern remembers its answer for."""


def folded(name: str) -> str:
    """Returns the form in which names and patterns are compared."""
    return unicodedata.normalize("NFC", name).casefold()


class Shelf:
    """Media laid out for finding: by name, and by folder."""

    def __init__(self, media: Sequence[Media]) -> None:
        self._media = [(folded(medium.name), medium) for medium in media]
        self._by_name: dict[str, list[Media]] = {}
        self._by_folder: dict[str, list[tuple[str, Media]]] = {}
        self._found: dict[str, tuple[Media, ...]] = {}
        for name, medium in self._media:
            self._by_name.setdefault(name, []).append(medium)
            self._by_folder.setdefault(name.rpartition("/")[0], []).append((name, medium))

    def find(self, pattern: str) -> tuple[Media, ...]:
        """Returns the media that the pattern means, in the shelf's order; a name that exists means itself."""
        found = self._found.get(pattern)
        if found is None:
            found = self._found[pattern] = self._find(folded(pattern))
        return found

    def _find(self, wanted: str) -> tuple[Media, ...]:
        if wanted in self._by_name:
            return tuple(self._by_name[wanted])
        if not _WILD & set(wanted):
            return ()
        fits = pattern_of(wanted).fits
        folder = wanted.rpartition("/")[0]
        if "**" not in wanted and not _WILD & set(folder):
            return tuple(m for name, m in self._by_folder.get(folder, ()) if fits(name))
        return tuple(m for name, m in self._media if fits(name))


@dataclass(frozen=True, slots=True)
class _OneOf:
    """One letter of those between brackets, or any but those; never a `/`."""

    ranges: tuple[tuple[str, str], ...]
    denied: bool

    def takes(self, letter: str) -> bool:
        return any(low <= letter <= high for low, high in self.ranges) != self.denied


_Token = str | _OneOf
_STAR, _DEEP, _FOLDERS, _ANY = "*", "**", "**/", "?"
"""Tokens that are no letter; a letter that stands for itself has a backslash before it."""


@functools.lru_cache(maxsize=256)
def pattern_of(wanted: str) -> "Pattern":
    """Returns what a folded pattern means; a `[` without its `]` stands for itself."""
    return Pattern(tuple(_tokens(wanted)))


def _tokens(wanted: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(wanted):
        if wanted.startswith((_FOLDERS, _DEEP), at):
            token = _FOLDERS if wanted.startswith(_FOLDERS, at) else _DEEP
            _add_gap(tokens, token)
            at += len(token)
        elif wanted[at] == _STAR:
            _add_gap(tokens, _STAR)
            at += 1
        elif wanted[at] == "[" and (end := _end_of_letters(wanted, at)):
            tokens += _letters(wanted[at + 1 : end])
            at = end + 1
        else:
            tokens.append(_ANY if wanted[at] == _ANY else f"\\{wanted[at]}")
            at += 1
    return tokens


def _add_gap(tokens: list[_Token], token: str) -> None:
    """Adds a gap; of gaps beside each other only those stay that change what the pattern means."""
    if tokens[-1:] == [_DEEP] or tokens[-1:] == [token]:
        return
    while token == _DEEP and tokens and tokens[-1] in (_STAR, _FOLDERS):
        tokens.pop()
    tokens.append(token)


def _end_of_letters(wanted: str, at: int) -> int:
    """Returns where the `]` of the `[` at a place stands; 0 where it has none before the next `/`."""
    stop = wanted.find("/", at)
    stop = len(wanted) if stop < 0 else stop
    first = at + 2 if wanted.startswith("!", at + 1) else at + 1
    end = -1
    if wanted.startswith("]", first):  # the first letter may be a `]`, if another closes
        end = wanted.find("]", first + 1, stop)
    return max(end if end >= 0 else wanted.find("]", first, stop), 0)


def _letters(inside: str) -> list[_Token]:
    """Reads what stands between brackets; a range that runs backwards (`z-a`) is taken as its letters."""
    denied = inside.startswith("!")
    letters = inside.removeprefix("!") if denied else inside
    if not letters:
        return [f"\\{char}" for char in f"[{inside}]"]
    dashes = [i for i in range(1, len(letters) - 1) if letters[i] == "-"]
    plain = any(letters[i - 1] > letters[i + 1] for i in dashes)
    ranges, at = [], 0
    while at < len(letters):
        if not plain and at + 2 < len(letters) and letters[at + 1] == "-":
            ranges.append((letters[at], letters[at + 2]))
            at += 3
        else:
            ranges.append((letters[at], letters[at]))
            at += 1
    return [_OneOf(tuple(ranges), denied)]


class Pattern:
    """A folded pattern, ready to be held against folded names."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        gaps = [i for i, token in enumerate(tokens) if not _is_letter(token)]
        self._least = sum(token not in (_STAR, _DEEP, _FOLDERS) for token in tokens)
        self._head = _text(tokens[: gaps[0]] if gaps else tokens)
        self._tail = _text(tokens[gaps[-1] + 1 :] if gaps else ())
        wild = [tokens[i] for i in gaps]
        self._parts = _parts(tokens) if all(token == _STAR for token in wild) else None
        self._around = _around(tokens) if self._parts is None else None
        is_read = self._parts is None and self._around is None and wild != [_DEEP]
        self._steps = _Steps(tokens) if is_read else None

    def fits(self, name: str) -> bool:
        """Whether the pattern means this name."""
        if len(name) < self._least or not name.startswith(self._head) or not name.endswith(self._tail):
            return False
        if self._steps is not None:
            return self._steps.fits(name)
        if self._parts is not None:
            parts = name.split("/")
            return len(parts) == len(self._parts) and all(map(_fits_part, self._parts, parts))
        return self._around is None or _fits_around(*self._around, name.split("/"))


def _is_letter(token: _Token) -> bool:
    return isinstance(token, str) and token.startswith("\\")


def _text(tokens: Sequence[_Token]) -> str:
    return "".join(token[1:] for token in tokens if isinstance(token, str))


def _parts(tokens: Sequence[_Token]) -> list[tuple[str, ...]]:
    """Letters and stars alone, as what stands between the stars, folder by folder."""
    parts = [[""]]
    for token in tokens:
        if token == _STAR:
            parts[-1].append("")
        elif token == "\\/":
            parts.append([""])
        else:
            parts[-1][-1] += _text((token,))
    return [tuple(part) for part in parts]


_Part = tuple[str, ...]


def _around(tokens: Sequence[_Token]) -> tuple[list[_Part], list[_Part]] | None:
    """The parts before and behind the only `**/` of a pattern of letters and stars; None for any other pattern."""
    if [token for token in tokens if not _is_letter(token) and token != _STAR] != [_FOLDERS]:
        return None
    at = list(tokens).index(_FOLDERS)
    before, behind = tokens[:at], tokens[at + 1 :]
    return (_parts(before)[:-1], _parts(behind)) if not before or before[-1] == "\\/" else None


def _fits_around(before: Sequence[_Part], behind: Sequence[_Part], parts: Sequence[str]) -> bool:
    """Whether the first and the last parts fit, and what lies between are names of folders."""
    first, last = len(before), len(parts) - len(behind)
    return (
        first <= last
        and all(map(_fits_part, before, parts))
        and all(map(_fits_part, behind, parts[last:]))
        and all(parts[first:last])
    )


def _fits_part(pieces: tuple[str, ...], part: str) -> bool:
    """Whether the pieces stand in the part in this order; the leftmost place for each leaves the most for the next."""
    if len(pieces) == 1:
        return part == pieces[0]
    if not part.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        at = part.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(part) - at >= len(pieces[-1]) and part.endswith(pieces[-1])


@dataclass(slots=True)
class _Letter:
    """What a letter does to the places in a pattern, as bits: those it takes a step on from, those it stays at."""

    steps: int
    stays: int


@dataclass(slots=True, init=False)
class _Steps:
    """All places of the pattern at which one may stand after so many letters, as the bits of one number.

    `**/` takes two places: before a folder's name, and inside it.
    """

    width: int
    takers: list[tuple[int, _Token]]
    loops: int
    skips: int
    deep: int
    before: int
    known: dict[str, _Letter] = field(default_factory=dict)

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.known, self.takers = {}, []
        self.loops = self.skips = self.deep = self.before = 0
        place = 0
        for token in tokens:
            bit = 1 << place
            if token == _FOLDERS:
                self.before |= bit
                self.loops |= bit << 1
                place += 1
            elif token in (_STAR, _DEEP):
                self.skips |= bit
                self.loops |= bit
                self.deep |= bit if token == _DEEP else 0
            else:
                self.takers.append((bit, token))
            place += 1
        self.width = place

    def fits(self, name: str) -> bool:
        """Whether the last place can be reached with the whole name."""
        inside, before, skips, known = self.before << 1, self.before, self.skips, self.known
        here = self._onward(1)
        for char in name:
            letter = known.get(char) or self._letter(char)
            after = ((here & letter.steps) << 1) | (here & letter.stays)
            if char == "/":
                after |= (here & inside) >> 1
            after |= (after & before) << 2
            here = after | (after & skips) << 1
            if not here:
                return False
        return bool(here >> self.width & 1)

    def _onward(self, here: int) -> int:
        """Adds the places that are reached without a letter; two gaps beside each other are `**/` and `*`."""
        here |= (here & self.before) << 2
        return here | (here & self.skips) << 1

    def _letter(self, char: str) -> _Letter:
        takes = sum(bit for bit, token in self.takers if _takes(token, char))
        found = _Letter(takes, self.deep) if char == "/" else _Letter(takes | self.before, self.loops)
        if len(self.known) >= _MOST_LETTERS:
            self.known.clear()
        self.known[char] = found
        return found


def _takes(token: _Token, char: str) -> bool:
    if isinstance(token, _OneOf):
        return char != "/" and token.takes(char)
    return char != "/" if token == _ANY else token[1:] == char
