"""Windows as people write them: the one that was surely meant, or none; never one that plays at another time of day."""

import pytest

from signage.mending import window


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("下午2:00-5:00", "14:00-17:00"), ("晚上8点到10点", "20:00-22:00"), ("晚8:00-9:00", "20:00-21:00"),
        ("中午12点-2点", "12:00-14:00"), ("下午2点半-5点半", "14:30-17:30"), ("PM 2:00-5:00", "14:00-17:00"),
        ("8点-下午5点", "08:00-17:00"), ("9:00am-5:00pm", "09:00-17:00"), ("早8点到晚10点", "08:00-22:00"),
        ("晚上8点-早上6点", "20:00-06:00"), ("夜里11点-凌晨1点", "23:00-01:00"), ("晚上8点-晚上12点", "20:00-24:00"),
        ("上午9点-11点", "09:00-11:00"), ("22点-6点", "22:00-06:00"), ("7点至21点半", "07:00-21:30"),
    ],
)  # fmt: skip
def test_a_word_for_the_half_of_the_day_counts_for_both_times(written: str, meant: str) -> None:
    assert window(written) == meant


@pytest.mark.parametrize(
    "written",
    ["晚上12点-1点", "上午9点-5点", "2点-下午5点", "8点-5点", "12点-2点", "晚上2点-4点", "晚上8点-6点", "12am-5am"],
)
def test_where_nobody_can_tell_which_half_is_meant_nothing_is_proposed(written: str) -> None:
    assert window(written) == ""
