"""A display that nobody can see is an alarm, and its coming back closes it."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from signage.messages import ScreenState, encode

SCREEN = "sq-led"
NOW = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)


class Ear:
    """One collector that hears one screen's states."""

    def __init__(self, shots: Path) -> None:
        from office.collecting.presence import Presence

        self._presence, self._at = Presence(shots), NOW
        self._presence.listen(NOW)

    def hear(self, display: str, *, retained: bool = False, conn: int = 1, **values: Any) -> list[tuple[str, bool]]:
        """Hears a state; returns every alarm with whether it is open."""
        from office.collecting.presence import Heard
        from office.models import Alarm

        self._at += dt.timedelta(seconds=30)
        state = ScreenState(conn=conn, at="", clock="ntp", display=display, **values)
        self._presence.hear([Heard(SCREEN, "state", encode(state), retained)], self._at)
        return [(each.kind, each.closed_at is None) for each in Alarm.objects.all()]


@pytest.fixture
def ear(either: None, tmp_path: Path) -> Ear:
    from office.models import Screen

    Screen.objects.create(id=SCREEN)
    return Ear(tmp_path)


@pytest.mark.parametrize("word", ["dark", "covered", "no-display", "headless"])
def test_a_display_nobody_can_see_is_an_alarm_and_closed_when_it_is_back(ear: Ear, word: str) -> None:
    assert ear.hear("seen") == []
    assert ear.hear(word) == [("display", True)]
    assert ear.hear(word) == [("display", True)], "it is one alarm however often it is heard"
    assert ear.hear("seen") == [("display", False)]
    assert ear.hear(word) == [("display", True)], "and the same one again"


def test_what_is_not_known_raises_nothing_and_closes_nothing(ear: Ear) -> None:
    assert ear.hear("unknown") == []
    assert ear.hear("projected on a cloud") == []
    ear.hear("covered")
    assert ear.hear("unknown") == [("display", True)]


def test_a_display_that_was_ordered_to_be_black_is_no_alarm_and_proves_nothing(ear: Ear) -> None:
    assert ear.hear("dark", blackout=True) == []
    ear.hear("covered")
    assert ear.hear("seen", blackout=True) == [("display", True)]


def test_a_state_of_an_older_connection_says_nothing(ear: Ear) -> None:
    ear.hear("seen", conn=5)
    assert ear.hear("covered", conn=4, retained=True) == []


def test_an_alarm_that_a_person_closed_stays_closed_until_something_changes(ear: Ear) -> None:
    from office.models import Alarm

    ear.hear("covered")
    Alarm.objects.update(closed_at=NOW)
    assert ear.hear("covered") == [("display", False)]
    assert ear.hear("dark") == [("display", True)]
    Alarm.objects.update(closed_at=NOW)
    assert ear.hear("dark", conn=2) == [("display", True)], "and when it comes anew"


def test_a_display_that_is_still_wrong_after_a_blackout_is_an_alarm(ear: Ear) -> None:
    ear.hear("covered", blackout=True)
    assert ear.hear("covered") == [("display", True)]


def test_the_alarm_says_in_chinese_what_is_wrong(ear: Ear) -> None:
    from office.models import Alarm

    ear.hear("covered")
    ear.hear("no-display")
    assert "没有显示屏" in Alarm.objects.get().zh
    assert Alarm.objects.get().times == 2


def test_a_player_of_an_earlier_version_raises_nothing(ear: Ear) -> None:
    assert ear.hear(ScreenState(conn=1, at="", clock="ntp").display) == []
