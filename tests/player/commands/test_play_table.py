"""A clerk opens the table of plays in a Chinese Excel and can use it: days, times, and words that she reads."""

import datetime as dt
from typing import get_args

import msgspec
import pytest

from player.commands.play_table import CLOCKS, COLUMNS, OUTCOMES, PRESENTED, RANKS, REASONS, SHOWS, key_cell, play_cells
from player.loop import SKIPPED, SKIPPED_AFAR
from signage.ledger import Outcome, PlayRecord
from signage.playlist import RANKS as KNOWN_RANKS
from signage.presented import Presented
from signage.slot import CutReason
from signage.timefloor import ClockQuality

PLAY = PlayRecord(
    seq=9, at="2026-12-31T23:59:58.750+08:00", boot="b", mono_ms=1, clock="unsynced", zone="main", rank="broadcast",
    playlist="早间", item=3, shows="video", media="a.mp4", planned_ms=15_000, actual_ms=14_960, outcome="cut",
    reason="window", presented="covered",
)  # fmt: skip


def cells(play: PlayRecord, epoch: str = "ab12") -> dict[str, object]:
    return dict(zip(COLUMNS, play_cells(epoch, play), strict=True))


def test_day_and_time_stand_in_columns_of_their_own_as_excel_reads_them() -> None:
    found = cells(PLAY)
    assert (found["日期"], found["时间"]) == ("2026-12-31", "23:59:58")
    dt.date.fromisoformat(str(found["日期"]))
    dt.time.fromisoformat(str(found["时间"]))


def test_every_value_is_a_chinese_word_a_name_or_a_number() -> None:
    found = cells(PLAY)
    for column, value in {
        "级别": "广播", "类型": "视频", "结果": "中断", "原因": "到了时间", "呈现": "被遮住", "时钟": "时钟未校准",
        "计划秒": 15.0, "实际秒": 15.0, "条目": 3, "发布号": "",
    }.items():  # fmt: skip
        assert found[column] == value


def test_nothing_that_the_ledger_can_say_is_left_in_english() -> None:
    assert RANKS.keys() == set(KNOWN_RANKS)
    assert OUTCOMES.keys() == set(get_args(Outcome))
    assert PRESENTED.keys() == set(get_args(Presented))
    assert CLOCKS.keys() == set(get_args(ClockQuality))
    assert REASONS.keys() >= {*get_args(CutReason), SKIPPED, SKIPPED_AFAR}
    assert SHOWS.keys() >= {"image", "video", "audio", "card", "ticker"}


def test_what_nobody_knows_is_an_empty_cell() -> None:
    assert cells(msgspec.structs.replace(PLAY, actual_ms=None))["实际秒"] == ""


@pytest.mark.parametrize("epoch", ["1234567890123456", "12345e6789012345"])
def test_a_name_of_digits_is_not_taken_for_a_number(epoch: str) -> None:
    assert cells(PLAY, epoch)["段"] == f"'{epoch}"


@pytest.mark.parametrize(
    ("by", "key", "shown"),
    [
        ("hour", "2026-06-06T07", "2026-06-06 07:00"),
        ("outcome", "complete", "完整"),
        ("outcome", "cut: window", "中断：到了时间"),
        ("presented", "no-display", "没有显示屏"),
        ("day", "2026-06-06", "2026-06-06"),
    ],
)
def test_what_was_counted_by_reads_the_same_way(by: str, key: str, shown: str) -> None:
    assert key_cell(by, key) == shown  # type: ignore[arg-type]
