"""Writes pictures and sound into one MP4 that any player takes."""

from __future__ import annotations  # array[float] is not subscriptable before Python 3.12

from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from tools.starter.motion import FRAMES_PER_S, SIZE
from tools.starter.soundtrack import RATE_HZ

_BT709: Final = 1


def write_film(path: Path, frames: Iterator[Image.Image], pcm: array[int]) -> None:
    """Writes H.264 High in BT.709 with a key frame every second, and AAC stereo; the index comes first."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        video: Any = file.add_stream("libx264", rate=FRAMES_PER_S)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "slow", "crf": "24", "tune": "animation", "g": "50", "threads": "2"}
        context = video.codec_context
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries = context.color_trc = _BT709
        audio: Any = file.add_stream("aac", rate=RATE_HZ, layout="stereo")
        audio.bit_rate = 112000
        _write_sound(file, audio, pcm)
        from_picture: Any = av.VideoFrame.from_image
        for number, picture in enumerate(frames):
            frame = from_picture(picture).reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
            )
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))


def write_sound(path: Path, pcm: array[int], bits_per_s: int = 96000) -> None:
    """Writes an AAC file in an MP4 container."""
    with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as file:
        stream: Any = file.add_stream("aac", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = bits_per_s
        _write_sound(file, stream, pcm)


def _write_sound(file: Any, stream: Any, pcm: array[int]) -> None:
    planar = av.AudioResampler(format="fltp", layout="stereo", rate=RATE_HZ)
    block = 1024
    for first in range(0, len(pcm) // 2, block):
        part = pcm[2 * first : 2 * (first + block)]
        frame = av.AudioFrame(format="s16", layout="stereo", samples=len(part) // 2)
        frame.sample_rate = RATE_HZ
        frame.planes[0].update(part.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.pts, frame.time_base = first, Fraction(1, RATE_HZ)
        for ready in planar.resample(frame):
            file.mux(stream.encode(ready))
    file.mux(stream.encode(None))
