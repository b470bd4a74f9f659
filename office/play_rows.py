"""Stored plays one by one, with all that is known of each; what cannot be read is told as such."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from office.asked import Asked, asked_plays
from office.collecting.alarms import tell_unreadable
from office.collecting.reading import OUTCOMES, PRESENTED
from office.countable import BOUNDS
from office.models import LedgerEpoch, PublishedMedia, Shown
from office.numbering import MOST_SEQ
from office.places import read_stays, stay_at
from office.stored import Unreadable, read_each, whole

SHOWN = ("publication", "playlist", "item", "zone", "rank", "shows", "media", "sha256", "card", "title")
OUTCOME_WORDS = {number: word for word, number in OUTCOMES.items()}
_PRESENTED = {number: word for word, number in PRESENTED.items()}
_WHOLE = ("at_ms", "day", "hour", "outcome", "presented", "doubt")
_MOST_REMEMBERED = 10_000


def plays(asked: Asked) -> Iterator[dict[str, object]]:
    """Returns every play with all that is known of it, oldest first of each screen; also those that are not believed.

    One that cannot be read has the outcome `unreadable`, and nothing more than its place in the ledger.
    """
    read = _Reader()
    columns = (
        "id",
        "epoch_id",
        "shown_id",
        "at_ms",
        "day",
        "hour",
        "believed",
        "outcome",
        "actual_ms",
        "presented",
        "doubt",
    )
    rows = asked_plays(asked).order_by("id").values_list(*columns).iterator(5000)
    bad: dict[str, Unreadable] = {}
    for row, found in read.each(rows):
        if isinstance(found, Unreadable):
            bad.setdefault(found.screen, msgspec.structs.replace(found, table="play"))
            yield read.unreadable(row)
        else:
            yield found
    tell_unreadable(bad.values())


class _Reader:
    """Puts to each play what is known of its screen and of what was shown."""

    def __init__(self) -> None:
        self._epochs = {
            number: (screen, title, _zone(zone), name)
            for number, screen, title, zone, name in LedgerEpoch.objects.values_list(
                "id", "screen_id", "screen__title", "screen__timezone", "name"
            )
        }
        self._stays = read_stays()
        self._shown: dict[object, dict[str, Any]] = {}

    def each(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Returns each row with what it says, or as one that cannot be read."""
        kept: list[tuple[Any, ...]] = []

        def passing() -> Iterator[tuple[Any, ...]]:
            for row in rows:
                kept[:] = [row]
                yield row

        for found in read_each(passing(), self._read, self._whose):
            yield kept[0], found

    def _read(self, row: tuple[Any, ...]) -> dict[str, object]:
        key, epoch_id, shown_id, *numbers = row
        at_ms, day, hour, believed, outcome, actual_ms, presented, doubt = numbers
        screen, title, zone, epoch = self._epochs[epoch_id]
        for name, value in zip(_WHOLE, (at_ms, day, hour, outcome, presented, doubt), strict=True):
            whole(value, *BOUNDS[name])
        if actual_ms is not None:
            whole(actual_ms, *BOUNDS["actual_ms"])
        at = dt.datetime.fromtimestamp(at_ms / 1000, zone)
        site = stay_at(self._stays.get(screen, ()), at_ms).site
        return {
            "screen": screen, "screen_title": title, "site": site, "epoch": epoch, "seq": key & MOST_SEQ,
            "at": at.isoformat(timespec="milliseconds"), "day": day_text(day), "hour": hour, "clock_believed": believed,
            "outcome": OUTCOME_WORDS[outcome], "actual_ms": actual_ms, "presented": _PRESENTED[presented],
            "doubt": doubt, **self._what(shown_id),
        }  # fmt: skip

    def _what(self, number: object) -> dict[str, object]:
        found = self._shown.get(number)
        if found is None:
            if len(self._shown) > _MOST_REMEMBERED:
                self._shown.clear()
            row = Shown.objects.values_list(*SHOWN).get(id=whole(number, *BOUNDS["shown_id"]))
            found = dict(zip(SHOWN, row, strict=True))
            of_media = signed({(found["publication"], found["sha256"])}) if found["media"] or found["sha256"] else True
            found["signed"] = bool(found["publication"]) and bool(of_media)
            self._shown[number] = found
        return found

    def _whose(self, row: tuple[Any, ...]) -> str:
        return str(self._epochs[row[1]][0]) if row[1] in self._epochs else ""

    def unreadable(self, row: tuple[Any, ...]) -> dict[str, object]:
        """Returns what stands in the place of a row that cannot be read."""
        screen, title, _, epoch = self._epochs.get(row[1], ("", "", None, ""))
        site = self._stays[screen][-1].site if screen in self._stays else ""
        return {
            "screen": screen, "screen_title": title, "site": site, "epoch": epoch, "seq": int(row[0]) & MOST_SEQ,
            "at": "", "day": "", "hour": "", "clock_believed": False, "outcome": "unreadable", "actual_ms": None,
            "presented": "unknown", "doubt": 0, "signed": False,
            **dict.fromkeys(SHOWN, ""),
        }  # fmt: skip


def _zone(name: object) -> dt.tzinfo:
    """Gives the zone that a screen was enrolled with, UTC when this system does not know it."""
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return dt.UTC


def signed(pairs: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Returns those pairs of a publication and a file's SHA-256 that two people signed together."""
    wanted = PublishedMedia.objects.filter(
        publication__in={number for number, _ in pairs}, media__in={sha256 for _, sha256 in pairs}
    )
    return pairs & set(wanted.values_list("publication_id", "media_id"))


def day_text(number: int) -> str:
    """Returns a stored day as ISO 8601 has it."""
    return f"{number // 10_000:04}-{number // 100 % 100:02}-{number % 100:02}"
