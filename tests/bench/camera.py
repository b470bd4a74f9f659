"""A camera in front of a display."""

import re
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from tests.bench.display import Display

PTS = re.compile(rb"\bpts: *(\d+)")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Region:
    """What the camera looks at, in display pixels, and how large the picture is that it makes of it."""

    box: tuple[int, int, int, int]
    small: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """One captured frame: when it stood on the display (monotonic seconds), and what `look` made of it."""

    at: float
    value: T


class Camera(Generic[T]):
    """Films a region of a display; `look` makes something of each small picture, grey or in colours (RGB).

    A frame's time is the one ffmpeg put on it when it read the display, so neither pipes nor a busy machine move it.
    """

    def __init__(
        self, display: Display, region: Region, look: Callable[[bytes], T], *, fps: int = 60, colours: bool = False
    ) -> None:
        self._values: list[T] = []
        self._stamps: list[int] = []
        self._look = look
        self._news = threading.Condition()
        self._small_bytes = region.small[0] * region.small[1] * (3 if colours else 1)
        x, y, width, height = region.box
        form = "rgb24" if colours else "gray"
        scale = f"scale={region.small[0]}:{region.small[1]}:flags=area,format={form},showinfo=checksum=0"
        self._wall_offset = time.time() - time.monotonic()
        self._ffmpeg = subprocess.Popen(
            ["ffmpeg", "-v", "info", "-nostats", "-nostdin", "-f", "x11grab", "-draw_mouse", "0", "-framerate",
             str(fps), "-video_size", f"{width}x{height}", "-i", f"{display.name}+{x},{y}", "-vf", scale,
             "-fps_mode", "passthrough", "-copyts", "-flush_packets", "1", "-f", "rawvideo", "-"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._read_stamps)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        if not self.wait_for(lambda _: True, 20):
            raise RuntimeError("the camera sees nothing")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ffmpeg.terminate()
        for thread in self._threads:
            thread.join()
        self._ffmpeg.wait()
        for pipe in (self._ffmpeg.stdout, self._ffmpeg.stderr):
            if pipe is not None:
                pipe.close()

    def wait_for(self, wanted: Callable[[T], bool], seconds: float) -> bool:
        """Waits until a frame's value is wanted, from now on; says whether one came."""
        until = time.monotonic() + seconds
        with self._news:
            looked_at = len(self._values)
            while (left := until - time.monotonic()) > 0:
                if any(wanted(value) for value in self._values[looked_at:]):
                    return True
                looked_at = len(self._values)
                self._news.wait(min(left, 1.0))
        return False

    def seen(self) -> list[Seen[T]]:
        """Gives all frames so far, in order."""
        pairs = zip(self._stamps[:], self._values[:], strict=False)
        return [Seen(stamp / 1e6 - self._wall_offset, value) for stamp, value in pairs]

    def _read(self) -> None:
        assert self._ffmpeg.stdout is not None
        while len(picture := self._ffmpeg.stdout.read(self._small_bytes)) == self._small_bytes:
            value = self._look(picture)
            with self._news:
                self._values.append(value)
                self._news.notify_all()

    def _read_stamps(self) -> None:
        assert self._ffmpeg.stderr is not None
        for line in self._ffmpeg.stderr:
            if found := PTS.search(line):
                self._stamps.append(int(found.group(1)))
