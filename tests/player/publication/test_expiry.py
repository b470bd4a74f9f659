"""An alarm first, then filler; and only a clock that can be believed expires anything."""

import datetime as dt

import pytest

from player.publication.expiry import expiry
from player.state import Moment
from signage.timefloor import ClockQuality
from tests.player.publication.repository import NOW

GRACE = dt.timedelta(days=180)


@pytest.mark.parametrize(
    ("days", "clock", "is_over", "alarm"),
    [
        (-1, "ntp", False, ""),
        (0, "ntp", False, ""),
        (1, "ntp", False, "only filler in 179 days"),
        (1, "rtc", False, "only filler in 179 days"),
        (180, "ntp", False, "only filler in 0 days"),
        (181, "ntp", True, "181 days ago: only filler"),
        (181, "unsynced", False, ""),
    ],
)
def test_table(days: int, clock: ClockQuality, is_over: bool, alarm: str) -> None:
    found, words = expiry(NOW, Moment(NOW + dt.timedelta(days=days), 0.0, clock), GRACE)
    assert found == is_over
    assert (alarm in words.en) if words is not None else not alarm


def test_what_was_never_looked_at_does_not_expire() -> None:
    assert expiry(None, Moment(NOW, 0.0, "ntp"), GRACE) == (False, None)
