"""A small screen in an empty folder, and the command line as a person runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

CONFIG = """
[screen]
id = "sq-test"
title = "测试屏"
canvas = [320, 180]
[site]
kind = "square"
village = "石桥村"
[site.variables]
grid_phone = "0518-1234567"
"""
PLAYLIST = """
title = "示例"
dwell_s = 15
transition = "cut"
[[item]]
media = "posters/*.png"
[[item]]
card = "contact"
text = "网格员 {grid_phone}"
"""
Wuzha = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a configuration, one playlist and two pictures."""
    (tmp_path / "media" / "posters").mkdir(parents=True)
    (tmp_path / "playlists").mkdir()
    (tmp_path / "kiosk_config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "playlists" / "main.toml").write_text(PLAYLIST, encoding="utf-8")
    for number, colour in ((1, "red"), (2, "blue")):
        Image.new("RGB", (64, 36), colour).save(tmp_path / "media" / "posters" / f"{number}.png")
    return tmp_path


@pytest.fixture
def wuzha(house: Path) -> Wuzha:
    """Runs `wuzha-player` in the house, without a display, and gives what it printed."""
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    root = Path(__file__).parents[3]

    def run(*words: str, timeout_s: float = 50.0, text: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "player", *words],
            cwd=house,
            env={**clean, "PYTHONPATH": str(root), "SDL_AUDIODRIVER": "dummy", **env},
            capture_output=True,
            text=text,
            timeout=timeout_s,
            check=False,
        )

    return run
