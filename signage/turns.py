"""Whose turn it is within a playlist.

Rule: a place in a playlist is kept by names, never by numbers, so that a playlist goes on where it was after a refresh
that added, removed or moved items; and whatever stays in the playlist gets its turn, whatever comes and goes around it.
"""

import datetime as dt
import functools
import hashlib
from bisect import bisect_right

import msgspec

from signage import shares
from signage.lineup import Line
from signage.media import Media
from signage.timetable import Airing

_WORD = (1 << 64) - 1


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a playlist has come."""

    credit: int = 0
    """Against the playlists it shares a zone with."""
    run: dt.datetime | None = None
    """The run of a broadcast that this position belongs to."""
    item: str = ""
    """Key of the item that had the last turn."""
    name: str = ""
    """The medium it showed."""
    more: int = 0
    """How many media the item may still show before others have their turn, however many join meanwhile."""
    ahead: tuple[str, ...] = ()
    """Items that have not had their turn in this round."""
    done: tuple[str, ...] = ()
    """Items that have."""
    room: int = 0
    """How many items that joined later this round still takes in."""
    round: int = 0
    weighted: dict[str, tuple[int, str]] = {}
    """Of order "weighted": each item's credit and the medium it showed last."""


Turn = tuple[Line, Media | None, Position]


def next_turn(airing: Airing, position: Position) -> Turn:
    """Gives what has the next turn, and the position after it."""
    match airing.playlist.order:
        case "sequence":
            return _sequence(airing, position)
        case "shuffle":
            return _shuffle(airing, position)
        case "weighted":
            return _weighted(airing, position)


def restarted(position: Position, run: dt.datetime | None) -> Position:
    """Gives the position at the start of a broadcast's run: before the first item."""
    return Position(credit=position.credit, run=run, round=position.round + 1)


def _sequence(airing: Airing, position: Position) -> Turn:
    line = airing.by_key.get(position.item)
    if line is not None and position.more > 0:
        index = line.after(position.name)
        if index < len(line.shows):
            return _shown(line, index, msgspec.structs.replace(position, more=position.more - 1))
    line = _next_line(airing, position)
    if line is None:
        keys = tuple(line.key for line in airing.cast.lines)
        position = msgspec.structs.replace(position, ahead=keys, done=(), room=len(keys), round=position.round + 1)
        line = airing.lines[0]
    joined = line.key not in position.ahead
    position = msgspec.structs.replace(
        position,
        ahead=tuple(k for k in position.ahead if k != line.key),
        done=(*position.done, line.key),
        room=position.room - joined,
        more=2 * len(line.shows) - 1,
    )
    return _shown(line, 0, position)


def _next_line(airing: Airing, position: Position) -> Line | None:
    """The next line of this round: from the last one to the end, then what was left out before it; None ends the round.

    What joined the playlist since the round began is taken in at its place, but only as often as the round had items:
    a playlist that grows at every turn must not keep the others waiting for ever.
    """
    ahead, done = set(position.ahead), set(position.done)
    lines = airing.cast.lines
    here = next((i for i, line in enumerate(lines) if line.key == position.item), -1)
    for line in lines[here + 1 :]:
        new = line.key not in ahead and line.key not in done
        if line.key in airing.by_key and (line.key in ahead or (new and position.room > 0)):
            return line
    return next((line for line in lines[: here + 1] if line.key in ahead and line.key in airing.by_key), None)


def _shuffle(airing: Airing, position: Position) -> Turn:
    """Each round has an order of its own, fixed by the entries' names and the round's number."""
    marks, entries = _shuffled(airing.lines, position.round)
    index = 0
    if position.item:
        index = bisect_right(marks, _mixed(_mark(position.item, position.name), position.round))
    if index >= len(entries):
        index = 0
        last = (position.item, position.name)
        for number in range(position.round + 1, position.round + 65):
            _, entries = _shuffled(airing.lines, number)
            position = msgspec.structs.replace(position, round=number)
            if len(entries) == 1 or _named(entries[0]) != last:
                break
    line, show = entries[index]
    return _shown(line, show, position)


def _weighted(airing: Airing, position: Position) -> Turn:
    """Smooth weighted round robin over the media, kept per item: an item weighs as much as all the media it now has."""
    lines = airing.lines
    held = [position.weighted.get(line.key, (0, "")) for line in lines]
    weights = [max(1, line.item.weight) * len(line.shows) for line in lines]
    pick, credits = shares.turn(weights, [credit for credit, _ in held])
    line = lines[pick]
    index = line.after(held[pick][1]) % len(line.shows)
    kept = {one.key: position.weighted[one.key] for one in airing.cast.lines if one.key in position.weighted}
    kept.update({one.key: (c, name) for one, c, (_, name) in zip(lines, credits, held, strict=True)})
    kept[line.key] = (credits[pick], _name(line.shows[index]))
    return _shown(line, index, msgspec.structs.replace(position, weighted=kept))


def _shown(line: Line, index: int, position: Position) -> Turn:
    show = line.shows[index]
    return line, show, msgspec.structs.replace(position, item=line.key, name=_name(show))


def _name(show: Media | None) -> str:
    return show.name if show else ""


def _named(entry: tuple[Line, int]) -> tuple[str, str]:
    return entry[0].key, _name(entry[0].shows[entry[1]])


@functools.lru_cache(maxsize=8)
def _shuffled(lines: tuple[Line, ...], number: int) -> tuple[list[int], list[tuple[Line, int]]]:
    """The marks of round `number` in order, and the entries that bear them."""
    pairs = [(line, index) for line in lines for index in range(len(line.shows))]
    marks = [_mixed(mark, number) for line in lines for mark in _marks(line)]
    order = sorted(range(len(pairs)), key=marks.__getitem__)
    return [marks[i] for i in order], [pairs[i] for i in order]


@functools.lru_cache(maxsize=64)
def _marks(line: Line) -> tuple[int, ...]:
    return tuple(_mark(line.key, _name(show)) for show in line.shows)


def _mark(key: str, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{key}/{name}".encode(), digest_size=8).digest(), "little")


def _mixed(mark: int, number: int) -> int:
    """Reorders marks by round with one multiplication and shift each (after Steele, Lea and Flood, SplitMix, 2014)."""
    word = ((mark ^ (number * 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9) & _WORD
    return ((word ^ (word >> 31)) * 0x94D049BB133111EB) & _WORD
