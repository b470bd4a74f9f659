"""Makes every kind of media file that the player shows, small: `python tests/samples/make_media.py FOLDER`.

Pictures and videos show four quadrants – red, green, blue, white from left to right and top to bottom – so that every
turning, cropping and colour fault can be seen in the pixels. Videos with sound turn grey when their tone begins.
"""

import math
import os
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageCms

RED, GREEN, BLUE, WHITE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (128, 128, 128)
QUADRANTS = (RED, GREEN, BLUE, WHITE)
os.environ.setdefault("SVT_LOG", "0")  # SVT-AV1 writes to standard error otherwise
TONE_AT_S = 0.4
"""When the tone begins, and the picture of a video with sound turns grey."""
_RATE_HZ = 48_000


def quadrants(size: tuple[int, int] = (160, 96), mode: str = "RGB") -> Image.Image:
    """Gives the picture that all samples show."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for number, colour in enumerate(QUADRANTS):
        corner = (number % 2 * half[0], number // 2 * half[1])
        image.paste(colour, (*corner, corner[0] + half[0], corner[1] + half[1]))
    return image.convert(mode)


@dataclass(frozen=True, slots=True)
class Video:
    """What a sample video is to be like."""

    codec: str
    container: str
    size: tuple[int, int] = (160, 96)
    seconds: float = 1.0
    rate: int = 25
    pix_fmt: str = "yuv420p"
    sound: str = ""
    turn: int = 0
    """Counter-clockwise degrees that the display matrix asks for."""
    mirrored: bool = False
    pixel_aspect: Fraction | None = None
    uneven: bool = False
    """Whether frames come at changing intervals."""
    bt601: bool = False
    full_range: bool = False
    options: tuple[tuple[str, str], ...] = ()
    movflags: str = ""

    def write(self, path: Path) -> None:
        """Writes the file."""
        flags = {"movflags": self.movflags} if self.movflags else {}
        with av.open(str(path), "w", format=self.container, options=flags) as container:
            stream = container.add_stream(self.codec, rate=self.rate, options=dict(self.options))
            stream.width, stream.height = self.size
            stream.pix_fmt = self.pix_fmt
            base = Fraction(1, 1000) if self.uneven else Fraction(1, self.rate)
            stream.codec_context.time_base = base
            if self.pixel_aspect is not None:
                stream.codec_context.sample_aspect_ratio = self.pixel_aspect
            if self.turn or self.mirrored:
                stream.set_display_rotation(self.turn, hflip=self.mirrored)
            matrix, span = (6 if self.bt601 else 1), (2 if self.full_range else 1)
            stream.codec_context.colorspace, stream.codec_context.color_range = matrix, span
            sound = container.add_stream(self.sound, rate=_RATE_HZ, layout="stereo") if self.sound else None
            for number, image in enumerate(self._images()):
                frame = av.VideoFrame.from_image(image)
                frame = frame.reformat(
                    format=self.pix_fmt, dst_colorspace=5 if self.bt601 else 1, dst_color_range=span, threads=1
                )
                frame.pts, frame.time_base = self._pts(number), base
                frame.color_range = span
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
            if sound is not None:
                write_tone(container, sound, self.seconds)

    def _images(self) -> list[Image.Image]:
        first, then = quadrants(self.size), Image.new("RGB", self.size, GREY)
        count = round(self.seconds * self.rate)
        return [then if self.sound and n / self.rate >= TONE_AT_S - 1e-6 else first for n in range(count)]

    def _pts(self, number: int) -> int:
        step = 1000 // self.rate
        return number * step + number % 3 * step // 4 if self.uneven else number


def write_tone(container: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    """Writes silence, then from `TONE_AT_S` on a tone of 1 kHz, 48 kHz stereo."""
    total, block = round(seconds * _RATE_HZ), stream.codec_context.frame_size or 1024
    resampler = av.AudioResampler(stream.codec_context.format, "stereo", _RATE_HZ, frame_size=block)
    for start in range(0, total, block):
        count = min(block, total - start)
        samples = bytearray()
        for n in range(start, start + count):
            level = round(16_000 * math.sin(2 * math.pi * 1000 * n / _RATE_HZ)) if n >= TONE_AT_S * _RATE_HZ else 0
            samples += struct.pack("<hh", level, level)
        frame = av.AudioFrame("s16", "stereo", count)
        frame.planes[0].update(bytes(samples))
        frame.sample_rate, frame.pts, frame.time_base = _RATE_HZ, start, Fraction(1, _RATE_HZ)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
    for part in resampler.resample(None):
        container.mux(stream.encode(part))
    container.mux(stream.encode())


@dataclass(frozen=True, slots=True)
class Sound:
    """What a sample sound file is to be like."""

    codec: str
    container: str
    seconds: float = 1.0

    def write(self, path: Path) -> None:
        """Writes the file."""
        with av.open(str(path), "w", format=self.container) as container:
            options = {"strict": "experimental"} if self.codec == "vorbis" else {}
            stream = container.add_stream(self.codec, rate=_RATE_HZ, layout="stereo", options=options)
            write_tone(container, stream, self.seconds)


_X264 = (("preset", "ultrafast"), ("crf", "12"))
VIDEOS: dict[str, Video] = {
    "h264.mp4": Video("libx264", "mp4", sound="aac", options=_X264),
    "h264.mov": Video("libx264", "mov", sound="aac", options=_X264),
    "h264.mkv": Video("libx264", "matroska", sound="aac", options=_X264),
    "h264.ts": Video("libx264", "mpegts", sound="aac", options=_X264),
    "h264.avi": Video("libx264", "avi", sound="libmp3lame", options=(*_X264, ("bf", "0"))),
    "h265.mp4": Video("libx265", "mp4", sound="aac", options=(("x265-params", "log-level=none:crf=12"),)),
    "h265-10.mkv": Video(
        "libx265", "matroska", pix_fmt="yuv420p10le", options=(("x265-params", "log-level=none:crf=12"),)
    ),
    "vp8.webm": Video(
        "libvpx", "webm", sound="libopus", bt601=True, options=(("crf", "4"), ("b", "2M"), ("cpu-used", "8"))
    ),
    "vp9.webm": Video("libvpx-vp9", "webm", sound="libopus", options=(("crf", "10"), ("b", "0"), ("cpu-used", "8"))),
    "av1.mp4": Video("libsvtav1", "mp4", sound="aac", options=(("crf", "12"), ("preset", "12"))),
    "av1.webm": Video("libsvtav1", "webm", options=(("crf", "12"), ("preset", "12"))),
    "mpeg4.avi": Video("mpeg4", "avi", sound="libmp3lame", bt601=True, options=(("b", "4M"),)),
    "mpeg4.mp4": Video("mpeg4", "mp4", bt601=True, options=(("b", "4M"),)),
    "silent.mp4": Video("libx264", "mp4", options=_X264),
    "h264-10.mp4": Video("libx264", "mp4", pix_fmt="yuv420p10le", options=_X264),
    "h264-444.mp4": Video("libx264", "mp4", pix_fmt="yuv444p", options=_X264),
    "bt601.mp4": Video("libx264", "mp4", bt601=True, options=_X264),
    "full.mp4": Video("libx264", "mp4", full_range=True, options=_X264),
    "turned-90.mp4": Video("libx264", "mp4", turn=-90, options=_X264),
    "turned-180.mp4": Video("libx264", "mp4", turn=180, options=_X264),
    "turned-270.mov": Video("libx264", "mov", turn=90, options=_X264),
    "mirrored.mp4": Video("libx264", "mp4", mirrored=True, options=_X264),
    "anamorphic.mp4": Video("libx264", "mp4", pixel_aspect=Fraction(2), options=_X264),
    "uneven.mkv": Video("libx264", "matroska", uneven=True, options=_X264),
    "odd.mp4": Video("libx264", "mp4", size=(162, 98), seconds=0.4, options=_X264),
    "faststart.mp4": Video("libx264", "mp4", sound="aac", options=_X264, movflags="faststart"),
    "short.mp4": Video("libx264", "mp4", seconds=0.6, sound="aac", options=_X264),
}
SOUNDS: dict[str, Sound] = {
    "tone.mp3": Sound("libmp3lame", "mp3"),
    "tone.m4a": Sound("aac", "ipod"),
    "tone.aac": Sound("aac", "adts"),
    "tone.wav": Sound("pcm_s16le", "wav"),
    "tone.ogg": Sound("vorbis", "ogg"),
    "tone.opus": Sound("libopus", "ogg"),
    "tone.flac": Sound("flac", "flac"),
}


def _saved(mode: str = "RGB", **options: object) -> Callable[[Path], None]:
    return lambda path: quadrants(mode=mode).save(path, **options)


def _exif(orientation: int) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        quadrants().save(path, quality=95, subsampling=0, exif=exif)

    return save


def _half_clear(path: Path) -> None:
    image = quadrants(mode="RGBA")
    image.putalpha(Image.new("L", image.size, 128))
    image.save(path)


def _clear_palette(path: Path) -> None:
    image = quadrants().quantize(8)
    clear = image.getpixel((4, 4))
    image.save(path, transparency=clear)


def _wide(path: Path) -> None:
    """16 bits of grey: dark, middle, light, white."""
    levels = (0x1000, 0x8000, 0xC000, 0xFFFF)
    rows = b"".join(struct.pack("<H", levels[y // 48 * 2 + x // 80]) for y in range(96) for x in range(160))
    Image.frombytes("I;16", (160, 96), rows).save(path)


def _deep_png(path: Path) -> None:
    """16 bits for each of red, green and blue, which Pillow cannot write."""
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">HHH", *(v * 257 for v in QUADRANTS[y // 48 * 2 + x // 80])) for x in range(160))
        for y in range(96)
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    heading = struct.pack(">IIBBBBB", 160, 96, 16, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", heading) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def _swapped_profile(path: Path) -> None:
    """A picture whose profile says that red is green and green is red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp!", b"gXYZ", 1)
    quadrants().save(path, icc_profile=swapped.replace(b"sRGB", b"odd "))


