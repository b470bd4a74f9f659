"""Rows on what playing costs: CPU for films and a still picture, memory of a mixed loop."""

import statistics
import time

from tests.bench import figures, media, peers
from tests.bench.display import Display
from tests.bench.measure import SETTLE_S, Bench, cpu_shares, listed, medians, watched
from tests.bench.peers import OURS, Scene
from tests.bench.table import Row, ratio
from tests.bench.tree import Sample

FULL_HD = (1920, 1080)
SLOPE_S = 120
JUDGED_SLOPE_S = 1200
"""A slope over less than the first is noise; over less than the second it is warming up, not a leak."""


def film_full_hd(bench: Bench) -> list[Row]:
    names = (OURS, "mpv", "ffplay", "vlc", "chromium")
    what = "CPU, 1080p30 H.264 on 1920x1080, of a core"
    return [_film_row(bench, "a", what, _film("h264-1080p30.mp4", FULL_HD), names, reach=0.85)]


def film_small(bench: Bench) -> list[Row]:
    scene = _film("h264-1080p30.mp4", (512, 256))
    what = "CPU, 1080p30 H.264 on 512x256, of a core"
    # VLC stays out: without a window manager its window keeps the film's size.
    return [_film_row(bench, "b", what, scene, (OURS, "mpv", "ffplay", "chromium"), reach=1.0)]


def still(bench: Bench) -> list[Row]:
    scene = Scene((media.made("still.png"),), FULL_HD, dwell_s=3600)
    shares = cpu_shares(bench, "c", scene, (OURS, "mpv", "vlc", "chromium"), seconds=6 if bench.quick else 30, rounds=2)
    mine = medians(shares)
    return [
        Row(
            "c", "CPU, still picture on 1920x1080, of a core", f"{mine[OURS]:.4f}", listed(mine, ".4f"),
            ratio(mine[OURS], mine.get("mpv")), "≤ 0.01", mine[OURS] <= 0.01, {"shares": shares},
        )
    ]  # fmt: skip


def other_films(bench: Bench) -> list[Row]:
    films = (
        ("720p25 H.264 on 1280x720", "h264-720p25.mp4", (1280, 720)),
        ("1080p30 H.265 on 1920x1080", "h265-1080p30.mp4", FULL_HD),
        ("1080p30 VP9 on 1920x1080", "vp9-1080p30.webm", FULL_HD),
    )
    return [
        _film_row(bench, f"i{number}", f"CPU, {what}, of a core", _film(file, size), (OURS, "mpv"), reach=None)
        for number, (what, file, size) in enumerate(films, 1)
    ]


def memory(bench: Bench) -> list[Row]:
    scene = Scene(tuple(media.made(name) for name in media.LOOP), (1280, 720))
    seconds = 15 if bench.quick else 60 * bench.minutes
    samples: dict[str, list[Sample]] = {}
    with Display(scene.size) as display:
        for name in bench.rounds((OURS, "mpv"), full=1):
            program = bench.program("g", name, scene)
            with peers.playing(program, display) as tree:
                time.sleep(SETTLE_S)
                samples[name] = watched(tree, seconds)
    peak = {name: max(sample.pss_mb for sample in own) for name, own in samples.items()}
    middle = {name: statistics.median(sample.pss_mb for sample in own) for name, own in samples.items()}
    slope = {name: _slope(own) for name, own in samples.items()}
    files = {name: [own[0].files, own[-1].files] for name, own in samples.items()}
    detail = {"median": middle, "peak": peak, "slope": slope, "seconds": seconds, "files": files}
    detail["processes_ever"] = {name: len(frozenset().union(*(s.pids for s in own))) for name, own in samples.items()}
    rows = [
        Row("g1", "memory (PSS), loop at 1280x720, median MB", f"{middle[OURS]:.1f}", listed(middle, ".1f"),
            ratio(middle[OURS], middle.get("mpv")), detail=detail),
        Row("g2", "the same, peak MB", f"{peak[OURS]:.1f}", listed(peak, ".1f"), ratio(peak[OURS], peak.get("mpv")),
            "≤ 150", peak[OURS] <= 150),
    ]  # fmt: skip
    if seconds >= SLOPE_S:
        what = f"the same, slope over {seconds / 60:.0f} min, MB/h"
        judged = slope[OURS] <= 1.0 if seconds >= JUDGED_SLOPE_S else None
        rows.append(Row("g3", what, f"{slope[OURS]:+.1f}", listed(slope, "+.1f"), reach="≤ 1", met=judged))
    return rows


def _film_row(bench: Bench, key: str, what: str, scene: Scene, names: tuple[str, ...], *, reach: float | None) -> Row:
    # A whole film long: each round has the film's seam in it once.
    seconds = 6.0 if bench.quick else media.FILMS[scene.files[0].name].seconds
    shares = cpu_shares(bench, key, scene, names, seconds=seconds, rounds=3)
    mine = medians(shares)
    measured = ratio(mine[OURS], mine.get("mpv"))
    met = None if reach is None or measured is None else mine[OURS] / mine["mpv"] <= reach
    told = "–" if reach is None else f"≤ {reach:.2f} × mpv"
    return Row(key, what, f"{mine[OURS]:.3f}", listed(mine, ".3f"), measured, told, met, {"shares": shares})


def _film(file: str, size: tuple[int, int]) -> Scene:
    return Scene((media.made(file),), size)


def _slope(samples: list[Sample]) -> float:
    steady = samples[len(samples) // 5 :]
    return figures.slope_mb_per_h([(sample.at, sample.pss_mb) for sample in steady])
