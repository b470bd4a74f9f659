"""Which publications are on air, when some of those that should be are not here yet.

Rule: pure. What is withdrawn goes at once; what is replaced stays until its replacement is here, and so does what a bad
publication would have replaced.
"""

from collections.abc import Mapping, Sequence

import msgspec

from player.publication.published import Published
from player.publication.staging import Planned
from signage.site_variables import VARIABLES


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A publication on air, and the plan it was staged by."""

    plan: Planned
    published: Published


def next_on_air(before: Sequence[Shown], plans: Sequence[Planned], ready: Mapping[int, Published]) -> tuple[Shown, ...]:
    """Gives what is on air now, newest first.

    `plans` is the newest assignment; `ready` holds by number those of it that may be shown.
    """
    former = {each.plan.number: each for each in before}
    found: dict[int, Shown] = {}
    awaited: set[str] = set()
    for plan in plans:
        if plan.number in ready:
            found[plan.number] = Shown(plan=plan, published=ready[plan.number])
            continue
        awaited.update(stem for stem, _ in plan.texts if stem != VARIABLES)
        if plan.number in former:
            found[plan.number] = former[plan.number]
    assigned = {plan.number for plan in plans}
    for each in before:
        if each.plan.number not in assigned and awaited.intersection(stem for stem, _ in each.plan.texts):
            found[each.plan.number] = each
    return tuple(found[number] for number in sorted(found, reverse=True))
