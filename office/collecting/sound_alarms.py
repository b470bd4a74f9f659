"""Whether a screen can be heard: an alarm opens with its word that the sound device is gone, and ends with a sound.

Rule: the newest word of a screen's ledger counts, in whatever order the records come.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from office.collecting import notices
from office.collecting.notices import Mended, Notice
from office.collecting.reading import Columns, EventRow
from office.models import Alarm, Event, LedgerEpoch, LedgerRecord
from office.numbering import MOST_SEQ, SEQ_BITS

WORD: Final = "sound"
"""As ledgers call the event, and the office its alarm."""
MOST_LOOKED_AT = 500
"""Records behind a word that came late, in which a sound is looked for; players write one every few seconds."""
MOST_EPOCHS_LOOKED_AT = 8
_HEARD = b'"heard":"heard"'


def of_events(told: Iterable[tuple[int, str, EventRow]]) -> list[Notice | Mended]:
    """Returns what the events of screens come to, which are stored already: key, screen and event of each."""
    newest: dict[str, tuple[int, EventRow]] = {}
    for key, screen, event in told:
        if event.what == WORD and key > newest.get(screen, (0, event))[0]:
            newest[screen] = key, event
    found: list[Notice | Mended] = []
    for screen, (key, event) in newest.items():
        device = event.details.get("device")
        if _newest_event(screen) > key:
            continue
        if device == "there":
            found.append(Mended(screen, WORD, ""))
        elif device in notices.SILENT and not _is_heard_since(screen, key):
            found.append(notices.unheard(screen, str(device), event.at))
    return found


def heard_last(told: Columns) -> int:
    """Returns the key of the last play that was heard; 0: none was."""
    for n in range(len(told.played) - 1, -1, -1):
        if told.played[n].heard == "heard":
            return told.plays[n][0]
    return 0


def of_plays(heard: Mapping[str, int]) -> list[Notice | Mended]:
    """Returns the end of alarms of screens that were heard since: by screen, the key of the last play that was."""
    if not heard:
        return []
    silent = Alarm.objects.filter(kind=WORD, closed_at=None, screen__in=heard).values_list("screen_id", flat=True)
    return [Mended(screen, WORD, "") for screen in silent if _newest_event(screen) < heard[screen]]


def _newest_event(screen: str) -> int:
    """Returns the key of the newest word of a screen; a later epoch has a higher one."""
    events = Event.objects.filter(what=WORD, epoch__screen=screen).order_by("-id")
    return events.values_list("id", flat=True).first() or 0


def _is_heard_since(screen: str, key: int) -> bool:
    """Returns whether a record behind a word tells of a sound, in its epoch or in a later one of the screen."""
    epochs = LedgerEpoch.objects.filter(screen_id=screen, id__gte=key >> SEQ_BITS).order_by("-id")
    for epoch in epochs.values_list("id", flat=True)[:MOST_EPOCHS_LOOKED_AT]:
        first = max(key + 1, epoch << SEQ_BITS)
        later = LedgerRecord.objects.filter(id__gte=first, id__lte=(epoch << SEQ_BITS) + MOST_SEQ).order_by("-id")
        if any(_HEARD in bytes(text) for text in later.values_list("text", flat=True)[:MOST_LOOKED_AT]):
            return True
    return False
