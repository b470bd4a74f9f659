"""A sound device that goes is said and written down once, and so is its return."""

import pytest

from player.sound.device_watch import HOLD_S, DeviceWatch, DeviceWord, device_trouble, device_word
from player.sound.report import DeviceLost, DeviceOpened

THERE, DUMMY, GONE = (
    DeviceOpened("pulseaudio", "Speakers"),
    DeviceOpened("pulseaudio", "Dummy Output"),
    DeviceLost("no such device"),
)


def test_a_device_that_is_away_for_a_moment_is_no_event() -> None:
    watch = DeviceWatch()
    assert [watch.take(now, word, GONE) for now, word in ((1.0, "gone"), (2.5, "there"), (3.5, "gone"))] == [None] * 3
    assert watch.trouble is None


def test_a_device_that_goes_and_comes_back_is_two_events_and_a_trouble_in_between() -> None:
    watch = DeviceWatch()
    watch.take(1.0, "gone", GONE)
    assert watch.take(1.0 + HOLD_S, "gone", GONE) == {"device": "gone", "was": "there"}
    assert watch.trouble is not None
    assert "no such device" in watch.trouble.en
    assert watch.take(9.0, "unknown", GONE) is None, "silence says nothing of the device"
    watch.take(10.0, "there", THERE)
    assert watch.take(10.0 + HOLD_S, "there", THERE) == {"device": "there", "was": "gone"}
    assert watch.trouble is None


@pytest.mark.parametrize(
    ("report", "is_open", "word"),
    [
        (None, False, "gone"),
        (GONE, False, "gone"),
        (THERE, True, "there"),
        (THERE, False, "gone"),
        (DUMMY, True, "dummy"),
    ],
)
def test_a_word_for_each_state_of_a_device(
    report: DeviceOpened | DeviceLost | None, is_open: bool, word: DeviceWord
) -> None:
    assert device_word(report, is_open=is_open) == word


def test_a_sound_server_without_a_card_is_no_device_that_anybody_hears() -> None:
    trouble = device_trouble("dummy", DUMMY)
    assert trouble is not None
    assert "声卡" in trouble.zh
