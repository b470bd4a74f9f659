"""Keeps what ledgers tell besides plays: how far publications came, and events that bear on what was played."""

from collections.abc import Iterable

from office.collecting import notices, sound_alarms
from office.collecting.epochs import Epoch
from office.collecting.notices import Mended, Notice
from office.collecting.reading import EventRow, ReceiptRow
from office.models import Event, Receipt
from signage.ledger import why_refused


def keep_told(told: Iterable[tuple[int, Epoch, EventRow | ReceiptRow]]) -> list[Notice | Mended]:
    """Writes receipts and events under the keys of their records; gives what a person should know."""
    receipts: list[Receipt] = []
    events: list[Event] = []
    found: list[Notice | Mended] = []
    happened: list[tuple[int, str, EventRow]] = []
    for key, epoch, row in told:
        match row:
            case ReceiptRow():
                receipts.append(Receipt(key, epoch.screen, row.publication, row.step, row.at, dict(row.details)))
                found += _of_receipt(epoch.screen, row)
            case EventRow():
                events.append(Event(key, epoch.id, row.at, row.what, dict(row.details)))
                found += _of_event(epoch.screen, key, row)
                happened.append((key, epoch.screen, row))
    Receipt.objects.bulk_create(receipts, batch_size=200)
    Event.objects.bulk_create(events, batch_size=200)
    return found + sound_alarms.of_events(happened)


def _of_event(screen: str, key: int, event: EventRow) -> list[Notice | Mended]:
    match event.what:
        case "lost":
            return [notices.lost_by_player(screen, key, event.details.get("records", "?"))]
        case "changed":
            return [notices.changed(screen, event.details)]
        case _:
            return []


def _of_receipt(screen: str, receipt: ReceiptRow) -> list[Notice | Mended]:
    if receipt.step == "refused":
        return [notices.refused(screen, receipt.publication, why_refused(receipt.details))]
    if receipt.step == "shown":
        return [Mended(screen, "refused", str(receipt.publication), is_whole=True)]
    return []
