"""Decodes a video or sound file whole, to say what it is or why it cannot be shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from player.decode import refusal
from player.decode.files.openfile import Opened
from player.decode.moving.clip import OWN_CLOCKS, check_stream, open_clip, origin_s, picture_stream, reason_of
from player.decode.moving.painter import pixel_aspect, seen_size
from player.decode.moving.sound import sound_stream
from player.decode.protocol import Probe
from signage.media import MediaFacts

EARLY_S, EARLY_PART = 0.2, 0.01
"""A clip may end this much, or this part, before the time that its header promises: encoders' delay is counted in."""
GUESSED = ("mpegts", "aac", "mp3")
"""Containers whose duration libav reckons from their size; an MP3's own header was checked before."""
TRAILING_SOUND_S = 0.1
"""Sound that outlasts the picture by less is cut off: encoders fill up their last block."""


_MediaPacket: TypeAlias = "Packet[VideoStream] | Packet[AudioStream]"


@dataclass(slots=True)
class _Found:
    frames: int = 0
    video_end_s: float = 0.0
    sound_end_s: float = 0.0
    samples: int = 0
    own_clock: bool = False
    late_s: float = 0.0
    size: tuple[int, int] = (0, 0)


def probe(file: Opened, request: Probe, alive: Callable[[], None]) -> MediaFacts:
    """Decodes every packet; calls `alive` now and then. Raises Refused."""
    with open_clip(file, strict=True) as container:
        video = picture_stream(container)
        sound = sound_stream(container) if video is None else _playable_sound(container)
        if video is None and sound is None:
            raise refusal.nothing_in_it()
        if video is not None:
            check_stream(video, request.max_pixels // 4)
            video.thread_count = 1
        promised_s = container.duration / 1_000_000 if container.duration else 0.0
        if promised_s > request.max_duration_s:
            raise refusal.too_long(promised_s, request.max_duration_s)
        found = _Found(own_clock=file.form.name in OWN_CLOCKS)
        try:
            for packet in container.demux([s for s in (video, sound) if s is not None]):
                if packet.is_corrupt and packet.size:
                    raise refusal.incomplete()
                for frame in _decoded(cast("_MediaPacket", packet)):
                    _note(found, frame, packet.stream, origin_s(container), request)
                alive()
        except MemoryError as error:
            raise refusal.too_much_memory() from error
        except av.FFmpegError as error:
            raise refusal.damaged(reason_of(error)) from error
        promised_s = 0.0 if file.form.name in GUESSED else _promised_s(container, video, sound)
        return _facts(found, video is not None, promised_s)


def _decoded(packet: "_MediaPacket") -> Iterator[VideoFrame | AudioFrame]:
    yield from packet.stream.decode(packet)


def _promised_s(container: InputContainer, video: VideoStream | None, sound: AudioStream | None) -> float:
    """Gives how long the streams that are shown are to be; other streams of a file may well be longer."""
    used = [stream for stream in (video, sound) if stream is not None]
    if all(stream.duration is not None and stream.time_base is not None for stream in used):
        return max(float((stream.duration or 0) * (stream.time_base or 0)) for stream in used)
    if len(used) == len(container.streams) and container.duration:
        return container.duration / 1_000_000
    return 0.0


def _playable_sound(container: InputContainer) -> AudioStream | None:
    """Gives a video's sound; a video whose sound is of an unknown kind is shown without."""
    try:
        return sound_stream(container)
    except refusal.Refused:
        return None


def _note(found: _Found, frame: object, stream: object, origin: float, request: Probe) -> None:
    if isinstance(frame, VideoFrame):
        if frame.is_corrupt:
            raise refusal.incomplete()
        if frame.width * frame.height > request.max_pixels // 4:
            raise refusal.too_many_pixels(frame.width, frame.height, request.max_pixels // 4)
        assert isinstance(stream, VideoStream)
        step_s = 1 / float(stream.guessed_rate or 25)
        if frame.duration and frame.time_base:
            step_s = min(10.0, float(frame.duration * frame.time_base))
        at_s = frame.time - origin - found.late_s if frame.time is not None else found.video_end_s
        if found.own_clock and not found.frames:
            at_s, found.late_s = 0.0, at_s
        found.video_end_s = max(found.video_end_s, at_s + step_s)
        if not found.frames:
            found.size = seen_size(frame, pixel_aspect(stream))
        found.frames += 1
    elif isinstance(frame, AudioFrame):
        length_s = frame.samples / frame.sample_rate
        at_s = frame.time - origin if frame.time is not None else found.sound_end_s
        found.sound_end_s = max(found.sound_end_s, at_s + length_s)
        found.samples += frame.samples
    longest_s = max(found.video_end_s, found.sound_end_s)
    if longest_s > request.max_duration_s:
        raise refusal.too_long(longest_s, request.max_duration_s)


def _facts(found: _Found, has_video: bool, promised_s: float) -> MediaFacts:
    if not found.frames and (has_video or not found.samples):
        raise refusal.incomplete()
    length_s = max(found.video_end_s, found.sound_end_s)
    if promised_s - length_s > max(EARLY_S, promised_s * EARLY_PART):
        raise refusal.ends_early(promised_s, length_s)
    if not has_video:
        return MediaFacts(kind="audio", duration_s=round(found.sound_end_s, 6), has_sound=True)
    if found.sound_end_s - found.video_end_s < TRAILING_SOUND_S:
        length_s = found.video_end_s
    return MediaFacts(
        kind="video",
        width_px=found.size[0],
        height_px=found.size[1],
        duration_s=round(length_s, 6),
        has_sound=found.samples > 0,
        frame_rate=round(found.frames / found.video_end_s, 3),
    )
