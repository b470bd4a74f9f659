"""`aired.json`: which publications were on air from when to when, so that what was planned then can be said later.

What is withdrawn loses its files; its texts and what is known of its media are kept here for `KEPT`, for plans only.
Rule: nothing here is shown. A file that cannot be read or written costs a plan its past, never the player anything.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from player.durable import write_whole
from player.publication.published import Published
from player.state_files import NotOursError, load_state, read_state

log = logging.getLogger(__name__)

NAME = "aired.json"
KEPT = dt.timedelta(days=40)
MOST_AIRED, MOST_BYTES = 200, 4 << 20


class Aired(msgspec.Struct, frozen=True, kw_only=True):
    """One publication, and when it was on air."""

    published: Published
    since: dt.datetime
    until: dt.datetime | None = None
    """None: it is still."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of `aired.json`, in the order in which they came on air."""

    v: int = 1
    aired: tuple[Aired, ...] = ()

    def at(self, moment: dt.datetime) -> tuple[Published, ...]:
        """Returns what was on air then, newest first."""
        found = (each.published for each in self.aired if _covers(each, moment))
        return tuple(sorted(found, key=lambda each: -each.number))

    def edges(self, start: dt.datetime, end: dt.datetime) -> tuple[dt.datetime, ...]:
        """Returns the moments between two at which something came or went, in order."""
        times = {time for each in self.aired for time in (each.since, each.until) if time is not None}
        return tuple(sorted(time for time in times if start < time < end))


def noted(history: History, shown: Sequence[Published], at: dt.datetime) -> History:
    """Returns the history after `shown` is on air; the same object when that is nothing new."""
    left = {_identity(each): each for each in shown}
    found, is_news = [], False
    for each in history.aired:
        if each.until is None and left.pop(_identity(each.published), None) is None:
            found.append(msgspec.structs.replace(each, until=max(at, each.since)))
            is_news = True
        else:
            found.append(each)
    if not left and not is_news:
        return history
    found += [Aired(published=each, since=at) for each in left.values()]
    return _bounded(tuple(each for each in found if each.until is None or each.until > at - KEPT))


def read_history(folder: Path) -> History:
    """Returns what was noted; nothing when there is none, or it cannot be read."""
    try:
        return load_state(folder / NAME, History, check=_check)
    except FileNotFoundError:
        return History()
    except (OSError, NotOursError) as error:  # a command that only looks moves nothing aside
        log.warning("%s cannot be read: %s", NAME, error)
        return History()


class HistoryFile:
    """Notes what is on air whenever that changes; for one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted: tuple[Published, ...] | None = None

    def note(self, shown: tuple[Published, ...], at: dt.datetime) -> None:
        """Writes it down if it is news; a disk that does not take it costs a line in the log."""
        if shown == self._noted:
            return
        self._noted = shown
        before = read_state(self._folder / NAME, History, check=_check) or History()
        after = noted(before, shown, at)
        if after is before:
            return
        try:
            write_whole(self._folder / NAME, msgspec.json.encode(after))
        except OSError as error:
            log.warning("%s cannot be written: %s", NAME, error)


def _check(found: History) -> None:
    """Raises ValueError for a time without an offset; one of any year is a clock's that was not set yet."""
    for each in found.aired:
        for time in (each.since, each.until):
            if time is not None and time.tzinfo is None:
                raise ValueError(f"{time} has no offset")


def _covers(aired: Aired, moment: dt.datetime) -> bool:
    return aired.since <= moment and (aired.until is None or moment < aired.until)


def _identity(published: Published) -> tuple[object, ...]:
    """What makes a publication another one: where its files lie and how old they are does not."""
    texts = [published.calendar, *published.playlists]
    return (
        published.number,
        tuple((each.name, hashlib.sha256(each.text).digest()) for each in texts if each is not None),
        published.variables,
        tuple((medium.name, medium.sha256) for medium in published.media),
    )


def _bounded(aired: tuple[Aired, ...]) -> History:
    """Returns a history within its bounds: the oldest that are over go first."""
    while aired:
        found = History(aired=aired)
        if len(aired) <= MOST_AIRED and len(msgspec.json.encode(found)) <= MOST_BYTES:
            return found
        oldest = next((number for number, each in enumerate(aired) if each.until is not None), 0)
        aired = (*aired[:oldest], *aired[oldest + 1 :])
    return History()
