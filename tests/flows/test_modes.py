"""The display changes its mode while the player plays: nothing stops or begins again."""

import os
import subprocess
from pathlib import Path

import pytest
from PIL import ImageGrab

from tests.bench.display import Display
from tests.flows.judge import flat, verdicts
from tests.flows.stagehand import TICKER, Stagehand, film, picture, wait_until
from tests.pluggable_display import DRIVER, PluggableDisplay

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("capture"), pytest.mark.timeout(90)]

FILM, STILL = (40, 180, 190), (210, 40, 40)
LARGE, SMALL = (800, 600), (640, 480)
CHANGES = (SMALL, LARGE, SMALL, LARGE)


def change_mode(stage: Stagehand, size: tuple[int, int]) -> None:
    subprocess.run(["xrandr", "-display", stage.display, "-s", f"{size[0]}x{size[1]}"], check=True)


@pytest.mark.parametrize("fullscreen", [False, True])
def test_the_player_goes_on_with_what_it_plays_through_a_change_of_mode_and_back(
    tmp_path: Path, needs, fullscreen: bool
) -> None:
    needs("Xvnc", "xrandr")
    stage = Stagehand(tmp_path, ticker=True, display=Display(LARGE, resizable=True))
    film(stage.media / "film.mp4", FILM, seconds=4)
    picture(stage.media / "still.png", STILL)
    stage.playlist("main", 'transition = "cut"\nfit = "stretch"\ndwell_s = 2\n[[item]]\nmedia = "*.*"\n')
    stage.playlist("ticker", TICKER.format("不轻信　不透露　不转账"))
    config = tmp_path / "kiosk_config.toml"
    wanted = f"[screen]\nfullscreen = {str(fullscreen).lower()}\n"
    config.write_text(config.read_text(encoding="utf-8").replace("[screen]\n", wanted), encoding="utf-8")
    with stage:
        wait_until(lambda: stage.traced() and stage.traced()[-1]["frame"] > 10, 25, "the film runs")
        with stage.film() as camera:
            for size in CHANGES:
                change_mode(stage, size)
                frames = len(stage.traced())
                wait_until(lambda frames=frames: len(stage.traced()) > frames + 20, 15, "more of the film")
            seen = [frame.value for frame in camera.seen()]
        slots = [line["slot"] for line in stage.traced()]
    total, black, foreign = verdicts(seen, [flat(FILM), flat(STILL)])
    assert total > 60
    assert foreign == 0
    assert black <= len(CHANGES), "a new frame buffer is black until the player has drawn into it again"
    assert slots == sorted(slots), "no slot is begun again"
    assert stage.log.count("display open") == 1


def colour_at(stage: Stagehand, x: int, y: int) -> object:
    return ImageGrab.grab(xdisplay=stage.display).getpixel((x, y))


def test_a_display_smaller_than_the_canvas_shows_a_part_and_the_whole_once_it_is_larger(
    tmp_path: Path, needs, monkeypatch
) -> None:
    needs("Xvnc", "xrandr")
    stage = Stagehand(tmp_path, display=Display((512, 300), resizable=True))
    picture(stage.media / "still.png", STILL)
    stage.playlist("main", 'fit = "stretch"\ndwell_s = 600\n[[item]]\nmedia = "still.png"\n')
    config = tmp_path / "kiosk_config.toml"
    text = config.read_text(encoding="utf-8").replace("[screen]\n", "[screen]\nfullscreen = true\n")
    config.write_text(text, encoding="utf-8")
    with stage:
        wait_until(lambda: colour_at(stage, 511, 299) == STILL, 25, "the picture on what there is")
        wait_until(lambda: "shows what is played" in stage.log, 15, "what is seen of it counts as seen")
        monkeypatch.setenv("DISPLAY", stage.display)
        page = stage.command("doctor").stdout
        assert "[注意] 显示：显示屏放不下整个画布" in page, page
        change_mode(stage, LARGE)
        wait_until(lambda: colour_at(stage, 639, 359) == STILL, 15, "what had no room before")
        assert "starting it again" not in stage.log


def test_a_display_that_was_plugged_in_after_the_x_server_began_gets_the_picture_by_itself(
    tmp_path: Path, needs
) -> None:
    needs("Xorg", "xrandr")
    if os.geteuid() != 0 or not DRIVER.exists():
        pytest.skip("Xorg's dummy driver, and root, are needed")
    stage = Stagehand(tmp_path / "stage", display=PluggableDisplay(tmp_path))
    picture(stage.media / "still.png", STILL)
    stage.playlist("main", 'fit = "stretch"\ndwell_s = 600\n[[item]]\nmedia = "still.png"\n')
    config = stage.folder / "kiosk_config.toml"
    text = config.read_text(encoding="utf-8").replace("[screen]\n", "[screen]\nfullscreen = true\n")
    config.write_text(text, encoding="utf-8")
    with stage:
        wait_until(lambda: "plugged in at DUMMY0" in stage.log, 40, "the display is lit")
        wait_until(lambda: colour_at(stage, 639, 359) == STILL, 40, "the whole picture")
        assert "starting it again" not in stage.log
