"""The receipts of publications that say how far each came: few for each screen, however many it sent."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast

from office.models import Receipt
from signage.messages import STEPS

AT_ONCE = 500
"""Rows that are asked for by their keys."""


class ReceiptText(NamedTuple):
    """A receipt as the database has it, to be compared and not read."""

    id: int
    step: str
    at: str
    details: str


def telling(numbers: Collection[int]) -> dict[int, dict[str, list[Receipt]]]:
    """Returns receipts by publication and screen: of each step the first and the last, by their place in the ledger."""
    found: dict[int, dict[str, list[Receipt]]] = {number: defaultdict(list) for number in numbers}
    for each in read_receipts(
        [text.id for texts in receipt_texts(numbers).values() for some in texts.values() for text in some]
    ):
        found[each.publication][each.screen_id].append(each)
    return found


def receipt_texts(numbers: Collection[int]) -> dict[int, dict[str, tuple[ReceiptText, ...]]]:
    """Returns the same receipts as `telling` does, unread: what is different looks different."""
    steps = Receipt.objects.filter(publication__in=list(numbers), step__in=STEPS)
    ends = steps.values("publication", "screen", "step").order_by()
    first, last = ends.annotate(key=Min("id")).values("key"), ends.annotate(key=Max("id")).values("key")
    rows = _as_text(Receipt.objects.filter(Q(id__in=first) | Q(id__in=last)).order_by("id"))
    found: dict[int, dict[str, tuple[ReceiptText, ...]]] = {number: {} for number in numbers}
    for publication, screen, *told in rows:
        mine = found[publication]
        mine[screen] = (*mine.get(screen, ()), ReceiptText(*told))
    return found


def read_receipts(keys: Sequence[int]) -> Iterator[Receipt]:
    """Returns receipts by their keys, in order."""
    keys = sorted(keys)
    for start in range(0, len(keys), AT_ONCE):
        yield from Receipt.objects.filter(id__in=keys[start : start + AT_ONCE]).order_by("id")


def _as_text(receipts: "QuerySet[Receipt]") -> Any:
    return receipts.values_list(
        "publication", "screen_id", "id", "step", Cast("at", TextField()), Cast("details", TextField())
    )
