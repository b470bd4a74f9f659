"""How far a publication came on a screen follows from receipts first, and from the screen's words where these lack."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from office.console.progress import ScreenLine, screen_line, took
from office.place import Place
from signage.messages import PublicationState, ScreenState, Trouble

NOW = dt.datetime(2026, 6, 6, 12, tzinfo=dt.UTC)
ALL = ("heard", "verified", "fetched", "staged", "shown")


@pytest.fixture
def screen(place: Place) -> Any:
    from office.models import Screen

    return Screen.objects.create(id="sq-led1", title="广场 LED", status="online", state_at=NOW)


def line(screen: Any, *steps: str, coming: PublicationState | None = None, **details: str) -> ScreenLine:
    from office.models import Receipt

    receipts = [
        Receipt(id=n, screen=screen, publication=12, step=step, at=NOW + dt.timedelta(seconds=n), details=details)
        for n, step in enumerate(steps)
    ]
    if coming is not None:
        screen.state = msgspec.to_builtins(ScreenState(conn=1, at="", clock="ntp", coming=(coming,)))
    return screen_line(screen, reversed(receipts), 12, wanted=True, now=NOW)


def test_each_step_has_its_time(screen: Any) -> None:
    found = line(screen, *ALL)
    assert [mark.at is not None for mark in found.marks] == [True] * 5 + [False]
    assert [mark.head for mark in found.marks] == ["收到", "核对", "下载", "就绪", "上屏", "撤下"]
    assert found.shown
    assert found.label.zh == "已上屏"


def test_later_steps_say_how_long_after_the_first_they_were(screen: Any) -> None:
    assert [mark.after for mark in line(screen, *ALL).marks] == ["", "+1.0 秒", "+2.0 秒", "+3.0 秒", "+4.0 秒", ""]
    assert [took(dt.timedelta(seconds=s)) for s in (0.34, 90, 7200, -5, 90_000)] == [
        "+0.3 秒",
        "+1 分",
        "+2 小时",
        "",
        "",
    ]


def test_a_screen_without_a_word_is_missing(screen: Any) -> None:
    found = line(screen)
    assert not found.shown
    assert found.label.zh == "还没有消息"


def test_a_download_shows_its_parts_before_its_receipt_is_there(screen: Any) -> None:
    coming = PublicationState(
        number=12, step="fetched", fetched=3, needed=7, fetched_bytes=1 << 20, needed_bytes=4 << 20
    )
    found = line(screen, "heard", "verified", coming=coming)
    assert (found.label.zh, found.detail) == ("正在下载", "3/7 · 1.0 MiB/4.0 MiB")


def test_what_another_publication_does_is_not_told_here(screen: Any) -> None:
    found = line(screen, "heard", coming=PublicationState(number=13, step="staged"))
    assert found.label.zh == "已收到通知"


def test_a_refusal_says_why(screen: Any) -> None:
    found = line(screen, "heard", "refused", why="one signature", why_zh="只有一个签名")
    assert found.why is not None
    assert (found.label.zh, found.why.zh, found.why.en) == ("被拒绝", "只有一个签名", "one signature")
    said = line(screen, coming=PublicationState(number=12, step="refused", why=Trouble(zh="太大", en="too large")))
    assert said.why is not None
    assert said.why.zh == "太大"


def test_a_screen_that_cannot_go_on_says_why(screen: Any) -> None:
    assert line(screen, "heard", "refused", "shown", why="one signature").why is None
    full = PublicationState(number=12, step="verified", why=Trouble(zh="磁盘放不下", en="it does not fit"))
    found = line(screen, "heard", "verified", coming=full)
    assert found.why is not None
    assert (found.step, found.why.zh) == ("verified", "磁盘放不下")


def test_a_refusal_that_was_overcome_is_over(screen: Any) -> None:
    assert line(screen, "heard", "refused", *ALL).shown


def test_the_first_frame_keeps_its_first_time(screen: Any) -> None:
    found = line(screen, *ALL, "shown")
    assert found.marks[4].at == NOW + dt.timedelta(seconds=4)


def test_what_was_withdrawn_is_not_on_the_screen(screen: Any) -> None:
    found = line(screen, *ALL, "withdrawn")
    assert not found.shown
    assert found.label.zh == "已撤下"


def test_what_was_withdrawn_or_leaves_says_no_more_what_it_waited_for(screen: Any) -> None:
    coming = PublicationState(number=12, step="staged", why=Trouble(zh="黑屏", en="black"), prospect="held")
    assert line(screen, "staged", coming=coming).why is not None
    assert line(screen, "staged", "withdrawn", coming=coming).why is None
