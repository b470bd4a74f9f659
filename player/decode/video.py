"""Video of strangers, decoded with PyAV: frames on a timeline, painted into slots."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import av
import av.logging
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from player.decode import refusal
from player.decode.fitting import Placement, Turn, colour_of, place, turn_of_matrix, upright_size
from player.decode.openfile import Opened
from player.decode.picture import Picture
from player.decode.protocol import Target

# libav's log calls back into Python from any of its threads and has dead-locked there (PyAV #751, #2276).
av.logging.set_level(None)

VIDEO_CODECS = frozenset(
    "h264 hevc vp8 vp9 av1 libdav1d mpeg4 mpeg1video mpeg2video mjpeg h263 prores theora msmpeg4v2 msmpeg4v3".split()
)
SOUND_CODECS = frozenset(
    "aac aac_latm mp3 mp3float mp2 mp2float mp1 ac3 eac3 opus libopus vorbis flac alac pcm_s16le pcm_s16be pcm_s24le "
    "pcm_s24be pcm_s32le pcm_s32be pcm_u8 pcm_s8 pcm_f32le pcm_f32be pcm_f64le pcm_alaw pcm_mulaw adpcm_ms "
    "adpcm_ima_wav amrnb amrwb".split()
)
MAX_ERRORS = 50
"""Damaged packets in a row after which a clip that is being shown is given up."""
NARROWEST_S = 0.012
"""Frames that follow closer are left out: no display shows them."""
WARM_UP_S = 1.0
"""How long before its end the next round of a loop is opened, step by step, while the ring is full."""
_FILTER_TURNS = {
    (False, 1): (("transpose", "clock"),),
    (False, 2): (("hflip", None), ("vflip", None)),
    (False, 3): (("transpose", "cclock"),),
    (True, 0): (("hflip", None),),
    (True, 1): (("transpose", "clock_flip"),),
    (True, 2): (("vflip", None),),
    (True, 3): (("transpose", "cclock_flip"),),
}
_UNSPECIFIED, _BT709, _BT601 = 2, 1, 6


def open_clip(file: Opened, *, strict: bool = False) -> InputContainer:
    """Opens a container by the format that was sniffed, with nothing but files allowed; raises Refused."""
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": file.form.name if file.form.name != "mov" else "mov,mp4,m4a,3gp,3g2,mj2",
        "codec_whitelist": ",".join(sorted(VIDEO_CODECS | SOUND_CODECS)),
        "threads": "1",
    }
    if file.form.name == "matroska":
        options["format_whitelist"] = "matroska,webm"
    if strict:
        options["err_detect"] = "crccheck+bitstream+buffer+explode"
    try:
        return av.open(file.address, "r", format=file.form.name, options=options, metadata_errors="replace")
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


def turn_of(frame: VideoFrame) -> Turn:
    """Gives the turn that a frame's display matrix asks for."""
    try:
        matrix = memoryview(bytes(frame.side_data["DISPLAYMATRIX"])).cast("i")
    except KeyError:
        return Turn()
    except ValueError:  # side data of a kind that PyAV has no name for stands beside it
        return Turn(False, round(-frame.rotation / 90) % 4)
    return turn_of_matrix(matrix[0], matrix[1], matrix[3], matrix[4])


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Gives how wide a stored pixel is, 1 when nothing sensible is said."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return aspect if aspect and Fraction(1, 10) <= aspect <= 10 else Fraction(1)


def origin_s(container: InputContainer) -> float:
    """Gives the time stamp, in seconds, at which a clip begins."""
    return container.start_time / 1_000_000 if container.start_time else 0.0


def round_of(file: Opened, start_s: float, max_pixels: int) -> Iterator[tuple[float, VideoFrame, Fraction] | None]:
    """Decodes a clip once: (seconds since its beginning, frame, pixel aspect); None for a step that gave no frame."""
    with open_clip(file) as container:
        stream = picture_stream(container)
        if stream is None:
            raise refusal.nothing_in_it()
        check_stream(stream, max_pixels)
        stream.thread_count = 1
        aspect, origin = pixel_aspect(stream), origin_s(container)
        if start_s > 0:
            container.seek(int((origin + start_s) * 1_000_000), backward=True)
        step_s = 1 / float(stream.guessed_rate or 25)
        at_s, errors = -step_s, 0
        yield None
        for packet in container.demux(stream):
            try:
                frames = stream.decode(packet)
                errors = 0
            except av.FFmpegError as error:
                errors += 1
                if errors > MAX_ERRORS:
                    raise refusal.damaged(reason_of(error)) from error
                continue
            for frame in frames:
                at_s = frame.time - origin if frame.time is not None else at_s + step_s
                if at_s >= start_s - 1e-6:
                    yield at_s, frame, aspect
            if not frames:
                yield None


