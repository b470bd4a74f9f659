"""The next item is decoded and waits before the present one ends."""

import statistics
from pathlib import Path

import pytest

from tests.flows.gapless import make_media, playlist
from tests.flows.stagehand import Stagehand, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(60)]
TWO_FRAMES_MS = 2000 / 30


def test_items_of_one_second_come_on_within_two_frames_of_their_time(needs, tmp_path: Path) -> None:
    needs("Xvfb", "ffmpeg")
    stage = Stagehand(tmp_path)
    make_media(stage.media)
    stage.playlist("main", playlist("cut", 1.0))

    def first_frames() -> list[float]:
        late: dict[float, float] = {}
        for line in stage.traced():
            if line["playlist"] == "main":
                late.setdefault(line["slot"], line["late_ms"])
        return list(late.values())

    with stage:
        wait_until(lambda: len(first_frames()) > 12, 40, "a dozen items")
        late = first_frames()[1:13]
    assert statistics.median(late) <= TWO_FRAMES_MS
