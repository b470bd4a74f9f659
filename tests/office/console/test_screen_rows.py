"""A screen's row is read whole when it changed, and whatever its tile says of it counts as a change."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from office.console.tiles import tile
from office.place import Place

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)
STATE = {"v": 1, "conn": 1, "at": "", "clock": "ntp", "volume": 70}


@pytest.fixture
def screens(place: Place) -> list[Any]:
    from office.models import Screen, Site, Village

    site = Site.objects.create(name="文化广场", kind="square", village=Village.objects.create(name="石桥村"))
    return [
        Screen.objects.create(
            id=f"sq-led{number}", title="广场", site=site, status="online", status_at=NOW, state_at=NOW, state=STATE,
            birth_at=NOW, birth={"v": 1},
        )
        for number in range(3)
    ]  # fmt: skip


def screen_rows(*most: int) -> Any:
    from office.console.screen_rows import ScreenRows

    return ScreenRows(*most)


def tag(screen: Any) -> None:
    from office.models import Tag

    screen.tags.add(Tag.objects.create(name="东片"))


def rename_village(screen: Any) -> None:
    screen.site.village.name = "别的村"
    screen.site.village.save()


def rename_site(screen: Any) -> None:
    screen.site.name, screen.site.kind = "中心小学", "school"
    screen.site.save()


def to(**values: Any) -> Callable[[Any], None]:
    def change(screen: Any) -> None:
        for name, value in values.items():
            setattr(screen, name, value)
        screen.save()

    return change


CHANGES = [
    to(title="别的"), to(status="lost"), to(site=None), to(shot_at=NOW), to(state_at=NOW + dt.timedelta(seconds=1)),
    to(status_at=NOW + dt.timedelta(seconds=1)), to(birth_at=NOW + dt.timedelta(seconds=1)), to(state=None),
    to(state={**STATE, "volume": 71}), to(state={**STATE, "blackout": True}),
    to(birth={"v": 1, "screen": "sq-led1", "conn": 1, "boot": "", "at": "", "clock": "ntp", "canvas": [640, 480]}),
    tag, rename_village, rename_site,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_whatever_changes_of_a_screen_is_seen(screens: list[Any], change: Callable[[Any], None]) -> None:
    from office.models import Screen

    rows = screen_rows()
    before, _ = rows.read(NOW)
    change(screens[1])
    after, bad = rows.read(NOW)
    assert {each.id: each for each in after} == {each.pk: tile(each, NOW) for each in Screen.objects.all()}
    assert bad == []
    assert {each.id: each for each in after} != {each.id: each for each in before}


def test_a_screen_that_goes_and_comes_back_does_so_here(screens: list[Any]) -> None:
    rows = screen_rows()
    rows.read(NOW)
    to(revoked_at=NOW)(screens[1])
    assert sorted(each.id for each in rows.read(NOW)[0]) == ["sq-led0", "sq-led2"]
    to(revoked_at=None)(screens[1])
    assert len(rows.read(NOW)[0]) == 3


def test_a_screen_falls_silent_though_its_row_stays(screens: list[Any]) -> None:
    rows = screen_rows()
    rows.read(NOW)
    later = NOW + dt.timedelta(seconds=121)
    assert {each.label.en for each in rows.read(later)[0]} == {"silent"}
    assert {each.label.en for each in rows.read(NOW)[0]} == {"online"}


def test_rows_that_stay_are_not_read_again(screens: list[Any]) -> None:
    rows = screen_rows()
    first, _ = rows.read(NOW)
    with CaptureQueriesContext(connection) as asked:
        again, _ = rows.read(NOW + dt.timedelta(seconds=60))
    assert len(asked) == 2
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_what_goes_beyond_the_bound_is_read_each_time(screens: list[Any]) -> None:
    rows = screen_rows(2)
    first, again = rows.read(NOW)[0], rows.read(NOW)[0]
    assert first == again
    assert sum(one is other for one, other in zip(first, again, strict=True)) == 2
    assert len(screen_rows(0).read(NOW)[0]) == 3


def test_a_row_that_cannot_be_read_is_told_each_time_until_it_is_mended(screens: list[Any]) -> None:
    rows = screen_rows()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE office_screen SET state = '[1]' WHERE id = 'sq-led1'")
    for _ in range(2):
        found, bad = rows.read(NOW)
        assert [each.screen for each in bad] == ["sq-led1"]
        assert {each.id: each.label.en for each in found}["sq-led1"] == "unreadable"
    to(state=STATE)(screens[1])
    assert rows.read(NOW)[1] == []


@pytest.mark.slow
def test_both_databases_are_read_alike(either: None) -> None:
    from office.models import Screen

    Screen.objects.create(id="sq-led1", title="广场", status="online", state_at=NOW, state=STATE)
    rows = screen_rows()
    assert rows.read(NOW)[0] == rows.read(NOW)[0] == [tile(Screen.objects.get(), NOW)]
