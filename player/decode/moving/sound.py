"""Sound of strangers, decoded with PyAV into one unbroken line of 48 kHz stereo samples of 16 bits."""

from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from player.decode import refusal
from player.decode.files.openfile import Opened
from player.decode.moving.clip import MAX_ERRORS, SOUND_CODECS, open_clip, origin_s, reason_of
from player.decode.protocol import ShowFile
from player.decode.rings.sound import SOUND_FRAME_BYTES, SOUND_RATE_HZ

LEAP_S = 0.04
"""Time stamps may stray this far from the samples counted before silence is put in or samples are left out."""
_SILENCE = bytes(SOUND_RATE_HZ // 10 * SOUND_FRAME_BYTES)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Gives the first sound stream of a known codec; raises Refused when there are only unknown ones."""
    unknown = ""
    for stream in container.streams.audio:
        context = stream.codec_context
        name = context.codec.name if context is not None else "?"
        if name in SOUND_CODECS:
            return stream
        unknown = name
    if unknown:
        raise refusal.codec(unknown)
    return None


class Resampler:
    """Any sound in, 48 kHz stereo of 16 bits out; follows a change of format in mid-stream."""

    def __init__(self) -> None:
        self._key: object = None
        self._inner: AudioResampler | None = None

    def blocks(self, frame: AudioFrame) -> Iterator[bytes]:
        """Gives the samples of a decoded frame, as far as they are ready."""
        key = (frame.format.name, frame.layout.name, frame.sample_rate)
        if key != self._key:
            yield from self.rest()
            self._inner, self._key = AudioResampler("s16", "stereo", SOUND_RATE_HZ), key
        frame.pts = None  # the samples are counted; a leap in time stamps is dealt with before
        assert self._inner is not None
        for part in self._inner.resample(frame):
            yield bytes(part.planes[0])[: part.samples * SOUND_FRAME_BYTES]

    def rest(self) -> Iterator[bytes]:
        """Gives what is still inside, at the end."""
        if self._inner is not None:
            for part in self._inner.resample(None):
                yield bytes(part.planes[0])[: part.samples * SOUND_FRAME_BYTES]
            self._inner = self._key = None


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    errors = 0
    for packet in container.demux(stream):
        try:
            frames = stream.decode(packet)
            errors = 0
        except av.FFmpegError as error:
            errors += 1
            if errors > MAX_ERRORS:
                raise refusal.damaged(reason_of(error)) from error
            continue
        yield from frames


def round_of(file: Opened, start_s: float) -> Iterator[bytes]:
    """Gives a clip's sound once, from `start_s` on: byte n belongs to the moment n / 192,000 s after it.

    A clip that has sound gives at least one block, were it an empty one.
    """
    with open_clip(file) as container:
        stream = sound_stream(container)
        if stream is None:
            return
        stream.codec_context.thread_count = 1
        yield b""
        origin = origin_s(container)
        if start_s > 0:
            container.seek(int((origin + start_s) * 1_000_000), backward=True)
        resampler, given = Resampler(), 0
        for frame in _decoded(container, stream):
            at_s = frame.time - origin - start_s if frame.time is not None else given / SOUND_RATE_HZ
            leap = round((at_s - given / SOUND_RATE_HZ) * SOUND_RATE_HZ)
            if at_s + frame.samples / frame.sample_rate <= 0:
                continue
            if leap > LEAP_S * SOUND_RATE_HZ or (given == 0 and leap > 0):
                yield from silence(leap)
                given += leap
            skip = -leap if leap < -LEAP_S * SOUND_RATE_HZ or given == 0 else 0
            for block in resampler.blocks(frame):
                kept = block[max(0, skip) * SOUND_FRAME_BYTES :]
                skip -= len(block) // SOUND_FRAME_BYTES
                given += len(kept) // SOUND_FRAME_BYTES
                yield kept
        yield from resampler.rest()


def silence(samples: int) -> Iterator[bytes]:
    """Gives that many samples of silence, in small blocks."""
    left = samples * SOUND_FRAME_BYTES
    while left > 0:
        yield _SILENCE[:left]
        left -= len(_SILENCE)


def track(file: Opened, request: ShowFile) -> Iterator[bytes]:
    """Gives exactly `duration_s` of sound: rounds of `loop_s` that stay in step with the picture, then silence.

    A clip without sound gives nothing at all.
    """
    total, loop_s = round(request.duration_s * SOUND_RATE_HZ), request.loop_s
    given, begin_s, ends_s = 0, request.start_s, loop_s - request.start_s
    while given < total:
        end = min(total, round(ends_s * SOUND_RATE_HZ)) if loop_s else total
        heard = False
        for block in round_of(file, begin_s):
            heard = True
            kept = block[: (end - given) * SOUND_FRAME_BYTES]
            given += len(kept) // SOUND_FRAME_BYTES
            if kept:
                yield kept
            if given >= end:
                break
        if not heard:
            return
        yield from silence(end - given)
        given = end
        begin_s, ends_s = 0.0, ends_s + loop_s
