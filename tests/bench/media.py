"""Films and pictures to measure with, made on the spot by ffmpeg and kept in a folder of the system's temporary one."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(tempfile.gettempdir()) / "wuzha-bench-media-1"
LEVELS = (60, 100, 140, 180, 220)
"""The grey of the band along the top of each item of the mixed loop: by it a captured frame is known."""
FLASH_PHASE_S = 0.5
"""The flash film is white, and beeps, for a tenth of a second from here in each of its seconds."""
FLASH_FILM_S = 45

SOUND = "sine=frequency=220:sample_rate=48000:duration={s},volume=0.3"
AAC = ("-c:a", "aac", "-b:a", "128k", "-ac", "2")
RATE = ("-b:v", "6M", "-maxrate", "9M", "-bufsize", "12M")
H264 = ("-c:v", "libx264", "-preset", "fast", "-profile:v", "high", "-pix_fmt", "yuv420p", *RATE, *AAC)
H265 = ("-c:v", "libx265", "-preset", "veryfast", "-x265-params", "log-level=none", "-tag:v", "hvc1",
        "-pix_fmt", "yuv420p", *RATE, *AAC)  # fmt: skip
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "7", "-row-mt", "1", "-pix_fmt", "yuv420p",
       *RATE, "-c:a", "libopus", "-b:a", "96k", "-ac", "2")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Film:
    """A moving picture to make: what is in it and how it is packed."""

    file: str
    size: tuple[int, int]
    fps: int
    seconds: float
    packing: tuple[str, ...]
    level: int | None = None

    def command(self, target: Path) -> list[str]:
        width, height = self.size
        # The grain is what keeps a synthetic film from being decoded for nothing: 6 Mbit/s are really used.
        picture = f"testsrc2=size={width}x{height}:rate={self.fps}:duration={self.seconds},noise=alls=12:allf=t"
        if self.level is not None:
            picture += f",{_band(self.level)}"
        return _ffmpeg(picture, SOUND.format(s=self.seconds), (*self.packing, "-g", str(2 * self.fps)), target)


FILMS = {
    film.file: film
    for film in (
        Film("h264-1080p30.mp4", (1920, 1080), 30, 20, H264),
        Film("h264-720p25.mp4", (1280, 720), 25, 20, H264),
        Film("h265-1080p30.mp4", (1920, 1080), 30, 20, H265),
        Film("vp9-1080p30.webm", (1920, 1080), 30, 20, VP9),
        Film("loop-2.mp4", (1280, 720), 25, 2, H264, LEVELS[1]),
        Film("loop-3.mp4", (640, 360), 30, 2, H264, LEVELS[2]),
    )
}
PICTURES = {
    "still.png": ((1920, 1080), None),
    "loop-1.png": ((1280, 720), LEVELS[0]),
    "loop-4.jpg": ((1920, 1080), LEVELS[3]),
    "loop-5.png": ((640, 360), LEVELS[4]),
}
LOOP = ("loop-1.png", "loop-2.mp4", "loop-3.mp4", "loop-4.jpg", "loop-5.png")
FLASH = "flash.mp4"


def made(name: str) -> Path:
    """Gives the file of that name, made now where it is not there yet."""
    CACHE.mkdir(mode=0o755, exist_ok=True)
    target = CACHE / name
    if not target.exists():
        half = target.with_name(f"half-{name}")
        subprocess.run(_command(name, half), check=True)
        half.chmod(0o644)
        half.replace(target)
    return target


def _command(name: str, target: Path) -> list[str]:
    if name in FILMS:
        return FILMS[name].command(target)
    if name == FLASH:
        return _flash_command(target)
    (width, height), level = PICTURES[name]
    picture = f"testsrc2=size={width}x{height}:rate=1:duration=1,noise=alls=6"
    if level is not None:
        picture += f",{_band(level)}"
    return [*_loud_ffmpeg(), "-f", "lavfi", "-i", picture, "-frames:v", "1", str(target)]


def _flash_command(target: Path) -> list[str]:
    is_on = f"between(mod(t,1),{FLASH_PHASE_S - 0.001},{FLASH_PHASE_S + 0.099})"
    picture = (
        f"color=c=0x303030:size=1280x720:rate=30:duration={FLASH_FILM_S},"
        f"drawbox=w=iw:h=ih:color=white:t=fill:enable='{is_on}'"
    )
    beep = f"between(mod(t,1),{FLASH_PHASE_S},{FLASH_PHASE_S + 0.1})"
    sound = f"aevalsrc='0.6*sin(2*PI*1000*t)*{beep}':s=48000:d={FLASH_FILM_S}"
    return _ffmpeg(picture, sound, (*H264, "-g", "60"), target)


def _band(level: int) -> str:
    return f"drawbox=w=iw:h=ih/8:color=0x{level:02x}{level:02x}{level:02x}:t=fill"


def _ffmpeg(picture: str, sound: str, packing: tuple[str, ...], target: Path) -> list[str]:
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)
    return [*_loud_ffmpeg(), *inputs, *packing, "-shortest", str(target)]


def _loud_ffmpeg() -> list[str]:
    return ["ffmpeg", "-v", "error", "-nostdin", "-y"]
