"""An alarm ends with its cause: nobody has to close what a newer publication has settled."""

import datetime as dt
from typing import Any

import pytest

from office.place import Place

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)


@pytest.fixture
def screen(place: Place) -> Any:
    from office.models import Screen

    return Screen.objects.create(id="sq-led1", status="online", enrolled_at=NOW)


def assign(number: int, *screens: Any) -> Any:
    from office.models import Assignment, Publication

    publication, _ = Publication.objects.get_or_create(
        number=number, defaults={"line": "a", "state": "published", "author": "z", "approver": "l"}
    )
    assignment, _ = Assignment.objects.get_or_create(publication=publication, aim="all")
    assignment.screens.set(screens)
    return assignment


def raised(kind: str, key: str, screen: str = "sq-led1") -> None:
    from office.models import Alarm

    Alarm.objects.create(screen_id=screen, kind=kind, key=key, zh="x", en="x", first_at=NOW, last_at=NOW)


def open_() -> set[tuple[str, str]]:
    from django.db import transaction

    from office.collecting.alarms import raise_alarms
    from office.collecting.causes import ended_causes
    from office.models import Alarm

    with transaction.atomic():
        raise_alarms(ended_causes(), NOW)
    return set(Alarm.objects.filter(closed_at=None).values_list("kind", "key"))


def test_a_refusal_ends_when_its_publication_is_replaced_or_withdrawn_on_that_screen(screen: Any) -> None:
    assign(7, screen)
    assign(77, screen)
    for key in ("7", "77"):
        raised("refused", key)
    raised("quarantine", "7:abcd")
    assert len(open_()) == 3
    assign(7)
    assert open_() == {("refused", "77")}


def test_on_a_screen_that_is_to_show_it_still_it_stays(screen: Any) -> None:
    from office.models import Screen

    other = Screen.objects.create(id="sq-led2", enrolled_at=NOW)
    assign(7, screen)
    for name in ("sq-led1", other.id):
        raised("refused", "7", name)
    assert open_() == {("refused", "7")}
    from office.models import Alarm

    assert [alarm.screen_id for alarm in Alarm.objects.filter(closed_at=None)] == ["sq-led1"]


def test_what_could_not_be_believed_ends_when_something_was_believed_again(screen: Any) -> None:
    from office.models import Receipt

    raised("refused", "0")
    Receipt.objects.create(id=5, screen=screen, publication=0, step="refused", at=NOW)
    Receipt.objects.create(id=4, screen=screen, publication=3, step="verified", at=NOW)
    assert open_() == {("refused", "0")}
    Receipt.objects.create(id=6, screen=screen, publication=3, step="verified", at=NOW)
    assert open_() == set()


def test_a_stranger_that_is_enrolled_is_none(screen: Any) -> None:
    raised("stranger", "")
    raised("stranger", "", "sq-led9")
    assert open_() == {("stranger", "")}


@pytest.mark.parametrize("key", ["", "x", "-1", "7x", "9" * 40])
def test_a_key_that_names_no_publication_is_left_alone(screen: Any, key: str) -> None:
    raised("refused", key)
    assert open_() == {("refused", key)}


def test_other_alarms_are_left_alone(screen: Any) -> None:
    for kind in ("fork", "gap", "away"):
        raised(kind, "7")
    assert {kind for kind, _ in open_()} == {"fork", "gap", "away"}
