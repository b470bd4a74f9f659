"""Video of strangers, decoded with PyAV: frames on a timeline, painted into slots."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import av
from av.video.frame import VideoFrame

from player.decode import refusal
from player.decode.files.openfile import Opened
from player.decode.moving.clip import (
    MAX_ERRORS,
    OWN_CLOCKS,
    check_stream,
    open_clip,
    origin_s,
    picture_stream,
    reason_of,
)
from player.decode.moving.painter import Painter, pixel_aspect
from player.decode.pictures.picture import Picture
from player.decode.protocol import ShowFile

NARROWEST_S = 0.012
"""Frames that follow closer are left out: no display shows them."""
WARM_UP_S = 1.0
"""How long before its end the next round of a loop is opened, step by step, while the ring is full."""


class _Timed(NamedTuple):
    at_s: float
    """Since the clip's beginning, or since the slot's."""
    frame: VideoFrame
    aspect: Fraction
    """Width of a stored pixel by its height."""


def round_of(file: Opened, start_s: float, max_pixels: int, seen_px: int) -> Iterator[_Timed | None]:
    """Decodes a clip once, from `start_s` on; None for a step that gave no frame. Raises Refused.

    `seen_px` is the longer side of what it is shown in.
    """
    with open_clip(file) as container:
        stream = picture_stream(container)
        if stream is None:
            raise refusal.nothing_in_it()
        check_stream(stream, max_pixels)
        stream.thread_count = 1
        if min(stream.width, stream.height) >= 2 * seen_px:
            # Frames that no other builds on keep their block edges: unseen at half the size, 9 % cheaper.
            stream.codec_context.options = {"skip_loop_filter": "noref"}
        aspect, origin = pixel_aspect(stream), origin_s(container)
        if start_s > 0:
            container.seek(int((origin + start_s) * 1_000_000), backward=True)
        step_s = 1 / float(stream.guessed_rate or 25)
        at_s, errors, own_clock = -step_s, 0, file.form.name in OWN_CLOCKS and start_s == 0
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
                if own_clock and frame.time is not None:
                    origin, own_clock = frame.time, False
                at_s = frame.time - origin if frame.time is not None else at_s + step_s
                if at_s >= start_s - 1e-6:
                    yield _Timed(at_s, frame, aspect)
            if not frames:
                yield None


@dataclass(slots=True)
class _Rounds:
    """A clip over and over; the next round is opened and its first frame decoded before the present one is over."""

    file: Opened
    loop_s: float
    max_pixels: int
    seen_px: int
    start_s: float
    duration_s: float
    upcoming: Iterator[_Timed | None] | None = None
    first: _Timed | None = None

    def warm_up(self) -> None:
        """Does one small step towards the first frame of the next round."""
        if self.upcoming is None:
            self.upcoming = round_of(self.file, 0.0, self.max_pixels, self.seen_px)
        elif self.first is None:
            self.first = next(self.upcoming, None)

    def _goes_on(self, base_s: float) -> bool:
        """Says whether a round from `base_s` of the slot on is seen: a decoder opened for nothing costs 30 MB."""
        return base_s < self.duration_s - 1e-4

    def __iter__(self) -> Iterator[_Timed]:
        base_s = -self.start_s
        present = round_of(self.file, self.start_s, self.max_pixels, self.seen_px)
        first: _Timed | None = None
        while True:
            given = False
            begins_s = base_s + (self.start_s if base_s < 0 else 0.0)
            for at_s, frame, aspect in _given(first, present):
                if self.loop_s and at_s >= self.loop_s - 1e-4:
                    continue
                yield _Timed(base_s + at_s if given else begins_s, frame, aspect)
                given = True
                if self.loop_s and at_s > self.loop_s - WARM_UP_S and self._goes_on(base_s + self.loop_s):
                    self.warm_up()
            is_empty = not given and base_s >= 0
            base_s += self.loop_s
            if not self.loop_s or is_empty or not self._goes_on(base_s):
                return
            while self.upcoming is None:
                self.warm_up()
            present, first = self.upcoming, self.first
            self.upcoming = self.first = None


def _given(first: _Timed | None, rest: Iterator[_Timed | None]) -> Iterator[_Timed]:
    if first is not None:
        yield first
    yield from (timed for timed in rest if timed is not None)


def pictures(file: Opened, request: ShowFile, max_pixels: int) -> Iterator[Picture]:
    """Gives a clip's frames, looped to fill `duration_s`. Raises Refused."""
    painter = Painter(request.target)
    held: _Timed | None = None
    shown_s = -1.0
    seen_px = max(request.target.width_px, request.target.height_px)
    for timed in _Rounds(file, request.loop_s, max_pixels, seen_px, request.start_s, request.duration_s):
        if timed.at_s >= request.duration_s - 1e-4:
            break
        if timed.at_s - shown_s < NARROWEST_S:
            continue
        shown_s = timed.at_s
        if held is not None:
            yield painter.picture(*held, last=False)
        held = timed
    if held is None:
        raise refusal.nothing_in_it()
    yield painter.picture(*held, last=True)
