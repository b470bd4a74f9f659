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


@pytest.mark.parametrize(
    ("believed", "clock", "least", "is_over", "alarm"),
    [
        (4000, "ntp", -1, False, "look at the clock"),
        (4000, "rtc", 179, False, "look at the clock"),
        (10, "ntp", -1, False, "only filler in 170 days"),
        (4000, "unsynced", -1, False, ""),
        (-4000, "unsynced", 3, False, "only filler in 177 days"),
        (-4000, "unsynced", 181, True, "181 days ago: only filler"),
        (182, "ntp", 181, True, "182 days ago: only filler"),
    ],
)
def test_content_ends_only_when_it_is_that_late_for_certain(
    believed: int, clock: ClockQuality, least: int, is_over: bool, alarm: str
) -> None:
    at, certain = (NOW + dt.timedelta(days=days) for days in (believed, least))
    found, words = expiry(NOW, Moment(at, 0.0, clock, least=certain), GRACE)
    assert found == is_over
    assert (alarm in words.en) if words is not None else not alarm


def test_what_was_never_looked_at_does_not_expire() -> None:
    assert expiry(None, Moment(NOW, 0.0, "ntp"), GRACE) == (False, None)
