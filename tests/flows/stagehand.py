"""A stage of one's own: a display, the real player on it, and a camera in front of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image, ImageDraw

from tests.bench.camera import Camera, Region
from tests.bench.display import Display
from tests.flows.judge import HEIGHT, WIDTH, Colour

ROOT = Path(__file__).parents[2]
CANVAS = (640, 360)
ABOVE = 312
"""Height of the main zone where a ticker runs below."""
TICKER = 'zone = "ticker"\n\n[[item]]\nticker = true\nchars_per_min = 140\ntext = "{}"\n'


class Stagehand:
    """A folder with configuration, media and playlists; the player that plays it; what was seen of it."""

    def __init__(self, folder: Path, *, ticker: bool = False, display: Display | None = None) -> None:
        self.folder, self.ticker = folder, ticker
        self.media, self.playlists, self.trace_path = folder / "media", folder / "playlists", folder / "trace.jsonl"
        self.media.mkdir(parents=True)
        self.playlists.mkdir()
        self._display = display or Display(CANVAS)
        self.player: subprocess.Popen[bytes] | None = None
        lines = ["[screen]", 'id = "flow-1"', f"canvas = [{CANVAS[0]}, {CANVAS[1]}]", "[sound]", "quiet = []"]
        if ticker:
            lines += ["[[zone]]", 'name = "main"', f"box = [0, 0, {CANVAS[0]}, {ABOVE}]"]
            lines += ["[[zone]]", 'name = "ticker"', f"box = [0, {ABOVE}, {CANVAS[0]}, {CANVAS[1] - ABOVE}]"]
        (folder / "kiosk_config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def playlist(self, name: str, text: str) -> None:
        """Puts a playlist in place whole."""
        write_whole(self.playlists / f"{name}.toml", text.encode())

    def command(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs one of the player's other commands to its end."""
        return subprocess.run(self._words(verb, *words), cwd=ROOT, capture_output=True, text=True, check=False)

    def __enter__(self) -> Self:
        checked = self.command("check")
        if checked.returncode != 0:
            raise RuntimeError(f"check refused:\n{checked.stdout}{checked.stderr}")
        self._display.__enter__()
        if shutil.which("xsetroot"):
            subprocess.run(["xsetroot", "-display", self._display.name, "-solid", "#ff00ff"], check=True)
        env = os.environ | {"DISPLAY": self._display.name, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEODRIVER": "x11"}
        self._log = (self.folder / "player.log").open("wb")
        self.player = subprocess.Popen(
            self._words("run", "--trace", str(self.trace_path)), cwd=ROOT, env=env, stdout=self._log, stderr=self._log
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.player is not None:
            self.player.send_signal(signal.SIGTERM)
            try:
                self.player.wait(5)
            except subprocess.TimeoutExpired:
                self.player.kill()
                self.player.wait()
        self._log.close()
        self._display.__exit__(kind, error, trace)

    @property
    def display(self) -> str:
        """Gives the display's name."""
        return self._display.name

    @property
    def log(self) -> str:
        return (self.folder / "player.log").read_text(encoding="utf-8", errors="replace")

    def traced(self, zone: str = "main") -> list[dict[str, float]]:
        """Gives the trace so far, of one zone."""
        text = self.trace_path.read_text() if self.trace_path.exists() else ""
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        return [line for line in lines if line.get("zone") == zone]

    def film(self) -> Camera[bytes]:
        """Gives a camera on the main zone, for small colour pictures."""
        zone = (0, 0, CANVAS[0], ABOVE if self.ticker else CANVAS[1])
        return Camera(self._display, Region(zone, (WIDTH, HEIGHT)), bytes, colours=True)

    def holders(self, name: str) -> list[int]:
        """Gives the processes that have a media file of that name open, the player itself left out."""
        assert self.player is not None
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.player.pid and _has_open(entry, self.media / name):
                found.append(int(entry.name))
        return found

    def _words(self, verb: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "player", verb, *words, "--config", str(self.folder / "kiosk_config.toml")]


def wait_until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Waits until something outside this process is so; fails with `what` when it is not in time."""
    until = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        pause.wait(0.02)


def write_whole(path: Path, content: bytes) -> None:
    """Puts a file in place by a rename."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


def picture(path: Path, colour: Colour) -> Path:
    """Makes a picture of one colour."""
    Image.new("RGB", CANVAS, colour).save(path, compress_level=1)
    return path


def animation(path: Path, colour: Colour) -> Path:
    """Makes an animation of that colour with a spot that goes about."""
    frames = []
    for n in range(5):
        frame = Image.new("RGB", (320, 180), colour)
        spot = tuple(v + 12 if v < 128 else v - 12 for v in colour)
        ImageDraw.Draw(frame).rectangle((n * 60, 80, n * 60 + 40, 100), fill=spot)
        frames.append(frame)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return path


def film(path: Path, colour: Colour, size: tuple[int, int] = CANVAS, fps: int = 30, seconds: float = 3.0) -> Path:
    """Makes a film of that colour with a faint square that goes about, and a tone."""
    red, green, blue = colour
    square = f"0x{red + 12:02x}{green + 12:02x}{blue + 12:02x}"
    base = f"color=c=0x{red:02x}{green:02x}{blue:02x}:size={size[0]}x{size[1]}:rate={fps}:duration={seconds}"
    spot = f"color=c={square}:size={size[0] // 8}x{size[1] // 8}:rate={fps}:duration={seconds}"
    hum = f"sine=frequency=330:sample_rate=48000:duration={seconds},volume=0.1"
    both = "[0][1]overlay=x='mod(t*200,W-w)':y='H/3',scale=out_color_matrix=bt709:out_range=tv[v]"
    _ffmpeg("-f", "lavfi", "-i", base, "-f", "lavfi", "-i", spot, "-f", "lavfi", "-i", hum, "-filter_complex", both,
            "-map", "[v]", "-map", "2:a", "-c:v", "libx264", "-colorspace", "bt709", "-color_range", "tv",
            "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(path))  # fmt: skip
    return path


def tone(path: Path, hertz: int, seconds: float = 3.0) -> Path:
    """Makes a sound file."""
    source = f"sine=frequency={hertz}:sample_rate=48000:duration={seconds},volume=0.1"
    _ffmpeg("-f", "lavfi", "-i", source, "-c:a", "aac", str(path))
    return path


def _ffmpeg(*words: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *words], check=True)


def _has_open(process: Path, path: Path) -> bool:
    try:
        return any(os.readlink(fd) == str(path) for fd in (process / "fd").iterdir())
    except OSError:
        return False  # it ended, or is somebody else's
