"""A lost screen is an alarm that ends by itself; nobody is lost towards an office that does not listen."""

import datetime as dt
from typing import Any

import pytest

from office.hearing import HEARS, SILENT_S, Hearing
from office.place import Place

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)
DEAF = Hearing(hears=False)


def ago(seconds: float) -> dt.datetime:
    return NOW - dt.timedelta(seconds=seconds)


@pytest.fixture
def screen(place: Place) -> Any:
    from office.models import Screen

    return Screen.objects.create(id="sq-led1", title="广场 LED", status="lost", status_at=ago(60), state_at=ago(90))


def look(now: dt.datetime = NOW, hearing: Hearing = HEARS) -> list[str]:
    """Looks as the collector does; returns the open alarms."""
    from django.db import transaction

    from office.collecting.alarms import raise_alarms
    from office.collecting.away import away
    from office.models import Alarm

    with transaction.atomic():
        raise_alarms(away(now, hearing), now)
    return list(Alarm.objects.filter(closed_at=None, kind="away").values_list("screen_id", flat=True))


def change(screen: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(screen, name, value)
    screen.save()


def test_a_lost_screen_is_an_alarm_until_it_is_back(screen: Any) -> None:
    from office.models import Alarm

    assert look() == ["sq-led1"]
    assert look() == ["sq-led1"]
    alarm = Alarm.objects.get()
    assert (alarm.times, "请到现场" in alarm.zh) == (1, True)
    change(screen, status="online", status_at=NOW, state_at=NOW)
    assert look() == []


def test_a_short_loss_is_none(screen: Any) -> None:
    change(screen, status_at=ago(5))
    assert look() == []


def test_a_screen_that_says_nothing_is_away_too(screen: Any) -> None:
    change(screen, status="online", state_at=ago(SILENT_S + 5), status_at=ago(900))
    assert look() == ["sq-led1"]
    change(screen, state_at=NOW)
    assert look() == []


def test_one_that_was_switched_off_or_revoked_or_never_came_is_not_away(screen: Any) -> None:
    for values in ({"status": "offline"}, {"status": "", "state_at": None}, {"status": "lost", "revoked_at": NOW}):
        change(screen, **values)
        assert look() == [], values


@pytest.mark.parametrize("values", [{"status": "offline"}, {"revoked_at": NOW}])
def test_the_alarm_ends_when_it_is_switched_off_or_revoked(screen: Any, values: dict[str, Any]) -> None:
    assert look() == ["sq-led1"]
    change(screen, **values)
    assert look() == []


def test_an_office_that_does_not_listen_loses_nobody_and_ends_no_alarm(screen: Any) -> None:
    assert look(hearing=DEAF) == []
    assert look() == ["sq-led1"]
    change(screen, status="online", state_at=NOW)
    assert look(hearing=DEAF) == ["sq-led1"]


def test_what_a_person_closed_stays_closed_until_the_screen_was_back(screen: Any) -> None:
    from office.models import Alarm

    assert look() == ["sq-led1"]
    Alarm.objects.update(closed_at=NOW)
    assert look() == []
    later = NOW + dt.timedelta(hours=1)
    change(screen, status="lost", status_at=later)
    assert look(later + dt.timedelta(minutes=1)) == ["sq-led1"]
