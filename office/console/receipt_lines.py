"""Reads how far publications came, again and again: whole only what changed since the last time.

Rule: a line is read anew when anything that it is made of is different in the database, and what says so is compared as
the database has it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from office.console.progress import ScreenLine, screen_line, unreadable_line
from office.console.tiles import status
from office.hearing import Hearing
from office.models import Receipt, Screen
from office.receipts import ReceiptText, read_receipts, receipt_texts
from office.stored import BadRowError, Unreadable, read_each, sound
from signage.messages import ScreenState

MOST_LINES = 6000
"""Ten publications of 500 screens."""


class ReadLine(msgspec.Struct, frozen=True):
    """One screen of a publication as it was read."""

    facts: tuple[Any, ...]
    line: ScreenLine
    bad: Unreadable | None


class ReceiptLines:
    """The screens of publications; any thread."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._most = most
        self._known: dict[tuple[int, str], ReadLine] = {}

    def read(
        self, aims: Mapping[int, Sequence[Screen]], wanted: Mapping[int, set[str]], now: dt.datetime, hearing: Hearing
    ) -> dict[int, list[ReadLine]]:
        """Returns a line for each screen of each publication in `aims`, in their order."""
        known, told = self._known, receipt_texts(aims)
        screens = {screen.pk: screen for some in aims.values() for screen in some}
        stand = {name: _standing(screen, now, hearing) for name, screen in screens.items()}
        facts = {
            (number, screen.pk): (stand[screen.pk], screen.pk in wanted[number], told[number].get(screen.pk, ()))
            for number, some in aims.items()
            for screen in some
        }
        found = {key: known[key] for key, each in facts.items() if key in known and known[key].facts == each}
        stale = [key for key in facts if key not in found]
        if stale:
            # A receipt that comes between the two queries makes other facts the next time.
            receipts = _receipts(told[number].get(name, ()) for number, name in stale)

            def line(key: tuple[int, str]) -> ScreenLine:
                number, name = key
                return screen_line(
                    screens[name], receipts[key], number, wanted=name in wanted[number], now=now, hearing=hearing
                )

            for key, read in zip(stale, read_each(stale, line, lambda key: key[1]), strict=True):
                found[key] = _read_line(facts[key], key, read, is_wanted=key[1] in wanted[key[0]])
        # Whoever is later wins: what he overwrites is read again.
        self._known = dict([*known.items(), *found.items()][-self._most :]) if stale else known
        return {number: [found[number, screen.pk] for screen in some] for number, some in aims.items()}


def _read_line(
    facts: tuple[Any, ...], key: tuple[int, str], read: "ScreenLine | Unreadable", *, is_wanted: bool
) -> ReadLine:
    if isinstance(read, Unreadable):
        bad = msgspec.structs.replace(read, table="screen", key=key[1])
        return ReadLine(facts, unreadable_line(key[1], wanted=is_wanted), bad)
    return ReadLine(facts, read, None)


def _standing(screen: Screen, now: dt.datetime, hearing: Hearing) -> tuple[Any, ...]:
    """Returns all that a line says of the screen itself."""
    try:
        sound(screen.state, screen.status_at, screen.state_at, screen.birth_at)
        state = msgspec.convert(screen.state, ScreenState)
    except BadRowError:
        return (screen.title, None)
    except msgspec.ValidationError:
        return (screen.title, status(screen, now, hearing), ())
    return (screen.title, status(screen, now, hearing), state.coming)


def _receipts(told: Iterable[tuple[ReceiptText, ...]]) -> dict[tuple[int, str], list[Receipt]]:
    """Returns receipts by publication and screen."""
    found: defaultdict[tuple[int, str], list[Receipt]] = defaultdict(list)
    for each in read_receipts([text.id for some in told for text in some]):
        found[each.publication, each.screen_id].append(each)
    return found
