"""What the stage asks of the screen, the sound and the decoders, and what it tells the loop.

Rule: values and protocols only. `now` is monotonic seconds everywhere; positions on the screen are pixels of the turned
canvas, x to the right, y down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from player.decode.protocol import ShowCard, ShowFile, ShowStrip, Target
from signage.errors import Words
from signage.heard import Heard
from signage.layout import Box
from signage.playlist import Rank
from signage.slot import Slot

DecoderState = Literal["idle", "starting", "ready", "ended", "failed"]


class FrameLike(Protocol):
    """One decoded picture, still lying in the decoder's ring."""

    @property
    def index(self) -> int: ...
    @property
    def pts_s(self) -> float: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def used_px(self) -> int: ...
    @property
    def last(self) -> bool: ...
    @property
    def pixels(self) -> memoryview: ...


class DecoderLike(Protocol):
    """One decoder worker, seen from the render thread: every call returns at once."""

    @property
    def state(self) -> DecoderState: ...
    @property
    def why(self) -> Words | None: ...
    @property
    def request(self) -> int: ...
    @property
    def has_sound(self) -> bool: ...
    def show(self, request: ShowFile | ShowCard | ShowStrip) -> None: ...
    def stop(self) -> None: ...
    def frame(self) -> FrameLike | None: ...
    def release(self) -> None: ...
    def pcm(self, most: int) -> bytes: ...
    def late_breakages(self) -> tuple[tuple[int, Words], ...]: ...
    def close(self) -> None: ...


DecoderFactory = Callable[[Target, bool], DecoderLike]
"""(target, want_sound) → a decoder; whoever builds it also says how the loop is woken."""


class ScreenLike(Protocol):
    """Where pixels go: rows of 32-bit B,G,R,X. A sheet is an off-screen picture without alpha, named by a number."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def vsync_hz(self) -> float | None: ...
    def sheet(self, width: int, height: int) -> int: ...
    def forget(self, sheet: int) -> None: ...
    def paint(self, pixels: memoryview, box: Box) -> None: ...
    def lay(self, sheet: int, pixels: memoryview, size: tuple[int, int], source: Box, at: tuple[int, int]) -> None: ...
    def keep(self, sheet: int, box: Box) -> None: ...
    def copy(self, sheet: int, source: Box, at: tuple[int, int], alpha: int = 255) -> None: ...
    def fill(self, box: Box, colour: str, sheet: int | None = None) -> None: ...
    def flip(self, boxes: tuple[Box, ...]) -> None: ...


class SoundLike(Protocol):
    """Where sound goes: one voice per zone, in step with `position_s`."""

    @property
    def available(self) -> bool: ...
    @property
    def lead_s(self) -> float:
        """Gives how long a voice is under way before it is heard."""
        ...

    def expect(self) -> None: ...
    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], now: float, *, volume: int, rank: Rank
    ) -> None: ...
    def pump(self, now: float, /) -> float | None: ...
    def position_s(self, zone: str, now: float, /) -> float: ...
    def sounding(self, zone: str, /) -> bool: ...
    def heard(self, zone: str, /) -> Heard: ...
    def stop(self, zone: str, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Key:
    """A key that means something to us was pressed."""

    name: Literal["escape", "i", "n", "b"]


@dataclass(frozen=True, slots=True)
class Closed:
    """The window was asked to close."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """The window had been covered and was drawn again."""


ScreenEvent = Key | Closed | Exposed


@dataclass(frozen=True, slots=True)
class Began:
    """A slot's first frame is on the screen."""

    zone: str
    number: int
    now: float


@dataclass(frozen=True, slots=True)
class Done:
    """A slot that began is over: its time or its media is, or another slot took its place (`cut`)."""

    zone: str
    number: int
    frames: int
    """Presented; a still picture counts 1."""
    late: int
    """Dropped because they came after their time."""
    ended_s: float
    """How long it was on the screen."""
    cut: bool = False
    heard: Heard = ""


Decoded = Literal["media", "picture", "card"]
"""What of a slot a decoder had in hand: its medium, or what an audio slot shows while it sounds."""


@dataclass(frozen=True, slots=True)
class Broke:
    """A slot cannot be shown, or not to its end; what was on the screen stays there."""

    zone: str
    number: int
    why: Words
    frames: int = 0
    late: int = 0
    ended_s: float = 0.0
    decoded: Decoded = "media"
    heard: Heard = ""


@dataclass(frozen=True, slots=True)
class BrokeLate:
    """A slot that is over, or was given up, was what broke its decoder; `slot.media` is what that had in hand."""

    zone: str
    slot: Slot
    why: Words


StageEvent = Began | Done | Broke | BrokeLate


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """One frame that was put on the screen."""

    zone: str
    number: int
    frame: int
    due: float
    late_ms: float


@dataclass(frozen=True, slots=True)
class Presented:
    """What one `present` did, and when the next is wanted; None: not before something happens."""

    next_due: float | None
    shown: tuple[ShownFrame, ...] = ()
