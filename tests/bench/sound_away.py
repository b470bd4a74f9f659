"""Takes the sound device away from a running player again and again: is it heard again, and does the picture live?

`python -m tests.bench.sound_away [--rounds N]`; each round is one of: both sinks at once, the only sink, the server.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.display import Display
from tests.sound_server import SoundServer

ROOT = Path(__file__).parents[2]
WAYS = ("both sinks at once", "the only sink", "the server")
PATIENCE_S = 10.0


def main() -> int:
    """Runs the rounds and prints what came of them; 1 when a screen process died or nothing was heard again."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--no-stand-in", action="store_true", help="a server that has no dummy in place of a sink")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, Display((320, 180)) as display:
        return _run(Path(folder), display.name, chosen.rounds, stand_in=not chosen.no_stand_in)


def _run(folder: Path, display: str, rounds: int, *, stand_in: bool) -> int:
    write_scene(folder)
    server = SoundServer(folder / "pulse", stand_in=stand_in)
    server.start("one", "two")
    env = server.environment | {"DISPLAY": display, "SDL_VIDEODRIVER": "x11", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "player", "run", "--config", str(folder / "kiosk_config.toml")]
    with (folder / "log").open("wb") as log:
        player = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        first = server.hears("one", 30.0)
        screen = screen_process(player.pid)
        print(f"heard after {first} s; screen process {screen}", flush=True)
        found: list[float | None] = []
        for n in range(rounds):
            way = WAYS[n % len(WAYS)]
            take_away(server, way)
            time.sleep(0.2 + n % 7 * 0.3)
            bring_back(server, way)
            found.append(server.hears("one", PATIENCE_S))
            print(n + 1, way, found[-1], flush=True)
            if screen_process(player.pid) != screen:
                print("the screen process died")
                return 1
        heard = [each for each in found if each is not None]
        silent = len(found) - len(heard)
        print(json.dumps({
            "rounds": rounds, "deaths": 0, "silent": silent, "late": sum(each > 2.0 for each in heard),
            "median_s": round(statistics.median(heard), 2), "longest_s": round(max(heard), 2),
        }))  # fmt: skip
        return 1 if silent else 0
    finally:
        player.terminate()
        player.wait()
        server.kill()
        sys.stdout.write((folder / "log").read_text(errors="replace")[-3000:])


def take_away(server: SoundServer, way: str) -> None:
    """Takes the device away."""
    if way == "the server":
        server.kill()
    else:
        server.unplug()


def bring_back(server: SoundServer, way: str) -> None:
    """Brings it back, as it is to be before the next round."""
    if way == "the server":
        server.start("one", "two")
    else:
        server.plug("one", *(("two",) if way != "both sinks at once" else ()))


def screen_process(supervisor: int) -> int | None:
    """Returns the process that draws."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent == supervisor and b"--watched" in words:
                return int(entry.name)
    return None


def write_scene(folder: Path) -> None:
    """Makes a folder with a film that sounds all the time."""
    (folder / "media").mkdir(parents=True)
    (folder / "playlists").mkdir()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i",
         "sine=440:r=48000", "-t", "10", "-pix_fmt", "yuv420p", os.fspath(folder / "media/film.mp4")], check=True,
    )  # fmt: skip
    (folder / "playlists/all.toml").write_text('[[item]]\nmedia = "film.mp4"\n')
    (folder / "kiosk_config.toml").write_text(
        '[screen]\nid = "sound-1"\ncanvas = [320, 180]\n[sound]\nquiet = []\n', encoding="utf-8"
    )


if __name__ == "__main__":
    raise SystemExit(main())
