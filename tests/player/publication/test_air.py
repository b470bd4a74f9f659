"""What is replaced stays until its replacement is here; what is withdrawn goes."""

from collections.abc import Sequence

import pytest

from player.publication.air import Shown, next_on_air
from player.publication.published import Published
from player.publication.staging import Planned
from signage.trust import PlaylistTarget, Wanted


def plan(number: int, *stems: str, edition: int = 0) -> Planned:
    texts = tuple(
        (stem, Wanted(target=PlaylistTarget(number, stem), sha256=f"{edition}" * 64, size_bytes=1)) for stem in stems
    )
    return Planned(number=number, texts=texts, media=())


def shown(*plans: Planned) -> tuple[Shown, ...]:
    return tuple(Shown(plan=each, published=Published(number=each.number)) for each in plans)


A1, A2, B3 = plan(1, "a"), plan(2, "a"), plan(3, "b")


@pytest.mark.parametrize(
    ("before", "plans", "ready", "after"),
    [
        ((), [A1], [1], [1]),
        ((), [A1], [], []),
        ((A1,), [A2], [], [1]),
        ((A1,), [A2], [2], [2]),
        ((A1,), [B3], [], []),
        ((A1,), [], [], []),
        ((A1,), [A1, B3], [1], [1]),
        ((A1,), [A2, B3], [3], [3, 1]),
        ((A1, B3), [A2], [], [1]),
        ((A1,), [A1, A2], [1, 2], [2, 1]),
        ((plan(1, "a", "variables"),), [plan(3, "b", "variables")], [], []),
    ],
)
def test_table(before: Sequence[Planned], plans: list[Planned], ready: list[int], after: list[int]) -> None:
    found = next_on_air(shown(*before), plans, {number: Published(number=number) for number in ready})
    assert [each.plan.number for each in found] == after


def test_a_number_that_means_something_else_now_shows_the_former_until_the_new_is_here() -> None:
    before = shown(plan(1, "a"))
    anew = plan(1, "a", edition=1)
    assert next_on_air(before, [anew], {}) == before
    assert next_on_air(before, [anew], {1: Published(number=1)})[0].plan == anew
