"""Two minutes of the soak, and the parts of it that decide."""

import random
from pathlib import Path

import pytest

from tests.bench.soak import soak
from tests.bench.soak_events import dealt
from tests.bench.soak_eye import BLACK, GAP_LIMIT_S, SMALL, Eye
from tests.bench.soak_meter import Process, roles

SECONDS, SEED = 120, 96110


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_two_minutes_of_trouble_show_no_black_frame_and_end_with_the_player_alive(tmp_path: Path, needs) -> None:
    needs("Xvfb", "ffmpeg", "faketime")

    figures = soak(SECONDS, SEED, tmp_path)

    assert figures["faults"] == []
    assert figures["black_frames"] == 0
    assert figures["captured_frames"] > SECONDS * 20
    assert figures["exceptions"] == 0
    assert not figures["events_left_out"]
    assert set(figures["kinds"]) <= set(figures["events"])
    assert {kind: told.split(" of ")[0] != "0" for kind, told in figures["bad_files_refused"].items()} == dict.fromkeys(
        ("half.png", "half.mp4", "text.mp4", "empty.png", "pipe.png"), True
    )
    assert figures["restart_gaps_s"]
    assert figures["alive_at_the_end"]
    assert figures["exit_code"] == 0


def eye() -> Eye:
    return Eye(lambda: True)


def grey(level: int) -> bytes:
    return bytes([level]) * (SMALL[0] * SMALL[1])


def test_black_counts_only_after_the_first_picture() -> None:
    seen = eye()
    for at, level in enumerate((0, 0, 99, BLACK - 1, 99)):
        seen.take(grey(level), at / 60)
    assert (seen.frames, seen.black) == (3, 1)


def test_black_after_a_killed_screen_process_is_a_gap_and_its_length_is_known() -> None:
    seen = eye()
    seen.take(grey(99), 0.0)
    seen.expect_gap(0.1)
    for at, level in ((0.12, 99), (0.2, 0), (0.3, 0), (0.9, 99), (1.0, 0)):
        seen.take(grey(level), at)
    assert (seen.gap_black, seen.black) == (2, 1)
    assert seen.gaps_s == [pytest.approx(0.8)]


def test_a_screen_process_that_stays_away_is_black() -> None:
    seen = eye()
    seen.take(grey(99), 0.0)
    seen.expect_gap(0.0)
    for at in (1.0, GAP_LIMIT_S + 1, GAP_LIMIT_S + 2):
        seen.take(grey(0), at)
    assert (seen.gap_black, seen.black) == (1, 2)


def test_a_film_that_stands_is_noticed_and_excused_only_after_trouble() -> None:
    seen = eye()
    for at in (100.0, 100.4, 100.8):
        seen.take(grey(99), at)
    seen.take(grey(98), 101.0)
    seen.excuse(101.0)
    seen.take(grey(98), 103.0)
    assert seen.long_holds == 2
    assert seen.longest_hold_s == pytest.approx(2.0)
    assert seen.longest_calm_hold_s == pytest.approx(0.8)


def test_roles_are_told_with_and_without_a_supervisor() -> None:
    server, worker = "python -m player.decode.forkserver", "python -m player.decode.worker"
    alone = {1: Process(1, 0, "python -m player run"), 2: Process(2, 1, server), 3: Process(3, 2, server)}
    assert roles(1, alone) == {1: "screen", 2: "fork server", 3: "worker"}
    watched = {1: Process(1, 0, "python -m player run"), 5: Process(5, 1, "python -m player run --watched")}
    watched[6] = Process(6, 5, watched[5].words)  # forked, and not yet what it will be
    watched |= {2: Process(2, 5, server), 3: Process(3, 2, server), 4: Process(4, 5, worker)}
    assert roles(1, watched) == {
        1: "supervisor",
        5: "screen",
        6: "other",
        2: "fork server",
        3: "worker",
        4: "worker",
    }


def test_every_kind_of_trouble_is_dealt_before_one_comes_again() -> None:
    cards = dealt(("a", "b", "c"), random.Random(3))
    assert [sorted(next(cards) for _ in range(3)) for _ in range(4)] == [["a", "b", "c"]] * 4
