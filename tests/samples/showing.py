"""Shows a request in a real worker and gathers what comes out, for tests."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from player.decode.process import ForkServer
from player.decode.protocol import ShowCard, ShowFile, ShowStrip, Target
from player.stage.decoder import Decoder
from player.stage.file_opening import OpenFile, open_unchecked
from player.stage.hang import HangWatch
from signage.errors import Words

Pixel = tuple[int, int, int]


@dataclass(slots=True)
class Shot:
    """A copy of one frame."""

    index: int
    pts_s: float
    width: int
    height: int
    used_px: int
    last: bool
    pixels: bytes

    def at(self, x: float, y: float) -> Pixel:
        """Gives red, green, blue at a place given in parts of width and height."""
        column, row = int(x * self.width), int(y * self.height)
        blue, green, red = self.pixels[(row * self.width + column) * 4 :][:3]
        return red, green, blue

    @property
    def quarters(self) -> tuple[Pixel, Pixel, Pixel, Pixel]:
        """Gives the colours in the middle of the four quadrants, left to right and top to bottom."""
        return self.at(0.25, 0.25), self.at(0.75, 0.25), self.at(0.25, 0.75), self.at(0.75, 0.75)


@dataclass(slots=True)
class Shown:
    """Everything that came of a request."""

    frames: list[Shot] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)
    state: str = ""
    why: Words | None = None
    has_sound: bool = False


class Viewer:
    """A decoder and the one who takes its frames."""

    def __init__(
        self,
        size: tuple[int, int],
        hang: HangWatch | None = None,
        open_file: OpenFile = open_unchecked,
        server: ForkServer | None = None,
    ) -> None:
        self.woken = threading.Event()
        self.target = Target(width_px=size[0], height_px=size[1])
        self.decoder = Decoder(self.target, True, self.woken.set, hang=hang, open_file=open_file, server=server)

    def wait_for(self, *states: str, within_s: float = 20.0) -> str:
        """Waits until the decoder is in one of these states."""
        until = time.monotonic() + within_s
        while self.decoder.state not in states:
            assert time.monotonic() < until, f"still {self.decoder.state}, wanted {states}"
            self.woken.wait(0.2)
            self.woken.clear()
        return self.decoder.state

    def show(self, request: ShowFile | ShowCard | ShowStrip, within_s: float = 30.0) -> Shown:
        """Shows a request to its end and gives all that came."""
        self.decoder.show(request)
        return self.rest(within_s)

    def rest(self, within_s: float = 30.0) -> Shown:
        """Gives all that still comes of the present request."""
        shown, until = Shown(), time.monotonic() + within_s
        while True:
            over = self.decoder.state in ("ended", "failed", "idle")
            moved = self._take(shown)
            if over and not moved:
                break
            assert time.monotonic() < until, f"still {self.decoder.state} after {len(shown.frames)} frames"
            if not moved:
                self.woken.wait(0.005)
                self.woken.clear()
        shown.state, shown.why, shown.has_sound = self.decoder.state, self.decoder.why, self.decoder.has_sound
        return shown

    def _take(self, shown: Shown) -> bool:
        block = self.decoder.pcm(1 << 20)
        shown.pcm += block
        frame = self.decoder.frame()
        if frame is not None:
            pixels = bytes(frame.pixels)
            shown.frames.append(
                Shot(frame.index, frame.pts_s, frame.width, frame.height, frame.used_px, frame.last, pixels)
            )
            self.decoder.release()
        return frame is not None or bool(block)


@contextmanager
def viewer(
    size: tuple[int, int] = (160, 96),
    hang: HangWatch | None = None,
    open_file: OpenFile = open_unchecked,
    server: ForkServer | None = None,
) -> Iterator[Viewer]:
    """Gives a decoder for a zone of that size and ends it afterwards."""
    seen = Viewer(size, hang, open_file, server)
    try:
        yield seen
    finally:
        seen.decoder.close()
        assert seen.decoder.wait_closed(5.0)


def near(seen: Pixel, wanted: Pixel, by: int = 12) -> bool:
    """Says whether two colours differ by no more than `by` in each of red, green and blue."""
    return all(abs(a - b) <= by for a, b in zip(seen, wanted, strict=True))


def loud(pcm: bytes | bytearray, start_s: float, end_s: float) -> float:
    """Gives the part of the samples between two moments that are not silence."""
    block = bytes(pcm[round(start_s * 48_000) * 4 : round(end_s * 48_000) * 4])
    samples = memoryview(block).cast("h")
    return sum(abs(s) > 300 for s in samples) / max(1, len(samples))
