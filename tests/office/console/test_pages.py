"""The pages show what the office knows, and let nothing that a screen said run in a browser."""

import datetime as dt
import re
from typing import Any

import msgspec
import pytest
from django.test import Client

from office.console.live import Looker, set_looker
from office.place import Place
from signage.messages import ScreenState, Trouble, ZoneState

NOW = dt.datetime.now(dt.UTC)
EVIL = '<script>alert("1")</script>'


@pytest.fixture
def screen(served: Place) -> Any:
    from office.models import Screen

    state = ScreenState(
        conn=1, at="", clock="ntp", zones=(ZoneState(zone="main", name=EVIL, playlist=EVIL),),
        troubles=(Trouble(zh=EVIL, en=EVIL),),
    )  # fmt: skip
    return Screen.objects.create(
        id="sq-led1", title="广场 LED", status="online", state_at=NOW, state=msgspec.to_builtins(state)
    )


def publish(number: int, screens: list[Any], showing: list[Any] | None = None) -> None:
    from office.models import Assignment, Publication

    one = Publication.objects.create(
        number=number, line="刷单预警", state="published", author="王", approver="李", published_at=NOW
    )
    aim = Assignment.objects.create(publication=one, aim="all")
    aim.aimed_at.set(screens)
    aim.screens.set(screens if showing is None else showing)


def receipt(number: int, screen: Any, step: str) -> None:
    from office.models import Receipt

    Receipt.objects.create(id=Receipt.objects.count() + 1, screen=screen, publication=number, step=step, at=NOW)


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content[:500]
    return re.sub(r"\s+", " ", response.content.decode())


def test_an_office_without_anything_says_how_to_begin(inside: Client) -> None:
    assert "wuzha-office enroll" in text(inside, "/")
    assert "wuzha-office push" in text(inside, "/publications/")
    assert "没有播放记录" in text(inside, "/counts/")


def test_what_a_screen_says_is_text_and_never_markup(inside: Client, screen: Any) -> None:
    page = text(inside, "/")
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in page
    assert EVIL not in page


def test_alarms_stand_on_the_first_page_until_they_are_closed(inside: Client, screen: Any) -> None:
    from office.models import Alarm

    alarm = Alarm.objects.create(
        screen=screen, kind="fork", key="1", zh="台账分叉了", en="forked", first_at=NOW, last_at=NOW
    )
    assert "台账分叉了" in text(inside, "/")
    alarm.closed_at = NOW
    alarm.save()
    assert "台账分叉了" not in text(inside, "/")


def test_a_screen_with_many_alarms_hides_no_other_screens(inside: Client, screen: Any) -> None:
    from office.models import Alarm, Screen

    other = Screen.objects.create(id="sq-led2", title="另一块", status="online", status_at=NOW)
    Alarm.objects.create(screen=other, kind="fork", key="1", zh="台账分叉了", en="forked", first_at=NOW, last_at=NOW)
    for number in range(30):
        at = NOW + dt.timedelta(seconds=number)
        Alarm.objects.create(
            screen=screen, kind="broken", key=str(number), zh=f"第{number}个", en="", first_at=at, last_at=at
        )
    page = text(inside, "/")
    assert "台账分叉了" in page
    assert "第29个" in page
    assert "报警 31 条" in page
    assert "另有 10 条" in page


def test_alarms_of_one_cause_stand_together_under_the_titles_of_their_screens(inside: Client, screen: Any) -> None:
    from office.models import Alarm, Screen

    publish(12, [screen])
    for number in range(40):
        other = Screen.objects.create(id=f"led-{number}", title=f"村口 {number}", status="online", status_at=NOW)
        at = NOW + dt.timedelta(seconds=number)
        Alarm.objects.create(
            screen=other, kind="refused", key="12", zh="发布 12 被拒绝", en="", first_at=at, last_at=at
        )
    page = text(inside, "/")
    assert "报警 40 条" in page
    assert page.count("<summary><b>发布被拒绝 · 发布 12") == 1
    assert "村口 39、村口 38、村口 37、村口 36、村口 35 等 40 块屏幕" in page