@dataclass(slots=True)
class _Rounds:
    """A clip over and over; the next round is opened and its first frame decoded before the present one is over."""

    file: Opened
    loop_s: float
    max_pixels: int
    start_s: float
    upcoming: Iterator[tuple[float, VideoFrame, Fraction] | None] | None = None
    first: tuple[float, VideoFrame, Fraction] | None = None

    def warm_up(self) -> None:
        """Does one small step towards the first frame of the next round."""
        if self.upcoming is None:
            self.upcoming = round_of(self.file, 0.0, self.max_pixels)
        elif self.first is None:
            self.first = next(self.upcoming, None)

    def __iter__(self) -> Iterator[tuple[float, VideoFrame, Fraction]]:
        base_s = -self.start_s
        present = round_of(self.file, self.start_s, self.max_pixels)
        first: tuple[float, VideoFrame, Fraction] | None = None
        while True:
            given = False
            begins_s = base_s + (self.start_s if base_s < 0 else 0.0)
            for at_s, frame, aspect in _given(first, present):
                if self.loop_s and at_s >= self.loop_s - 1e-4:
                    continue
                yield (base_s + at_s if given else begins_s), frame, aspect
                given = True
                if self.loop_s and at_s > self.loop_s - WARM_UP_S:
                    self.warm_up()
            if not given and base_s >= 0 or not self.loop_s:
                return
            base_s += self.loop_s
            while self.upcoming is None:
                self.warm_up()
            present, first = self.upcoming, self.first
            self.upcoming = self.first = None


def _given(
    first: tuple[float, VideoFrame, Fraction] | None, rest: Iterator[tuple[float, VideoFrame, Fraction] | None]
) -> Iterator[tuple[float, VideoFrame, Fraction]]:
    if first is not None:
        yield first
    for item in rest:
        if item is not None:
            yield item


def pictures(
    file: Opened, target: Target, *, duration_s: float, loop_s: float, start_s: float, max_pixels: int
) -> Iterator[Picture]:
    """Gives a clip's frames, looped to fill `duration_s`. Raises Refused."""
    painter = Painter(target)
    held: tuple[float, VideoFrame, Fraction] | None = None
    shown_s = -1.0
    for item in _Rounds(file, loop_s, max_pixels // 4, start_s):
        if item[0] >= duration_s - 1e-4:
            break
        if item[0] - shown_s < NARROWEST_S:
            continue
        shown_s = item[0]
        if held is not None:
            yield painter.picture(*held, last=False)
        held = item
    if held is None:
        raise refusal.nothing_in_it()
    yield painter.picture(*held, last=True)


@dataclass(slots=True)
class Painter:
    """Turns, scales and converts frames for one target."""

    target: Target
    _scaler: VideoReformatter = field(default_factory=VideoReformatter)
    _key: object = None
    _placement: Placement | None = None
    _graph: Graph | None = None
    _line: bytes = b""

    def picture(self, at_s: float, frame: VideoFrame, aspect: Fraction, *, last: bool) -> Picture:
        """Gives the picture that paints `frame`, due at `at_s`."""
        fitted = self._prepared(frame, aspect)

        def paint(slot: memoryview, new: bool) -> None:
            self._paint(frame, fitted, slot, new)

        return Picture(max(0, round(at_s * 1e6)), fitted.surface, last, paint)

    def _prepared(self, frame: VideoFrame, aspect: Fraction) -> Placement:
        key = (frame.width, frame.height, frame.format.name, aspect)
        if self._placement is None or key != self._key:
            self._key = key
            self._placement = place((frame.width, frame.height), turn_of(frame), self.target, aspect)
            self._graph = _graph_for(frame, self._placement)
        return self._placement

    def _paint(self, frame: VideoFrame, fitted: Placement, slot: memoryview, new: bool) -> None:
        if frame.colorspace == _UNSPECIFIED:
            frame.colorspace = _BT709 if frame.height > 576 else _BT601
        if self._graph is not None:
            self._graph.vpush(frame)
            frame = self._graph.vpull()
        box, width = fitted.place, fitted.surface[0]
        done = self._scaler.reformat(frame, box.width, box.height, "bgr0", interpolation="BILINEAR", threads=1)
        plane = done.planes[0]
        source, line, row = memoryview(plane), plane.line_size, box.width * 4
        if new and (box.width, box.height) != fitted.surface:
            red, green, blue = colour_of(self.target.background)
            slot[: width * fitted.surface[1] * 4] = bytes((blue, green, red, 0)) * (width * fitted.surface[1])
        if line == row and box.width == width:
            start = box.y * width * 4
            slot[start : start + row * box.height] = source[: row * box.height]
            return
        for y in range(box.height):
            at = ((box.y + y) * width + box.x) * 4
            slot[at : at + row] = source[y * line : y * line + row]


def _graph_for(frame: VideoFrame, fitted: Placement) -> Graph | None:
    """Gives the filters that crop and turn a frame before it is scaled, None when there is nothing to do."""
    left, top, right, bottom = (round(edge) for edge in fitted.crop)
    steps: list[tuple[str, str | None]] = []
    if (left, top, right, bottom) != (0, 0, frame.width, frame.height):
        steps.append(("crop", f"{max(1, right - left)}:{max(1, bottom - top)}:{left}:{top}"))
    steps += _FILTER_TURNS.get((fitted.turn.mirror, fitted.turn.quarters), ())
    if not steps:
        return None
    graph = Graph()
    graph.threads = 1
    nodes = [graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000))]
    nodes += [graph.add(name, args) if args else graph.add(name) for name, args in steps]
    nodes.append(graph.add("buffersink"))
    for source, sink in zip(nodes, nodes[1:], strict=False):
        source.link_to(sink)
    graph.configure()
    return graph


def seen_size(frame: VideoFrame, aspect: Fraction) -> tuple[int, int]:
    """Gives the size a frame is meant to be seen at."""
    return upright_size((frame.width, frame.height), turn_of(frame), aspect)
