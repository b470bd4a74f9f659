"""Plays for hours while files, playlists, processes and the clock misbehave, and reports what was seen from outside.

Usage: python -m tests.bench.soak [--hours N | --seconds N] [--seed N] [--json FILE] [--keep FOLDER]. Needs Xvfb and
ffmpeg; as root the player has no network, and with libfaketime (Debian: faketime) its wall clock jumps. The exit code
is 1 when a frame was black, a process ended or an exception came without cause, or open files rose.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.soak_events import Events
from tests.bench.soak_eye import Eye, TraceTap
from tests.bench.soak_ground import ROOT, display, faked_clock, walls
from tests.bench.soak_house import House, build
from tests.bench.soak_meter import ROLES, Meter, state
from tests.bench.soak_report import LEAST_LIFE_S, Point, faults, is_rising, read_log, table, theil_sen_per_h, warmed

SAMPLE_S = 10.0
CALM_S = (2.0, 5.0)
"""Between two things that happen."""
SETTLE_S = 8.0
"""At the start and at the end nothing happens for so long."""
COSTS = (
    "pss_mb",
    "pss_without_rings_mb",
    "pss_slope_mb_per_h",
    "pss_without_rings_slope_mb_per_h",
    "rings_first_last",
    "open_files_first_last",
    "threads_first_last",
)
"""By role; open files and mapped rings must not rise."""


class Soak:
    """One run."""

    def __init__(self, folder: Path, seed: int, parts: ExitStack) -> None:
        self._rng = random.Random(seed)
        self.house: House = build(folder / "house", self._rng)
        self._network_words = walls()
        clock_file = folder / "clock"
        clock = faked_clock(clock_file)
        self._trace = TraceTap(folder / "trace")
        parts.callback(self._trace.close)
        name = parts.enter_context(display())
        self._eye = Eye(lambda: self._trace.playlist == "films")
        self._eye.open(name)
        parts.callback(self._eye.close)
        self._log = folder / "log.txt"
        env = {**os.environ, "PYTHONPATH": str(ROOT), "DISPLAY": name, "SDL_AUDIODRIVER": "dummy", **(clock or {})}
        words = [
            sys.executable,
            "-m",
            "player",
            "run",
            "--config",
            str(self.house.config),
            "--trace",
            str(folder / "trace"),
        ]
        self._began = time.monotonic()
        with self._log.open("wb") as told:
            self._player = subprocess.Popen(
                [*self._network_words, *words], env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=told, stderr=told,
                start_new_session=True,
            )  # fmt: skip
        parts.callback(self._end)
        self._meter = Meter(self._player.pid)
        self._events = Events(self.house, self._meter, self._rng, clock_file if clock else None)
        self._events.on_screen_kill = self._eye.expect_gap
        self._events.on_trouble = self._eye.excuse
        self._first_s = 0.0
        self._unexplained: list[str] = []

    def run(self, seconds: float) -> dict[str, object]:
        """Lets it play and gives the figures; ends early when the player does."""
        self._eye.lit.wait(20)
        self._first_s = time.monotonic() - self._began
        until = self._began + seconds
        event_at, sample_at = time.monotonic() + SETTLE_S, time.monotonic()
        while (now := time.monotonic()) < until and self._player.poll() is None:
            if now >= sample_at:
                self._meter.sample(now)
                sample_at = now + min(SAMPLE_S, seconds / 24)
            if event_at <= now < until - SETTLE_S:
                kind = self._events.happen()
                event_at = now if kind is None else time.monotonic() + self._rng.uniform(*CALM_S)
                if kind:
                    print(f"{time.monotonic() - self._began:9.1f} s  {kind}", file=sys.stderr, flush=True)
            time.sleep(max(0.05, min(event_at, sample_at, until) - time.monotonic()) if event_at > now else 0.05)
        return self._figures(seconds)

    def _end(self) -> None:
        if self._player.poll() is None:
            os.killpg(self._player.pid, signal.SIGKILL)
            self._player.wait()

    def _stop(self) -> tuple[bool, int]:
        """Ends the player as the service manager does; says whether it lived until then, and its exit code."""
        alive = self._player.poll() is None
        if alive:
            self._player.terminate()
            try:
                self._player.wait(20)
            except subprocess.TimeoutExpired:
                self._unexplained.append("did not end when asked")
                self._end()
        return alive, self._player.returncode

    def _figures(self, seconds: float) -> dict[str, object]:
        now = self._meter.look()
        left_stopped = [pid for pid in now["worker"] if state(pid) in "tT" and state(pid)]
        self._eye.close()
        alive, code = self._stop()
        left_over = self._meter.left_over()
        if left_over:
            self._unexplained.append(f"did not end with the player: {left_over}")
        if not alive or code != 0:
            self._unexplained.append(f"player, exit code {code}{'' if alive else ' before its time'}")
        strange = len(self._meter.ever["screen"]) - 1 - len(self._events.screens_killed)
        if strange > 0:
            self._unexplained.append(f"{strange} screen processes")
        told = read_log(self._log.read_text(errors="replace").splitlines(), frozenset(self._events.hurt))
        refused = told.refused | self._named_by_check()
        bad = {kind: f"{len(names & refused)} of {len(names)}" for kind, names in self._events.bad_names.items()}
        eye, trace = self._eye, self._trace
        figures: dict[str, object] = {
            "seconds": round(time.monotonic() - self._began),
            "network": "off" if self._network_words else "was not off: no right to make a namespace",
            "kinds": list(self._events.kinds),
            "events": dict(sorted(self._events.counts.items())),
            "events_left_out": dict(self._events.left_out),
            "first_picture_s": round(self._first_s, 2),
            "captured_frames": eye.frames,
            "black_frames": eye.black,
            "black_at_s": [round(at - self._began, 2) for at in eye.black_at],
            "restart_gaps_s": [round(gap, 2) for gap in eye.gaps_s],
            "restart_gap_frames": eye.gap_black,
            "film_frames_captured": eye.moving_frames,
            "longest_film_hold_s": round(eye.longest_hold_s, 2),
            "longest_film_hold_at_s": round(eye.longest_hold_at - self._began, 1) if eye.longest_hold_s else None,
            "film_holds_over_500_ms": eye.long_holds,
            "longest_calm_hold_s": round(eye.longest_calm_hold_s, 2),
            "presented_frames": trace.frames,
            "late_frames": trace.late,
            "worst_late_ms": round(trace.worst_late_ms, 1),
            "trace_lines_lost": trace.dropped + trace.broken_lines,
            "turns": dict(sorted(trace.turns.items())),
            **self._costs(seconds),
            "processes_ever": {role: len(self._meter.ever[role]) for role in ROLES},
            "workers_hurt": len(self._events.hurt),
            "workers_left_stopped": left_stopped,
            "workers_lost_unexplained": list(told.lost_unexplained),
            "bad_files_refused": bad,
            "exceptions": told.exceptions,
            "other_errors": list(told.unexpected),
            "log_lines": [f"{count:6} × {shape}" for count, shape in told.shapes],
            "alive_at_the_end": alive,
            "exit_code": code,
            "unexplained_exits": self._unexplained,
        }
        return figures | {"faults": faults(figures)}

    def _named_by_check(self) -> frozenset[str]:
        """Gives the files that `check` refuses."""
        words = [sys.executable, "-m", "player", "check", "--json", "--config", str(self.house.config)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        places = [Path(json.loads(line)["where"]) for line in done.stdout.splitlines()]
        return frozenset(f"{place.parent.name}/{place.name}" for place in places)

    def _costs(self, seconds: float) -> dict[str, object]:
        warm_s = min(300.0, seconds / 5)
        told: dict[str, dict[str, object]] = {name: {} for name in COSTS}
        rising = []
        for role, series in self._meter.series.items():
            if not series.pss_mb:
                continue
            told["pss_mb"][role] = _last_and_most(series.pss_mb)
            told["pss_without_rings_mb"][role] = _last_and_most(series.own_mb)
            told["pss_slope_mb_per_h"][role] = _slope(warmed(series.pss_mb, warm_s))
            told["pss_without_rings_slope_mb_per_h"][role] = _slope(warmed(series.own_mb, warm_s))
            told["rings_first_last"][role] = _first_and_last(series.rings)
            told["open_files_first_last"][role] = _first_and_last(series.files)
            told["threads_first_last"][role] = _first_and_last(series.threads)
            if role != "worker" and any(is_rising(warmed(s, warm_s)) for s in (series.files, series.rings)):
                rising.append(role)
        return {**told, "open_files_rising": rising}


def _last_and_most(points: Sequence[Point]) -> str:
    return f"{points[-1].value:.1f} last, {max(p.value for p in points):.1f} most"


def _first_and_last(points: Sequence[Point]) -> str:
    return f"{points[0].value:.0f} … {points[-1].value:.0f}"


def _slope(points: Sequence[Point]) -> str | float:
    slope = theil_sen_per_h(points, LEAST_LIFE_S)
    return "no life long enough" if slope is None else round(slope, 1)


def soak(seconds: float, seed: int, folder: Path) -> dict[str, object]:
    """Runs a soak in that folder and gives its figures."""
    with ExitStack() as parts:
        return Soak(folder, seed, parts).run(seconds)


def main() -> int:
    """Runs as the command line says."""
    options = argparse.ArgumentParser(description=__doc__)
    length = options.add_mutually_exclusive_group()
    length.add_argument("--hours", type=float, default=1.0)
    length.add_argument("--seconds", type=float)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", type=Path)
    options.add_argument("--keep", type=Path, help="leave the folder with log and state here")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="wuzha-soak-") as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = soak(chosen.seconds or chosen.hours * 3600, chosen.seed, folder)
    print(table({name: value for name, value in figures.items() if name != "kinds"}))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if figures["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
