"""The row on sound against picture: a film that flashes and beeps once a second."""

import statistics
import time
from pathlib import Path

from tests.bench import figures, media, peers
from tests.bench.camera import Camera, Region
from tests.bench.display import Display
from tests.bench.measure import SETTLE_S, Bench
from tests.bench.peers import OURS, Program, Scene
from tests.bench.sound_tap import SoundTap
from tests.bench.table import Row

SIZE = (1280, 720)
REACH_MS = 40
BLOCK_BYTES = {OURS: 4096, "mpv": 16384, "ffplay": 8192}
"""What each hands to SDL's device at a time."""
SDL_SOUND = ("--ao=sdl", "--audio-format=s16", "--audio-samplerate=48000", "--audio-channels=stereo")


def sound_and_picture(bench: Bench) -> list[Row]:
    scene = Scene((media.made(media.FLASH),), SIZE)
    seconds = 12 if bench.quick else 40
    offsets: dict[str, list[float]] = {}
    device: dict[str, float] = {}
    with Display(SIZE) as display:
        for name in bench.rounds((OURS, "mpv", "ffplay"), full=1, short=1):
            folder = bench.folder("h", name)
            with SoundTap(folder / "sound") as tap:
                pictures = _flashes(_program(name, scene, folder, tap), display, seconds)
            sounds = figures.beeps(figures.untangled(tap.blocks, BLOCK_BYTES[name]))
            offsets[name] = figures.offsets_ms(sounds, pictures)
            device[name] = _device_speed(tap)
    # The peers' offsets hold what each allows for a sound card's own buffer, which a pipe has not: they stand in the
    # detail, not beside ours.
    detail = {name: _told(own) | {"device_speed": device[name]} for name, own in offsets.items()}
    middle, worst = (statistics.median(offsets[OURS]), max(offsets[OURS], key=abs)) if offsets[OURS] else (0.0, 0.0)
    count = len(offsets[OURS])
    return [
        Row("h1", f"sound minus picture, median of {count} flashes, ms", f"{middle:+.0f}",
            reach=f"within ±{REACH_MS}", met=count > 0 and abs(middle) <= REACH_MS, detail=detail),
        Row("h2", "the same, worst, ms", f"{worst:+.0f}", reach=f"within ±{REACH_MS}",
            met=count > 0 and abs(worst) <= REACH_MS),
    ]  # fmt: skip


def _program(name: str, scene: Scene, folder: Path, tap: SoundTap) -> Program:
    if name == OURS:
        return peers.ours(scene, folder, env=tap.env)
    if name == "mpv":
        return peers.mpv(scene, folder, sound=SDL_SOUND, env=tap.env)
    return peers.ffplay(scene, folder, env=tap.env)


def _flashes(program: Program, display: Display, seconds: float) -> list[float]:
    region = Region((600, 340, 64, 36), (16, 9))
    with Camera(display, region, max, fps=120) as camera:
        began = time.monotonic()
        with peers.playing(program, display):
            time.sleep(SETTLE_S + seconds)
            seen = [(frame.at, frame.value) for frame in camera.seen()]
    return [at for at in figures.flashes(seen) if at > began + SETTLE_S]


def _device_speed(tap: SoundTap) -> float:
    """Gives how fast the device took its sound; 1 is 48 kHz."""
    if len(tap.blocks) < 2:
        return 0.0
    taken_s = sum(len(block.data) for block in tap.blocks[:-1]) / 4 / figures.RATE_HZ
    return round(taken_s / (tap.blocks[-1].at - tap.blocks[0].at), 4)


def _told(offsets: list[float]) -> dict[str, object]:
    if not offsets:
        return {"flashes": 0}
    spread = {"median": statistics.median(offsets), "lowest": min(offsets), "highest": max(offsets)}
    return {"flashes": len(offsets), **{name: round(value, 1) for name, value in spread.items()}}
