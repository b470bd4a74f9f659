"""Two slots are the same turn when nothing that is seen differs."""

import msgspec
import pytest

from signage.slot import Slot, same_turn
from tests.signage.programs import at

SLOT = Slot(
    number=1, zone="main", rank="normal", playlist="a", playlist_sha256="1", publication=1, item=1, kind="card",
    starts_at=at("2026-06-06 12:00"), planned_s=5.0,
)  # fmt: skip


@pytest.mark.parametrize(
    "changed", [{"starts_at": at("2026-06-06 13:00")}, {"playlist_sha256": "2"}, {"publication": 2}, {}]
)
def test_when_it_begins_and_what_it_came_with_change_nothing_that_is_seen(changed: dict[str, object]) -> None:
    assert same_turn(SLOT, msgspec.structs.replace(SLOT, **changed))


@pytest.mark.parametrize("changed", [{"number": 2}, {"planned_s": 6.0}, {"muted": True}, {"item": 2}])
def test_anything_else_makes_another_turn(changed: dict[str, object]) -> None:
    assert not same_turn(SLOT, msgspec.structs.replace(SLOT, **changed))