def test_a_collector_that_does_not_run_is_the_offices_own_fault(inside: Client, screen: Any) -> None:
    from office.models import CollectorBeat

    long_ago = NOW - dt.timedelta(minutes=5)
    screen.status, screen.status_at, screen.state_at = "online", long_ago, long_ago
    screen.save()
    CollectorBeat.objects.create(name="a", since=long_ago, beat_at=long_ago)
    page = text(inside, "/")
    assert "管理端自己的接收服务没有在运行" in page
    assert "没有回音" not in page
    assert "不清楚" in page
    CollectorBeat.objects.update(since=long_ago, beat_at=dt.datetime.now(dt.UTC))
    page = text(inside, "/")
    assert "管理端自己" not in page
    assert "没有回音" in page


def test_the_picture_of_a_screen_is_given_to_who_is_inside(inside: Client, screen: Any, served: Place) -> None:
    assert inside.get("/screens/sq-led1/shot.jpg").status_code == 404
    (served.shots / "sq-led1.jpg").write_bytes(b"\xff\xd8 a picture")
    response = inside.get("/screens/sq-led1/shot.jpg")
    assert (response.content, response["Content-Type"]) == (b"\xff\xd8 a picture", "image/jpeg")
    assert "private" in response["Cache-Control"]
    assert inside.get("/screens/..%2fsecret.key/shot.jpg").status_code == 404


def test_a_publication_says_where_it_is_and_who_is_missing(inside: Client, screen: Any) -> None:
    from office.models import Screen

    late = Screen.objects.create(id="sq-led2", title="迟到的屏", status="lost", status_at=NOW)
    publish(12, [screen, late])
    receipt(12, screen, "shown")
    page = text(inside, "/publications/")
    assert "<b>1</b> / 2 块已上屏" in page
    assert "还缺 1 块" in page
    assert "<b>迟到的屏</b>（还没有消息，失联）" in page
    receipt(12, late, "shown")
    assert "全部上屏" in text(inside, "/publications/")


def test_a_screen_that_a_newer_publication_took_is_not_missed(inside: Client, screen: Any) -> None:
    publish(12, [screen], showing=[])
    page = text(inside, "/publications/")
    assert "还缺" not in page
    assert "已不在目标内" in page


def test_publications_come_ten_at_a_time(inside: Client, screen: Any) -> None:
    for number in range(1, 13):
        publish(number, [screen])
    page = text(inside, "/publications/")
    assert 'id="publication-12"' in page
    assert 'id="publication-2"' not in page
    assert "/publications/?before=3" in page
    assert 'id="publication-2"' in text(inside, "/publications/?before=3")
    assert 'id="publication-12"' in text(inside, "/publications/?before=x")


@pytest.mark.parametrize("many", [1, 40])
def test_pages_ask_the_database_no_more_for_many_than_for_one(inside: Client, screen: Any, many: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from office.models import Screen

    others = [Screen.objects.create(id=f"sq-more{n}", status="online", status_at=NOW) for n in range(many)]
    for number in range(1, 6):
        publish(number, [screen, *others])
    for path, most in (("/", 8), ("/publications/", 14)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            inside.get(path)
        assert len(asked) <= most, (path, [each["sql"] for each in asked])


def test_who_looks_at_the_page_has_new_pictures_asked_for(inside: Client, screen: Any) -> None:
    asked: list[tuple[tuple[str, ...], str]] = []
    looker = Looker(lambda names, by: asked.append((names, by)))
    token = inside.get("/").content.decode().partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    set_looker(looker)
    try:
        looker.start()
        form = {"screen": ["sq-led1", "../x", "sq-led2"], "csrfmiddlewaretoken": token}
        assert inside.post("/screens/look/", {"screen": "sq-led1"}).status_code == 403
        for _ in range(3):
            assert inside.post("/screens/look/", form).status_code == 204
    finally:
        set_looker(None)
        looker.stop()
    assert asked == [(("sq-led1", "sq-led2"), "office")], "once, however often somebody asks"
