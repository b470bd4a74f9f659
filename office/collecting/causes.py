"""Alarms whose cause is gone: they end with it, and nobody has to close them.

A refusal ends when its publication is replaced or withdrawn on that screen, a stranger when it is enrolled.
"""

from office.collecting.notices import Kind, Mended
from office.models import Alarm, Assignment, Receipt, Screen

MOST = 2000
"""Alarms that are looked at in one go."""
_OF_PUBLICATION: tuple[Kind, ...] = ("refused", "quarantine")


def ended_causes() -> list[Mended]:
    """Returns the end of each open alarm whose cause is gone."""
    return [*_of_publications(), *_of_strangers()]


def _of_publications() -> list[Mended]:
    alarms = Alarm.objects.filter(closed_at=None, kind__in=_OF_PUBLICATION).order_by("id")
    rows = [
        (str(screen), kind, str(key)) for screen, kind, key in alarms.values_list("screen_id", "kind", "key")[:MOST]
    ]
    numbers = {number for _, _, key in rows if (number := _number(key)) is not None}
    screens = Assignment.screens.through.objects.filter(assignment__publication__in=numbers)
    shown = set(screens.values_list("screen_id", "assignment__publication"))
    found = []
    for screen, kind, key in rows:
        number = _number(key)
        if number is None:
            continue
        is_gone = _verified_since(screen) if number == 0 else (screen, number) not in shown
        if is_gone:
            found.append(Mended(screen, kind, key, is_whole=True))
    return found


def _number(key: str) -> int | None:
    text = key.partition(":")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _verified_since(screen: str) -> bool:
    """Whether a screen has believed what the office signed since it refused it last."""
    receipts = Receipt.objects.filter(screen_id=screen)
    refused = receipts.filter(publication=0, step="refused").order_by("-id").values_list("id", flat=True).first()
    return refused is not None and receipts.filter(id__gt=refused, step="verified").exists()


def _of_strangers() -> list[Mended]:
    enrolled = Screen.objects.filter(revoked_at=None).values("id")
    found = Alarm.objects.filter(closed_at=None, kind="stranger", screen__in=enrolled)
    return [Mended(screen, "stranger", "") for screen in found.values_list("screen_id", flat=True)[:MOST]]
