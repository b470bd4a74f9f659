"""The figures of a player, each beside its peers' of the same run, taken from outside.

Usage: python -m tests.bench.bench [--quick] [--only a,b] [--minutes N] [--json FILE]; needs Xvfb and ffmpeg; mpv,
ffplay, VLC and Chromium take part where they are installed. docs/performance.md says what each row means.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, is_dataclass
from pathlib import Path

from tests.bench import peers, rows_cost, rows_picture, rows_sound
from tests.bench.house import ROOT
from tests.bench.measure import Bench
from tests.bench.table import Row, render

ROWS = {
    "a": rows_cost.film_full_hd,
    "b": rows_cost.film_small,
    "c": rows_cost.still,
    "d": rows_picture.between_items,
    "e": rows_picture.late_frames,
    "f": rows_picture.first_picture,
    "g": rows_cost.memory,
    "h": rows_sound.sound_and_picture,
    "i": rows_cost.other_films,
}


def main() -> int:
    chosen = _options()
    missing = [program for program in ("Xvfb", "ffmpeg") if shutil.which(program) is None]
    if missing:
        print(f"the bench needs {' and '.join(missing)}", file=sys.stderr)
        return 2
    able, unable = peers.present()
    for name, why in unable.items():
        print(f"without {name}: {why}", file=sys.stderr)
    minutes = chosen.minutes or (0.5 if chosen.quick else 10)
    machine = _machine(able)
    rows: list[Row] = []
    broken: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="wuzha-bench-") as work:
        bench = Bench(chosen.quick, minutes, Path(work), able)
        for key in chosen.only:
            began = time.monotonic()
            try:
                rows += ROWS[key](bench)
            except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                broken[key] = str(error)
            print(f"row {key} took {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(render(rows))
    for key, why in broken.items():
        print(f"row {key} could not be measured: {why}")
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    if chosen.json:
        told = {"machine": machine, "quick": chosen.quick, "rows": rows, "broken": broken}
        chosen.json.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=_plain) + "\n", encoding="utf-8")
    return 1 if broken or any(row.met is False for row in rows) else 0


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="some minutes: shorter looks, fewer rounds")
    options.add_argument("--only", type=lambda text: text.split(","), default=list(ROWS), help="rows, such as a,d")
    options.add_argument("--minutes", type=float, default=0.0, help="how long the rows e and g look")
    options.add_argument("--json", type=Path, help="everything that was measured, into this file")
    chosen = options.parse_args()
    if unknown := [key for key in chosen.only if key not in ROWS]:
        options.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return chosen


def _machine(able: dict[str, str]) -> dict[str, object]:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    asked = ("git", "describe", "--always", "--dirty")
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "commit": commit.stdout.strip() or "unknown",
        "cpu": models[0].split(":", 1)[1].strip() if models else platform.machine(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **able,
    }


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{value!r} cannot be written as JSON")


if __name__ == "__main__":
    sys.exit(main())
