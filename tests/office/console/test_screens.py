"""The page of screens sends each browser what changed since the version that it has, and nothing for time alone."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from office.console.deltas import MOST_VERSIONS
from office.place import Place

LIVE = {"X-Fragment": "live"}
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def fleet(served: Place) -> list[Any]:
    from office.models import Screen

    return [
        Screen.objects.create(
            id=f"sq-led{number:02}", title=f"第 {number} 块", status="offline",
            status_at=NOW - dt.timedelta(minutes=10), shot_at=NOW - dt.timedelta(minutes=10),
        )
        for number in range(20)
    ]  # fmt: skip


def poll(client: Client, tag: str) -> Any:
    return client.get("/", headers={**LIVE, "If-None-Match": tag})


def tiles(answer: Any) -> list[str]:
    return re.findall(r'<article [^>]*id="screen-([^"]+)"', answer.content.decode())


def order(answer: Any) -> list[str] | None:
    found = re.search(r'data-order="([^"]*)"', answer.content.decode())
    return json.loads(found[1].replace("&quot;", '"')) if found else None


def change(screen: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(screen, name, value)
    screen.save()


def test_time_that_passes_changes_nothing(inside: Client, fleet: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = inside.get("/", headers=LIVE)
    moment = timezone.now() + dt.timedelta(minutes=90)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    again = poll(inside, first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_moments_are_readable_without_a_script(inside: Client, fleet: list[Any]) -> None:
    moment = timezone.localtime(fleet[0].status_at)
    page = inside.get("/").content.decode()
    assert f">{moment:%Y-%m-%d %H:%M:%S}</time>有消息" in page
    assert f'<time class="ago" datetime="{moment.isoformat()}"' in page


def test_a_screen_that_changed_is_sent_alone(inside: Client, fleet: list[Any]) -> None:
    first = inside.get("/", headers=LIVE)
    assert len(tiles(first)) == 20
    change(fleet[7], title="另一个名字")
    again = poll(inside, f"W/{first['ETag']}")
    assert (tiles(again), order(again)) == (["sq-led07"], None)
    text = again.content.decode()
    assert " data-changes" in text
    assert 'id="summary"' not in text
    assert 10 * len(again.content) < len(first.content)
    assert poll(inside, again["ETag"]).status_code == 304


def test_what_comes_goes_and_moves_is_told_by_the_new_order(inside: Client, fleet: list[Any]) -> None:
    from office.models import Screen

    first = inside.get("/", headers=LIVE)
    change(fleet[7], status="lost")
    change(fleet[3], revoked_at=NOW)
    Screen.objects.create(id="sq-led99", status="offline", status_at=NOW, shot_at=NOW)
    again = poll(inside, first["ETag"])
    assert sorted(tiles(again)) == ["sq-led07", "sq-led99"]
    rest = [each.id for each in fleet if each.id not in ("sq-led07", "sq-led03")]
    assert order(again) == ["sq-led07", *rest, "sq-led99"]
    assert 'id="summary"' in again.content.decode(), "the sums are others"


def test_an_alarm_sends_no_screen(inside: Client, fleet: list[Any]) -> None:
    from office.models import Alarm

    first = inside.get("/", headers=LIVE)
    Alarm.objects.create(screen=fleet[0], kind="fork", key="1", zh="台账分叉了", en="forked", first_at=NOW, last_at=NOW)
    again = poll(inside, first["ETag"])
    assert (tiles(again), order(again)) == ([], None)
    assert "台账分叉了" in again.content.decode()


def test_the_last_screen_that_goes_leaves_the_word_on_how_to_begin(inside: Client, fleet: list[Any]) -> None:
    from office.models import Screen

    first = inside.get("/", headers=LIVE)
    Screen.objects.update(revoked_at=NOW)
    again = poll(inside, first["ETag"])
    assert (tiles(again), order(again)) == ([], [])
    assert "wuzha-office enroll" in again.content.decode()


def test_two_tabs_each_get_what_they_miss(inside: Client, fleet: list[Any]) -> None:
    one = inside.get("/", headers=LIVE)["ETag"]
    change(fleet[1], title="一")
    two = poll(inside, one)["ETag"]
    change(fleet[2], title="二")
    late, newer = poll(inside, one), poll(inside, two)
    assert (tiles(late), tiles(newer)) == (["sq-led01", "sq-led02"], ["sq-led02"])
    assert late["ETag"] == newer["ETag"]


@pytest.mark.parametrize("tag", ['"0123456789abcdef0123456789abcdef"', "*", "W/", '"', "," * 500])
def test_a_version_that_nobody_knows_gets_the_whole_part(inside: Client, fleet: list[Any], tag: str) -> None:
    again = poll(inside, tag)
    assert len(tiles(again)) == 20
    assert " data-changes" not in again.content.decode()


def test_a_version_is_known_until_so_many_newer_ones_were_made(inside: Client, fleet: list[Any]) -> None:
    first = inside.get("/", headers=LIVE)
    for number in range(MOST_VERSIONS):
        change(fleet[0], title=f"名字 {number}")
        inside.get("/", headers=LIVE)
    assert len(tiles(poll(inside, first["ETag"]))) == 20


def test_the_page_names_the_version_that_it_is(inside: Client, fleet: list[Any]) -> None:
    page = inside.get("/").content.decode()
    found = re.search(r'data-version="([0-9a-f]+)"', page)
    assert found is not None
    assert poll(inside, f'"{found[1]}"').status_code == 304
    change(fleet[4], title="另一个名字")
    assert tiles(poll(inside, f'"{found[1]}"')) == ["sq-led04"]


def test_who_is_logged_out_is_sent_to_the_login_whatever_version_he_names(anyone: Client, inside: Client) -> None:
    tag = inside.get("/", headers=LIVE)["ETag"]
    answer = poll(anyone, tag)
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/")
