"""The overlay says what a person in front of the screen asks, and costs nothing while it is away."""

import datetime as dt

import pytest

from player.stage.overlay import DRAWING_S, Insight, Overlay, Showing, overlay_lines
from tests.fakes import FakeScreen

AT = dt.datetime(2026, 8, 5, 7, 30, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def insight(second: int = 5) -> Insight:
    return Insight(
        screen="sq-square-led1",
        title="乡贤文化广场 LED",
        at=AT.replace(second=second),
        clock_quality="ntp",
        versions=("wuzha 0.1.0",),
        zones=(Showing(zone="main", playlist="六个一律", item=3, name="posters/刷单.png", following="videos/a.mp4"),),
        troubles=("没有声音设备",),
    )


def test_the_overlay_names_screen_time_playlist_item_what_is_on_what_comes_and_versions() -> None:
    assert overlay_lines(insight()) == (
        "屏幕 sq-square-led1  乡贤文化广场 LED",
        "时间 2026-08-05 07:30:05 +0800  已校时",
        "[main] 播放表 六个一律 #3",
        "    正在 posters/刷单.png",
        "    接着 videos/a.mp4",
        "注意 没有声音设备",
        "版本 wuzha 0.1.0",
    )


def test_the_overlay_is_written_once_a_second_and_only_when_it_changed() -> None:
    screen = FakeScreen(64, 32)
    overlay = Overlay(screen)
    overlay.refresh(0.0, insight())
    assert screen.panel is None
    overlay.toggle(0.0)
    overlay.refresh(0.0, insight(5))
    assert screen.panel is not None
    screen.panel = None
    overlay.refresh(0.5, insight(6))
    overlay.refresh(1.0, insight(5))
    assert screen.panel is None, "nothing to write anew"
    overlay.refresh(2.0, insight(6))
    assert screen.panel is not None
    assert "07:30:06" in "".join(screen.panel)


def test_the_second_press_takes_the_overlay_away_at_once() -> None:
    screen = FakeScreen(64, 32)
    overlay = Overlay(screen)
    overlay.toggle(0.0)
    overlay.refresh(0.0, insight())
    overlay.toggle(0.2)
    assert screen.panel is None
    assert overlay.next_due is None


def test_text_that_takes_its_time_is_asked_for_again_and_written_anew_a_second_after_it_was_wanted() -> None:
    screen = FakeScreen(64, 32)
    screen.slow_panels = 2
    overlay = Overlay(screen)
    overlay.toggle(0.0)
    overlay.refresh(0.0, insight(5))
    assert overlay.next_due == pytest.approx(DRAWING_S)
    overlay.refresh(DRAWING_S, insight(6))
    assert screen.panel is None
    overlay.refresh(2 * DRAWING_S, insight(6))
    assert screen.panel is not None
    assert "07:30:05" in "".join(screen.panel), "what was asked for"
    assert overlay.next_due == pytest.approx(1.0)


def test_an_overlay_hidden_while_it_is_drawn_stays_away_and_comes_again() -> None:
    screen = FakeScreen(64, 32)
    screen.slow_panels = 1
    overlay = Overlay(screen)
    overlay.toggle(0.0)
    overlay.refresh(0.0, insight())
    overlay.toggle(0.01)
    assert overlay.next_due is None
    overlay.toggle(5.0)
    overlay.refresh(5.0, insight(9))
    assert screen.panel is not None
    assert "07:30:09" in "".join(screen.panel)


def test_shown_for_a_while_it_goes_away_by_itself() -> None:
    screen = FakeScreen(64, 32)
    overlay = Overlay(screen)
    overlay.show_for(0.0, 5.0)
    overlay.refresh(0.0, insight(5))
    assert screen.panel is not None
    overlay.show_for(3.0, 5.0)
    for second in range(1, 8):
        overlay.refresh(float(second), insight(5 + second))
        assert screen.panel is not None, "asked for again, it stays for as long again"
    overlay.refresh(8.1, insight(20))
    assert screen.panel is None
    assert overlay.next_due is None


def test_one_that_a_person_switched_on_stays() -> None:
    screen = FakeScreen(64, 32)
    overlay = Overlay(screen)
    overlay.toggle(0.0)
    overlay.show_for(0.0, 2.0)
    for second in range(10):
        overlay.refresh(float(second), insight(5 + second))
    assert screen.panel is not None
