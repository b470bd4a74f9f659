"""The soak's figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.soak_report import Point, faults, is_rising, read_log, table, theil_sen_per_h, warmed

CLEAN = {
    "black_frames": 0,
    "captured_frames": 9,
    "exceptions": 0,
    "unexplained_exits": [],
    "workers_lost_unexplained": [],
    "open_files_rising": [],
}


def line(values: list[float], life: int = 1, step_s: float = 10.0) -> list[Point]:
    return [Point(number * step_s, life, value) for number, value in enumerate(values)]


@given(st.floats(-100, 100), st.floats(0, 500))
def test_slope_of_a_straight_line_is_found(slope: float, start: float) -> None:
    found = theil_sen_per_h(line([start + slope * number / 360 for number in range(30)]))
    assert found == pytest.approx(slope, abs=1e-3)


def test_slope_is_not_moved_by_a_few_wild_values() -> None:
    values = [100.0 + number / 360 for number in range(60)]
    values[7], values[30], values[58] = 900.0, 0.0, 700.0
    assert theil_sen_per_h(line(values)) == pytest.approx(1.0, abs=0.2)


def test_slope_is_not_told_from_lives_that_were_short() -> None:
    second = [Point(1000 + p.at, 2, p.value) for p in line([50.0, 90.0] * 5)]
    whole = line([100.0 + number / 360 for number in range(60)])
    assert theil_sen_per_h(whole + second, 300) == pytest.approx(1.0)
    assert theil_sen_per_h(whole + second, 900) is None


def test_slope_compares_nothing_across_a_restart() -> None:
    second = [Point(1000 + p.at, 2, p.value) for p in line([50.0] * 10)]
    assert theil_sen_per_h(line([100.0] * 10) + second) == 0.0


def test_slope_of_a_long_series_is_found_in_reasonable_time() -> None:
    assert theil_sen_per_h(line([number / 360 for number in range(20_000)])) == pytest.approx(1.0, abs=0.01)


def test_first_seconds_of_each_life_are_left_out() -> None:
    second = [Point(1000 + p.at, 2, p.value) for p in line([1.0, 2.0, 3.0])]
    assert [p.value for p in warmed(line([7.0, 8.0, 9.0]) + second, 20)] == [9.0, 3.0]


def test_a_count_that_grows_all_the_time_is_rising_and_one_that_swings_is_not() -> None:
    assert is_rising(line([30.0 + number for number in range(60)]))
    assert not is_rising(line([30.0 + number % 40 for number in range(60)]))
    assert not is_rising(line([30.0] * 10 + [44.0] * 50))


def test_log_tells_exceptions_refusals_and_workers_lost_without_cause() -> None:
    told = read_log(
        [
            "2026-11-24T02:18:41+0000 ERROR player.stage.decoder: worker 12 is gone",
            "2026-11-24T02:18:42+0000 ERROR player.stage.decoder: worker 13 is gone",
            "2026-11-24T02:18:43+0000 WARNING player.content.judge: refused films/a.mp4: empty file (0 bytes)",
            "2026-11-24T02:18:44+0000 ERROR player.app: thread Thread-3 broke",
            "Traceback (most recent call last):",
        ],
        hurt=frozenset({12}),
    )
    assert (told.exceptions, told.errors, told.lost_unexplained) == (1, 1, (13,))
    assert told.refused == {"films/a.mp4"}
    assert told.shapes[0] == (2, "ERROR player.stage.decoder: worker # is gone")


def test_a_clean_soak_has_no_faults_and_each_fault_is_named() -> None:
    assert faults(CLEAN) == []
    for name, value in (
        ("black_frames", 3),
        ("captured_frames", 0),
        ("exceptions", 1),
        ("unexplained_exits", ["player"]),
        ("workers_lost_unexplained", [13]),
        ("open_files_rising", ["screen"]),
    ):
        assert len(faults(CLEAN | {name: value})) == 1


def test_table_shows_every_part_of_a_figure() -> None:
    lines = table({"seconds": 9, "pss_mb": {"screen": 40, "worker": 20}, "faults": [], "at": [1, 2]}).splitlines()
    assert [line.split() for line in lines] == [
        ["seconds", "9"],
        ["pss_mb", "screen", "40"],
        ["worker", "20"],
        ["faults", "-"],
        ["at", "1"],
        ["2"],
    ]
