"""Rows on what stands on the display: black or foreign frames, late frames, the first picture."""

import json
import socket
import statistics
import time
import zlib
from pathlib import Path

from tests.bench import figures, media, peers
from tests.bench.camera import Camera, Region
from tests.bench.display import Display
from tests.bench.measure import SETTLE_S, Bench, listed, medians
from tests.bench.peers import OURS, Program, Scene
from tests.bench.table import Row, ratio

LOOP_SIZE = (1280, 720)
SMALL = (160, 90)
BAND = SMALL[0] * 7
FILM_FRAME_S = 1 / 30
DRIPS = ("frame-drop-count", "decoder-frame-drop-count", "vo-delayed-frame-count", "mistimed-frame-count")


def between_items(bench: Bench) -> list[Row]:
    scene = Scene(tuple(media.made(name) for name in media.LOOP), LOOP_SIZE)
    seconds = 15 if bench.quick else 40
    region = Region((0, 0, *LOOP_SIZE), SMALL)
    found: dict[str, dict[str, int]] = {}
    with Display(scene.size) as display:
        for name in bench.rounds((OURS, "mpv", "vlc", "chromium"), full=1):
            program = bench.program("d", name, scene)
            with Camera(display, region, _band_and_brightest) as camera, peers.playing(program, display):
                time.sleep(SETTLE_S + seconds)
                seen = camera.seen()
            values = [divmod(frame.value, 256) for frame in seen]
            black, foreign, changes = figures.strange_frames(values, media.LEVELS)
            found[name] = {"strange": black + foreign, "black": black, "foreign": foreign, "changes": changes,
                           "frames": len(seen)}  # fmt: skip
    strange = {name: float(own["strange"]) for name, own in found.items()}
    changes = found[OURS]["changes"]
    what = f"black or foreign frames in {changes} changes of item"
    return [
        Row("d", what, f"{strange[OURS]:.0f}", listed(strange, ".0f"), reach="0",
            met=strange[OURS] == 0 and changes > 0, detail=dict(found))
    ]  # fmt: skip


def late_frames(bench: Bench) -> list[Row]:
    film = media.FILMS["h264-1080p30.mp4"]
    scene = Scene((media.made(film.file),), (1920, 1080), ticker=True)
    seconds = 60 * bench.minutes
    folder = bench.folder("e", OURS)
    trace = folder / "trace.jsonl"
    with Display(scene.size) as display:
        shown = {OURS: _paced(peers.ours(scene, folder, "--trace", str(trace)), display, seconds)}
        if "mpv" in bench.able:
            pipe = bench.folder("e", "mpv") / "ipc"
            program = peers.mpv(scene, pipe.parent, f"--input-ipc-server={pipe}")
            shown["mpv"] = _paced(program, display, seconds, counters=pipe)
    lines = trace.read_text(encoding="utf-8").splitlines()
    traced = figures.read_trace(lines, "main", FILM_FRAME_S, whole=round(film.fps * film.seconds))
    ticker = figures.read_trace(lines, "ticker", 1 / 60)
    mine = traced.late + traced.dropped
    drops: dict[str, int] = shown["mpv"][1] if "mpv" in shown else {}
    peer = drops.get("frame-drop-count")
    detail = {"film": traced, "ticker": ticker, "seen": {name: own[0] for name, own in shown.items()}, "mpv": drops}
    stutters = {name: float(own[0].stutters) for name, own in shown.items()}
    span = f"{bench.minutes:g} min of 1080p30 and a ticker"
    return [
        Row("e1", f"late or dropped frames by the player's account, {span}", f"{mine} of {traced.frames}",
            "–" if peer is None else f"mpv {peer} (no ticker)", reach="0", met=mine == 0 and traced.frames > 0,
            detail=detail),
        Row("e2", "pictures seen to stand an interval too long, the same run", f"{stutters[OURS]:.0f}",
            listed(stutters, ".0f"), reach="0", met=stutters[OURS] == 0),
        Row("e3", "ticker steps later than 1/60 s, the same run", f"{ticker.late} of {ticker.frames}"),
    ]  # fmt: skip


def first_picture(bench: Bench) -> list[Row]:
    scene = Scene((media.made("h264-720p25.mp4"),), LOOP_SIZE)
    region = Region((560, 300, 160, 90), (32, 18))
    found: dict[str, list[float]] = {}
    with Display(scene.size) as display:
        for name in bench.rounds((OURS, "mpv", "vlc", "chromium"), full=7, short=3, once=None):
            program = bench.program("f", name, scene)
            with Camera(display, region, max, fps=120) as camera:
                began = time.monotonic()
                with peers.playing(program, display):
                    if not camera.wait_for(lambda brightest: brightest > 40, 30):
                        raise RuntimeError(f"{name} showed nothing in 30 s")
                    seen = camera.seen()
            lit = next(frame.at for frame in seen if frame.at > began and frame.value > 40)
            found.setdefault(name, []).append(lit - began)
    # The first round fills the machine's file cache and is no start from the cache.
    steady = medians({name: own[1:] or own for name, own in found.items()})
    times = min(len(own) for own in found.values()) - 1
    return [
        Row("f", f"start to first picture, content checked before, s (median of {times})", f"{steady[OURS]:.2f}",
            listed(steady, ".2f"), ratio(steady[OURS], steady.get("mpv")), "≤ 0.5", steady[OURS] <= 0.5,
            {"all": found})
    ]  # fmt: skip


def _paced(
    program: Program, display: Display, seconds: float, counters: Path | None = None
) -> tuple[figures.Shown, dict[str, int]]:
    """Plays the film and reads its pace off a small part of the display: filming all of it would take the machine."""
    region = Region((600, 500, 64, 36), (64, 36))
    with peers.playing(program, display):
        time.sleep(SETTLE_S)
        with Camera(display, region, zlib.crc32) as camera:
            time.sleep(seconds)
            seen = camera.seen()
        drops = _mpv_counters(counters) if counters else {}
    return figures.pace([(frame.at, frame.value) for frame in seen], FILM_FRAME_S), drops


def _mpv_counters(pipe: Path) -> dict[str, int]:
    counted = {}
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(pipe))
        answers = line.makefile("r", encoding="utf-8")
        for number, name in enumerate(DRIPS):
            line.sendall(json.dumps({"command": ["get_property", name], "request_id": number}).encode() + b"\n")
            answer = next(told for told in map(json.loads, answers) if told.get("request_id") == number)
            if answer["error"] == "success":
                counted[name] = answer["data"]
    return counted


def _band_and_brightest(picture: bytes) -> float:
    """Gives 256 times the band's mean grey, rounded, and the brightest pixel."""
    band = statistics.fmean(picture[SMALL[0] : BAND])
    return round(band) * 256 + max(picture)
