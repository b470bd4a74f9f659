"""Opens a video or sound file of strangers with PyAV, within what is allowed."""

import av
import av.logging

# PyAV loads these when a container has such a stream; behind the walls it could not.
import av.subtitles.codeccontext
import av.subtitles.stream
import av.subtitles.subtitle
from av.container import InputContainer
from av.video.stream import VideoStream

from player.decode import refusal
from player.decode.files.openfile import Opened

# libav's log calls back into Python from any of its threads and has dead-locked there (PyAV #751, #2276).
av.logging.set_level(None)

VIDEO_CODECS = frozenset({
    "h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mpeg1video", "mpeg2video", "mjpeg", "h263", "prores",
    "theora",
})  # fmt: skip
SOUND_CODECS = frozenset({
    "aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "mp1", "mp1float", "ac3", "eac3", "opus", "libopus",
    "vorbis", "flac", "alac", "amrnb", "amrwb", "adpcm_ms", "adpcm_ima_wav", "pcm_s16le", "pcm_s16be", "pcm_s24le",
    "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_u8", "pcm_s8", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_alaw",
    "pcm_mulaw",
})  # fmt: skip
OWN_CLOCKS = ("avi",)
"""Containers without time stamps: libav counts packets, and lets the picture begin late by its decoding delay."""
MAX_ERRORS = 50
"""Damaged packets in a row after which a clip that is being shown is given up."""


def open_clip(file: Opened, *, strict: bool = False) -> InputContainer:
    """Opens a container by the format that was sniffed, and lets it reach no other file; raises Refused."""
    options = {
        "protocol_whitelist": "none",
        "format_whitelist": file.form.name if file.form.name != "mov" else "mov,mp4,m4a,3gp,3g2,mj2",
        "codec_whitelist": ",".join(sorted(VIDEO_CODECS | SOUND_CODECS)),
        "threads": "1",
    }
    if file.form.name == "matroska":
        options["format_whitelist"] = "matroska,webm"
    if strict:
        options["err_detect"] = "crccheck+bitstream+buffer+explode"
    try:
        return av.open(file.stream(), "r", format=file.form.name, options=options, metadata_errors="replace")
    except MemoryError as error:
        raise refusal.too_much_memory() from error
    except (av.FFmpegError, ValueError) as error:
        raise refusal.damaged(reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """Gives libav's word for an error, short."""
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:120]


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Gives the stream that moves: the first video that is no cover picture."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    return None


def check_stream(stream: VideoStream, max_pixels: int) -> None:
    """Raises Refused for a codec off the list or a frame beyond the limit, before anything is decoded."""
    context = stream.codec_context
    name = context.codec.name if context is not None else "?"
    if name not in VIDEO_CODECS:
        raise refusal.codec(name)
    if stream.width * stream.height > max_pixels:
        raise refusal.too_many_pixels(stream.width, stream.height, max_pixels)
    if stream.width <= 0 or stream.height <= 0:
        raise refusal.damaged("no size")


def origin_s(container: InputContainer) -> float:
    """Gives the time stamp, in seconds, at which a clip begins."""
    return container.start_time / 1_000_000 if container.start_time else 0.0
