"""The receipts of publications that say how far each came: few for each screen, however many it sent."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Max, Min

from office.models import Receipt
from signage.messages import STEPS

AT_ONCE = 500
"""Rows that are asked for by their keys."""


def telling(numbers: Collection[int]) -> dict[int, dict[str, list[Receipt]]]:
    """Returns receipts by publication and screen: of each step the first and the last, by their place in the ledger."""
    steps = Receipt.objects.filter(publication__in=numbers, step__in=STEPS).values("publication", "screen", "step")
    ends = steps.annotate(least=Min("id"), most=Max("id")).values_list("least", "most").order_by()
    keys = sorted({key for pair in ends for key in pair})
    found: dict[int, dict[str, list[Receipt]]] = {number: defaultdict(list) for number in numbers}
    for start in range(0, len(keys), AT_ONCE):
        for each in Receipt.objects.filter(id__in=keys[start : start + AT_ONCE]).order_by("id"):
            found[each.publication][each.screen_id].append(each)
    return found
