"""A folder with what our player needs to play given files: configuration, media, playlists, state; and its commands."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TICKER_HEIGHT = 64
TICKER_TEXT = "不轻信　不透露　不转账　陌生来电要小心　反诈专线 96110　刷单返利都是诈骗　转账之前先核实"


def build(
    folder: Path, files: Sequence[Path], canvas: tuple[int, int], *, dwell_s: float = 2, ticker: bool = False
) -> Path:
    """Makes the folder and has its files checked, so that what is measured begins with verdicts at hand."""
    for name in ("media", "playlists"):
        (folder / name).mkdir(parents=True)
    for file in files:
        _place(file, folder / "media" / file.name)
    (folder / "kiosk_config.toml").write_text(_config(canvas, ticker), encoding="utf-8")
    (folder / "playlists" / "main.toml").write_text(_main_playlist(files, dwell_s), encoding="utf-8")
    if ticker:
        text = f'zone = "ticker"\n\n[[item]]\nticker = true\ntext = "{TICKER_TEXT}"\n'
        (folder / "playlists" / "ticker.toml").write_text(text, encoding="utf-8")
    done = subprocess.run(command("check", folder), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"check refused the bench's own files:\n{done.stdout}{done.stderr}")
    return folder


def command(verb: str, folder: Path, *words: str) -> list[str]:
    """Gives the command line that people type."""
    return [sys.executable, "-m", "player", verb, *words, "--config", str(folder / "kiosk_config.toml")]


def _place(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        shutil.copy(file, target)


def _config(canvas: tuple[int, int], ticker: bool) -> str:
    width, height = canvas
    lines = ["[screen]", 'id = "bench-1"', f"canvas = [{width}, {height}]", "[sound]", "quiet = []"]
    if ticker:
        above = height - TICKER_HEIGHT
        lines += ["[[zone]]", 'name = "main"', f"box = [0, 0, {width}, {above}]"]
        lines += ["[[zone]]", 'name = "ticker"', f"box = [0, {above}, {width}, {TICKER_HEIGHT}]"]
    return "\n".join(lines) + "\n"


def _main_playlist(files: Sequence[Path], dwell_s: float) -> str:
    lines = ['transition = "cut"']
    for file in files:
        lines += ["", "[[item]]", f'media = "{file.name}"']
        if file.suffix in (".png", ".jpg"):
            lines.append(f"dwell_s = {dwell_s}")
    return "\n".join(lines) + "\n"
