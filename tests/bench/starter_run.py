"""Plays the starter campaign in a virtual display and reports what was seen from outside.

Usage: python -m tests.bench.starter_run [SECONDS] [--json FILE]; needs Xvfb and ffmpeg. The pixels are read by ffmpeg
at 30 pictures a second, CPU, memory and open files from /proc for the whole process tree, what was cued from the
player's trace, and what should have been cued from `wuzha-player plan`.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from tests.bench.tree import Sample, Tree

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT, GRAB_FPS = 1280, 720, 30
SMALL = (160, 90)
BLACK = 16
LATE_MS = 1000 / 30


@dataclass
class Watch:
    """What the camera and the meter saw."""

    frames: int = 0
    black_at: list[float] = field(default_factory=list)
    first_lit: float | None = None
    samples: list[Sample] = field(default_factory=list)


def film(display: str, watch: Watch, stop: threading.Event) -> subprocess.Popen[bytes]:
    grab = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-framerate", str(GRAB_FPS), "-video_size",
         f"{WIDTH}x{HEIGHT}", "-i", display, "-vf", f"scale={SMALL[0]}:{SMALL[1]}:flags=area", "-pix_fmt", "gray",
         "-f", "rawvideo", "-"],
        stdout=subprocess.PIPE,
    )  # fmt: skip

    def read() -> None:
        assert grab.stdout is not None
        size = SMALL[0] * SMALL[1]
        # The ticker has its own zone below: black is judged by the main zone alone.
        main = SMALL[0] * 80
        while not stop.is_set() and len(picture := grab.stdout.read(size)) == size:
            lit = max(picture[:main]) >= BLACK
            if lit and watch.first_lit is None:
                watch.first_lit = time.monotonic()
            if watch.first_lit is not None:
                watch.frames += 1
                if not lit:
                    watch.black_at.append(time.monotonic())

    threading.Thread(target=read, daemon=True).start()
    return grab


def player(house: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "player", *words, "--config", str(house / "kiosk_config.toml")]


def house_of(folder: Path) -> Path:
    config = (ROOT / "kiosk_config.toml").read_text(encoding="utf-8")
    for name in ("media", "playlists"):
        config = config.replace(f'{name} = ["{name}"]', f'{name} = ["{ROOT / name}"]')
    (folder / "kiosk_config.toml").write_text(config, encoding="utf-8")
    return folder


def turns(trace: Path) -> tuple[dict[str, list[tuple[str, int]]], int, int]:
    """Gives each zone's turns in order, the frames traced and how many came late."""
    lines = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    late = sum(line["late_ms"] > LATE_MS and line["frame"] > 0 for line in lines)
    found = {}
    for zone in {line["zone"] for line in lines}:
        own = [line for line in lines if line["zone"] == zone]
        found[zone] = [(k[1], k[2]) for k, _ in groupby(own, key=lambda d: (d["slot"], d["playlist"], d["item"]))]
    return found, len(lines), late


def planned(house: Path, env: dict[str, str], starts: str, ends: str, zone: str) -> list[tuple[str, int]]:
    done = subprocess.run(
        [*player(house, "plan", "--from", starts, "--to", ends, "--zone", zone, "--json")],
        env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [(row["playlist"], row["item"]) for row in rows]


def run(seconds: float, house: Path) -> dict[str, object]:
    display = f":{200 + os.getpid() % 500}"
    env = {**os.environ, "DISPLAY": display, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    screen = subprocess.Popen(["Xvfb", display, "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nocursor"], **quiet)
    try:
        time.sleep(1)
        # Once through, so that every file has its verdict: what is measured begins with a full house.
        subprocess.run(player(house, "check"), env=env, check=False, **quiet)
        watch, stop = Watch(), threading.Event()
        grab = film(display, watch, stop)
        time.sleep(1)
        log, trace = house / "log.txt", house / "trace.jsonl"
        began, wall = time.monotonic(), time.strftime("%Y-%m-%dT%H:%M:%S%z")
        with log.open("wb") as told:
            words = ("run", "--for", str(seconds), "--trace", str(trace))
            process = subprocess.Popen(player(house, *words), env=env, stderr=told, start_new_session=True)
            tree = Tree(process.pid)
            while process.poll() is None:
                watch.samples.append(tree.sample())
                time.sleep(1)
                if time.monotonic() - began > seconds + 30:
                    os.killpg(process.pid, signal.SIGKILL)
        stop.set()
        grab.kill()
        return report(watch, house, env, wall=wall, began=began, seconds=seconds, code=process.returncode)
    finally:
        screen.terminate()
        screen.wait()


def report(
    watch: Watch, house: Path, env: dict[str, str], *, wall: str, began: float, seconds: float, code: int
) -> dict[str, object]:
    # The window closes at the end of the wanted time; what is black after that is the empty desktop.
    black_at = [at - began for at in watch.black_at if at < began + seconds]
    seen, frames, late = turns(house / "trace.jsonl")
    wall = f"{wall[:-2]}:{wall[-2:]}"
    ends = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(time.time() + 120))
    ends = f"{ends[:-2]}:{ends[-2:]}"
    missed = {}
    for zone, cued in seen.items():
        wanted = planned(house, env, wall, ends, zone)[: len(cued)]
        missed[zone] = sum(a != b for a, b in zip(cued, wanted, strict=False)) + max(0, len(cued) - len(wanted))
    steady = [s for s in watch.samples[5:-2] if s.pss_mb > 0]
    tenth = max(1, len(steady) // 10)
    first, last = (statistics.median(s.pss_mb for s in part) for part in (steady[:tenth], steady[-tenth:]))
    log = (house / "log.txt").read_text(errors="replace")
    span_h = (steady[-1].at - steady[0].at) / 3600
    return {
        "seconds": seconds,
        "exit_code": code,
        "first_picture_s": round((watch.first_lit or 0) - began, 3),
        "captured_frames": watch.frames,
        "black_frames": len(black_at),
        "black_at_s": [round(at, 2) for at in black_at[:10]],
        "presented_frames": frames,
        "late_frames": late,
        "turns": {zone: len(cued) for zone, cued in seen.items()},
        "turns_not_as_planned": missed,
        "cpu_of_a_core": round((steady[-1].cpu_s - steady[0].cpu_s) / (steady[-1].at - steady[0].at), 3),
        "pss_mb_median": round(statistics.median(s.pss_mb for s in steady), 1),
        "pss_mb_by_minute": [
            round(statistics.median(s.pss_mb for s in minute), 1)
            for _, minute in ((k, list(g)) for k, g in groupby(steady, key=lambda s: int((s.at - began) / 60)))
        ],
        "pss_mb_peak": round(max(s.pss_mb for s in watch.samples), 1),
        "pss_mb_first_and_last_tenth": [round(first, 1), round(last, 1)],
        "pss_slope_mb_per_h": round((last - first) / span_h, 1),
        "open_files_first_last": [steady[0].files, steady[-1].files],
        "processes_ever": len(frozenset().union(*(s.pids for s in watch.samples))),
        "exceptions": log.count("Traceback"),
        "errors": log.count(" ERROR "),
        "warnings": [line for line in log.splitlines() if " WARNING " in line][:10],
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seconds", nargs="?", type=float, default=600.0)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(chosen.seconds, house_of(Path(folder)))
    for name, value in figures.items():
        print(f"{name:30} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