def _animation(path: Path) -> None:
    frames = [Image.new("RGB", (160, 96), colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0, lossless=True)


PICTURES: dict[str, Callable[[Path], None]] = {
    "rgb.jpg": _saved(quality=95, subsampling=0),
    "progressive.jpg": _saved(quality=95, subsampling=0, progressive=True),
    "grey.jpg": _saved("L", quality=95),
    "cmyk.jpg": _saved("CMYK", quality=95),
    "rgb.png": _saved(),
    "alpha.png": _half_clear,
    "palette.png": lambda path: quadrants().quantize(8).save(path),
    "palette-clear.png": _clear_palette,
    "one-bit.png": _saved("1"),
    "wide.png": _wide,
    "deep.png": _deep_png,
    "profile.png": _swapped_profile,
    "lossless.webp": _saved(lossless=True),
    "lossy.webp": _saved(quality=95),
    "alpha.webp": _half_clear,
    "rgb.bmp": _saved(),
    "rgb.tif": _saved(compression="tiff_lzw"),
    "cmyk.tif": _saved("CMYK"),
    "wide.tif": _wide,
    "still.gif": _saved(),
    "moving.gif": _animation,
    "moving.png": _animation,
    "moving.webp": _animation,
} | {f"exif-{n}.jpg": _exif(n) for n in range(1, 9)}


@contextmanager
def _ordinary_scheduling() -> Iterator[None]:
    """Takes back the real-time priority that SVT-AV1 gives whoever encodes as root, and all its children would have."""
    try:
        yield
    finally:
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def make(name: str, folder: Path) -> Path:
    """Gives the sample of that name in `folder`, made if it is not there."""
    path = folder / name
    if path.exists():
        return path
    part = folder / f"{path.stem}.part{path.suffix}"
    if name in VIDEOS:
        with _ordinary_scheduling():
            VIDEOS[name].write(part)
    elif name in SOUNDS:
        SOUNDS[name].write(part)
    else:
        PICTURES[name](part)
    return part.rename(path)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for sample in (*PICTURES, *VIDEOS, *SOUNDS):
        make(sample, target)
