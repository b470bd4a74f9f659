"""The bench's sums, by examples: what it counts, what it must not count."""

import json
from array import array
from itertools import chain

import pytest

from tests.bench import figures
from tests.bench.figures import Block

BLOCK = 1024


def frames(*runs: tuple[float, int], fps: int = 60) -> list[tuple[float, float]]:
    values = chain.from_iterable([value] * count for value, count in runs)
    return [(number / fps, value) for number, value in enumerate(values)]


def sounding(onsets: list[int], samples: int, first_at: float = 10.0) -> list[Block]:
    """Blocks of silence with a tenth of a second of 1 kHz square wave from each onset, in samples."""
    wave = array("h", bytes(4 * samples))
    for onset in onsets:
        for i in range(onset, min(onset + 4800, samples)):
            wave[2 * i] = wave[2 * i + 1] = 20_000 if (i - onset) // 24 % 2 == 0 else -20_000
    data = wave.tobytes()
    return [
        Block(first_at + i / figures.RATE_HZ, data[4 * i : 4 * (i + BLOCK)]) for i in range(0, samples, BLOCK)
    ]  # fmt: skip


def test_a_leak_of_a_mb_a_minute_is_sixty_an_hour() -> None:
    assert figures.slope_mb_per_h([(60.0 * i, 100.0 + i) for i in range(10)]) == pytest.approx(60.0)


def test_memory_that_swings_about_a_middle_has_hardly_a_slope() -> None:
    points = [(float(i), 100.0 + (i % 2)) for i in range(1000)]
    assert abs(figures.slope_mb_per_h(points)) < 0.02


def test_black_and_foreign_frames_count_from_the_first_item_on() -> None:
    before = [(0.0, 0.0)] * 5 + [(255.0, 255.0)]
    shown = [(60.0, 240.0), (0.0, 3.0), (100.0, 240.0), (20.0, 200.0), (80.0, 240.0), (61.0, 240.0)]
    assert figures.strange_frames(before + shown, (60, 100)) == (1, 2, 2)


def test_a_steady_film_has_no_stutter_and_every_picture_is_seen() -> None:
    shown = figures.pace(frames(*((n, 2) for n in range(30))), 1 / 30)
    assert (shown.different, shown.stutters, shown.blind) == (29, 0, 0)


def test_a_picture_that_stands_twice_as_long_is_a_stutter() -> None:
    shown = figures.pace(frames((1, 2), (2, 4), (3, 2), (4, 2)), 1 / 30)
    assert (shown.different, shown.stutters, shown.longest_hold_ms) == (3, 1, pytest.approx(66.7, abs=0.1))


def test_a_camera_that_was_held_up_says_so() -> None:
    seen = frames((1, 2), (2, 2), (3, 2))
    assert figures.pace([*seen, (seen[-1][0] + 0.1, 4)], 1 / 30).blind == 1


def test_a_trace_gives_late_frames_and_those_left_out_of_one_zone() -> None:
    def line(slot: int, frame: int, late_ms: float = 0.0, zone: str = "main") -> str:
        return json.dumps({"zone": zone, "slot": slot, "frame": frame, "late_ms": late_ms})

    lines = [line(1, 0, 900.0), line(1, 1, 30.0), line(1, 4, 40.0), line(2, 0), line(2, 1), line(9, 5, 99.0, "ticker")]
    lines.append(json.dumps({"dropped": 3}))
    assert figures.read_trace(lines, "main", 1 / 30) == figures.Traced(frames=5, late=1, dropped=2)
    assert figures.read_trace(lines, "main", 1 / 30, whole=6).dropped == 3


def test_a_beep_is_heard_at_its_sample_wherever_its_block_begins() -> None:
    heard = figures.beeps(sounding([24_000, 72_000], 96_000))
    assert heard == pytest.approx([10.5, 11.5], abs=1e-4)


def test_of_blocks_written_together_only_the_last_is_of_that_moment() -> None:
    reads = [Block(1.0, b"a" * 4096), Block(1.001, b"b" * 8192), Block(1.1, b"c" * 4096)]
    blocks = figures.untangled(reads, 4096)
    assert [block.data[:1] for block in blocks] == [b"a", b"b", b"b", b"c"]
    assert [block.at for block in blocks] == pytest.approx([1.0 - 2 * 1024 / 48_000, 1.0 - 1024 / 48_000, 1.0, 1.1])


def test_one_beep_is_heard_once_though_its_wave_goes_through_zero() -> None:
    assert len(figures.beeps(sounding([1000], 48_000))) == 1


def test_a_flash_stands_between_the_last_dark_frame_and_the_first_bright_one() -> None:
    assert figures.flashes([(1.0, 48.0), (1.1, 48.0), (1.2, 255.0), (1.3, 255.0), (1.4, 48.0)]) == pytest.approx([1.15])


def test_late_sound_is_positive_and_a_flash_without_sound_is_left_out() -> None:
    assert figures.offsets_ms([1.02, 1.99], [1.0, 2.0, 3.0]) == pytest.approx([20.0, -10.0])


def test_a_second_of_cpu_in_four_is_a_quarter_of_a_core() -> None:
    assert figures.cpu_share([(10.0, 5.0), (14.0, 6.0)]) == pytest.approx(0.25)
