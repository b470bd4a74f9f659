"""A clock before the floor is not believed."""

import pytest

from signage.timefloor import BelievedTime, believed
from tests.signage.programs import BERLIN, at

FLOOR = at("2026-08-05 12:00")
LATER = at("2026-08-06 12:00")


@pytest.mark.parametrize(("synchronised", "quality"), [(True, "ntp"), (None, "rtc"), (False, "unsynced")])
def test_time_after_the_floor_is_believed(synchronised: bool | None, quality: str) -> None:
    assert believed(LATER, FLOOR, synchronised) == BelievedTime(LATER, quality)


@pytest.mark.parametrize("synchronised", [True, None, False])
def test_time_before_the_floor_never_is(synchronised: bool | None) -> None:
    assert believed(at("2013-11-01 00:00"), FLOOR, synchronised) == BelievedTime(FLOOR, "unsynced")


def test_floor_and_wall_are_compared_as_instants() -> None:
    wall = at("2026-08-05 06:30", BERLIN)  # half past twelve in Shanghai
    assert believed(wall, FLOOR, True).at == wall
