"""Turns, scales and converts decoded video frames for one target."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from player.decode.pictures.fitting import Placement, Turn, colour_of, place, turn_of_matrix, upright_size
from player.decode.pictures.picture import Picture
from player.decode.protocol import Target

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


def turn_of(frame: VideoFrame) -> Turn:
    """Gives the turn that a frame's display matrix asks for."""
    try:
        matrix = memoryview(bytes(cast(Any, frame.side_data)["DISPLAYMATRIX"])).cast("i")
    except KeyError:
        return Turn()
    except ValueError:  # side data of a kind that PyAV has no name for stands beside it
        return Turn(False, round(-frame.rotation / 90) % 4)
    return turn_of_matrix(matrix[0], matrix[1], matrix[3], matrix[4])


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Gives how wide a stored pixel is, 1 when nothing sensible is said."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    return aspect if aspect and Fraction(1, 10) <= aspect <= 10 else Fraction(1)


@dataclass(slots=True)
class Painter:
    """Turns, scales and converts frames for one target."""

    target: Target
    _scaler: VideoReformatter = field(default_factory=VideoReformatter)
    _key: object = None
    _placement: Placement | None = None
    _graph: Graph | None = None
    _ground: bytes | None = None
    """A whole surface without the picture; made from the first frame, so that the margins stand still."""

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
            self._ground = None
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
        # Shrinking by area costs half of what bilinear and stays nearer to Lanczos (1080p to 456x256: 32.8
        # against 31.7 dB); for enlarging it is no use.
        shrinks = box.width < frame.width and box.height < frame.height
        how = "AREA" if shrinks else "BILINEAR"
        done = self._scaler.reformat(frame, box.width, box.height, "bgr0", interpolation=how, threads=1)
        plane = done.planes[0]
        source, line, row = memoryview(plane), plane.line_size, box.width * 4
        if new and (box.width, box.height) != fitted.surface:
            if self._ground is None:
                self._ground = ground(self.target, fitted, source, line)
            slot[: len(self._ground)] = self._ground
        if line == row and box.width == width:
            start = box.y * width * 4
            slot[start : start + row * box.height] = source[: row * box.height]
            return
        for y in range(box.height):
            at = ((box.y + y) * width + box.x) * 4
            slot[at : at + row] = source[y * line : y * line + row]


def ground(target: Target, fitted: Placement, pixels: memoryview, line: int) -> bytes:
    """Gives the surface around the picture: the background, or on each side the median colour of the picture's edge."""
    box, (width, height) = fitted.place, fitted.surface
    red, green, blue = colour_of(target.background)
    plain = bytes((blue, green, red, 0))
    if target.margin == "background":
        return plain * (width * height)
    columns, rows = range(0, box.width * 4, 4), range(0, box.height * line, line)
    left, right = (_median(pixels, [row + column for row in rows]) for column in (0, columns[-1]))
    top, bottom = (_median(pixels, [row + column for column in columns]) for row in (0, rows[-1]))
    middle = left * box.x + plain * box.width + right * (width - box.x - box.width)
    return top * (width * box.y) + middle * box.height + bottom * (width * (height - box.y - box.height))


def _median(pixels: memoryview, places: list[int]) -> bytes:
    return bytes(sorted(pixels[at + channel] for at in places)[len(places) // 2] for channel in range(3)) + b"\0"


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
    for source, sink in pairwise(nodes):
        source.link_to(sink)
    graph.configure()
    return graph


def seen_size(frame: VideoFrame, aspect: Fraction) -> tuple[int, int]:
    """Gives the size a frame is meant to be seen at."""
    return upright_size((frame.width, frame.height), turn_of(frame), aspect)
