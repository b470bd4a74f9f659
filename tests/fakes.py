"""Working fakes of the doors: a screen of bytes, a sound that keeps time, a decoder that answers at once.

They do what the real ones do, in memory and on the caller's time; nothing sleeps and nothing is a thread.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from player.decode.protocol import ShowCard, ShowFile, ShowStrip, Target
from player.stage.ports import DecoderState, Key, ScreenEvent
from signage.errors import Words
from signage.heard import Heard
from signage.layout import Box
from signage.link import Arrived, Connected, Disconnected, LinkEvent, Outgoing, Sent, Will
from signage.playlist import Rank

Pixel = tuple[int, int, int]
"""Red, green, blue."""

RING_FRAMES = 4
SOUND_BYTES_S = 48_000 * 4


def colour_of(name: str) -> Pixel:
    """Gives the colour in which FakeDecoder paints a path, or a card's template and title."""
    mixed = zlib.crc32(name.encode())
    return (64 + mixed % 160, 64 + mixed // 256 % 160, 64 + mixed // 65536 % 160)


class FakeScreen:
    """A canvas of bytes that counts its sheets, remembers what was flipped, and says what a test made a person do."""

    def __init__(self, width: int, height: int, vsync_hz: float | None = None) -> None:
        self.size = (width, height)
        self.vsync_hz = vsync_hz
        self.sheets_made = 0
        self.flips: list[tuple[Box, ...]] = []
        self.panel: tuple[str, ...] | None = None
        self.slow_panels = 0
        """How often a panel is still being drawn."""
        self.trouble: Words | None = None
        self.pressed: list[ScreenEvent] = []
        self.closed = False
        self._canvas = _Grid(width, height)
        self._sheets: dict[int, _Grid] = {}

    def sheet(self, width: int, height: int) -> int:
        self.sheets_made += 1
        self._sheets[self.sheets_made] = _Grid(width, height)
        return self.sheets_made

    def forget(self, sheet: int) -> None:
        del self._sheets[sheet]

    def paint(self, pixels: memoryview, box: Box) -> None:
        source = _Grid(box.width, box.height, bytearray(pixels))
        self._canvas.take(source, Box(0, 0, box.width, box.height), box.x, box.y)

    def lay(self, sheet: int, pixels: memoryview, size: tuple[int, int], source: Box, at: tuple[int, int]) -> None:
        self._sheets[sheet].take(_Grid(*size, bytearray(pixels)), source, *at)

    def keep(self, sheet: int, box: Box) -> None:
        self._sheets[sheet].take(self._canvas, box, box.x, box.y)

    def copy(self, sheet: int, source: Box, at: tuple[int, int], alpha: int = 255) -> None:
        self._canvas.take(self._sheets[sheet], source, *at, alpha)

    def fill(self, box: Box, colour: str, sheet: int | None = None) -> None:
        red, green, blue = bytes.fromhex(colour[1:])
        grid = self._canvas if sheet is None else self._sheets[sheet]
        plain = _Grid(box.width, box.height, bytearray((blue, green, red, 0)) * (box.width * box.height))
        grid.take(plain, Box(0, 0, box.width, box.height), box.x, box.y)

    def flip(self, boxes: tuple[Box, ...]) -> None:
        self.flips.append(boxes)

    def events(self) -> tuple[ScreenEvent, ...]:
        found, self.pressed = tuple(self.pressed), []
        return found

    def press(self, *names: str) -> None:
        """Lets the next `events` find these keys."""
        self.pressed += [Key(name) for name in names]

    def show_panel(self, lines: tuple[str, ...]) -> bool:
        if self.slow_panels:
            self.slow_panels -= 1
            return False
        self.panel = lines
        return True

    def hide_panel(self) -> None:
        self.panel = None

    def retry_display(self, now: float) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    def pixel(self, x: int, y: int) -> Pixel:
        """Gives what a person would see there."""
        return self._canvas.pixel(x, y)

    def row(self, y: int) -> list[Pixel]:
        """Gives one row of the canvas, left to right."""
        return [self.pixel(x, y) for x in range(self.size[0])]


class _Grid:
    def __init__(self, width: int, height: int, cells: bytearray | None = None) -> None:
        self.width, self.height = width, height
        self.cells = bytearray(width * height * 4) if cells is None else cells
        assert len(self.cells) == width * height * 4

    def take(self, other: "_Grid", source: Box, x: int, y: int, alpha: int = 255) -> None:
        assert 0 <= source.x <= other.width - source.width
        assert 0 <= source.y <= other.height - source.height
        assert 0 <= x <= self.width - source.width
        assert 0 <= y <= self.height - source.height
        for line in range(source.height):
            start = ((source.y + line) * other.width + source.x) * 4
            to = ((y + line) * self.width + x) * 4
            new = other.cells[start : start + source.width * 4]
            if alpha < 255:
                old = self.cells[to : to + source.width * 4]
                new = bytearray((o * (255 - alpha) + n * alpha) // 255 for o, n in zip(old, new, strict=True))
            self.cells[to : to + source.width * 4] = new

    def pixel(self, x: int, y: int) -> Pixel:
        blue, green, red, _ = self.cells[(y * self.width + x) * 4 :][:4]
        return (red, green, blue)


@dataclass
class _FakeVoice:
    pull: Callable[[int], bytes]
    ended: Callable[[], bool]
    volume: int
    began: float
    pulled: int = 0


class FakeSound:
    """A device that hears everything in real time: position is the time since `begin`, at most what was pulled."""

    def __init__(self, available: bool = True, lead_s: float = 0.0) -> None:
        self.available = available
        self.lead_s = lead_s
        """How long after `begin` the first of it is heard."""
        self.trouble: Words | None = None
        self.begun: list[tuple[str, int]] = []
        """Every (zone, volume) that ever began."""
        self.volume = 100
        self.mute = False
        self.expected = 0
        self.ranks: list[Rank] = []
        self.closed = False
        self._voices: dict[str, _FakeVoice] = {}

    def expect(self) -> None:
        self.expected += 1

    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], now: float, *, volume: int, rank: Rank
    ) -> None:
        self.begun.append((zone, volume))
        self.ranks.append(rank)
        self._voices[zone] = _FakeVoice(pull, ended, volume, now)
        self.pump(now)

    def pump(self, now: float) -> float | None:
        for voice in self._voices.values():
            ahead = int((now - voice.began + 0.2) * SOUND_BYTES_S) // 4 * 4 - voice.pulled
            if ahead > 0:
                voice.pulled += len(voice.pull(ahead))
        return now + 0.05 if self._voices else None

    def position_s(self, zone: str, now: float) -> float:
        voice = self._voices[zone]
        heard = now - voice.began - self.lead_s
        return heard if voice.ended() else min(heard, voice.pulled / SOUND_BYTES_S)

    def sounding(self, zone: str) -> bool:
        return zone in self._voices

    def heard(self, zone: str) -> Heard:
        return "heard" if zone in self._voices else ""

    def stop(self, zone: str) -> None:
        self._voices.pop(zone, None)

    def set_volume(self, percent: int) -> None:
        self.volume = percent

    def set_mute(self, mute: bool) -> None:
        self.mute = mute

    def describe(self) -> str:
        return "fake"

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True)
class FakeFrame:
    """One picture of a FakeDecoder."""

    index: int
    pts_s: float
    width: int
    height: int
    used_px: int
    last: bool
    pixels: memoryview


class FakeDecoder:
    """Answers every request at once with frames of one colour (`colour_of`), as many as the real one would make.

    Video has `rate` frames a second and counts them in the blue channel; strips are tiles whose columns tell the text
    and the place in it (`strip_columns`).
    """

    def __init__(self, target: Target, want_sound: bool, *, rate: float = 25.0) -> None:
        self.target = target
        self.want_sound = want_sound
        self.rate = rate
        self.state: DecoderState = "idle"
        self.why: Words | None = None
        self.request = 0
        self.has_sound = False
        self.sandbox: tuple[str, ...] = ()
        self.asked: list[ShowFile | ShowCard | ShowStrip] = []
        self.held = False
        """While true, a request stays `starting`."""
        self.ring_limit = RING_FRAMES
        self.closed = False
        self.late: list[tuple[int, Words]] = []
        """What requests given up are to have broken it."""
        self._work: ShowFile | ShowCard | ShowStrip | None = None
        self._taken = 0
        self._pcm_left = 0

    def show(self, request: ShowFile | ShowCard | ShowStrip) -> None:
        self.asked.append(request)
        self.request, self._work, self._taken, self.why = request.request, request, 0, None
        self.state = "starting"
        self.has_sound = isinstance(request, ShowFile) and request.sound and self.want_sound
        self._pcm_left = int(request.duration_s * 48_000) * 4 if isinstance(request, ShowFile) and self.has_sound else 0
        if not self.held:
            self.let_go()

    def let_go(self) -> None:
        """Lets a held request have its frames."""
        self.held = False
        if self._work is not None:
            self.state = "ready" if self._count() > 0 or self._pcm_left else "ended"
            self._end_if_all_taken()

    def fail(self, why: Words) -> None:
        """Lets the request in work fail, as when the worker died."""
        self.state, self.why, self._work = "failed", why, None

    def stop(self) -> None:
        self._work, self.state, self._pcm_left = None, "idle", 0

    def late_breakages(self) -> tuple[tuple[int, Words], ...]:
        late, self.late = tuple(self.late), []
        return late

    def frame(self) -> FakeFrame | None:
        if self._work is None or self.state == "starting" or self._taken >= self._count():
            return None
        return self._drawn(self._work, self._taken)

    def release(self) -> None:
        assert self.frame() is not None, "released a frame that is not there"
        self._taken += 1
        self._end_if_all_taken()

    def pcm(self, most: int) -> bytes:
        taken = min(most // 4 * 4, self._pcm_left)
        self._pcm_left -= taken
        self._end_if_all_taken()
        return bytes(taken)

    def close(self) -> None:
        self.closed = True

    def _end_if_all_taken(self) -> None:
        if self._work is not None and self._count() - self._taken <= self.ring_limit and not self._pcm_left:
            self.state = "ended"

    def _count(self) -> int:
        match self._work:
            case ShowFile(kind="audio") | None:
                return 0
            case ShowFile(kind="video", duration_s=seconds):
                return max(1, round(seconds * self.rate))
            case ShowFile(loop_s=loop, duration_s=seconds) if loop > 0:
                return max(1, round(seconds * self.rate))
            case ShowStrip(length_px=length):
                return -(-length // self.target.width_px)
            case _:
                return 1

    def _drawn(self, work: ShowFile | ShowCard | ShowStrip, index: int) -> FakeFrame:
        width = self.target.width_px
        last = index == self._count() - 1
        if isinstance(work, ShowStrip):
            used = min(width, work.length_px - index * width)
            return self._frame(index, 0.0, used, last, strip_columns(work.text, index * width, used, width))
        name = work.path if isinstance(work, ShowFile) else f"{work.card.template} {work.card.title}"
        red, green, blue = colour_of(name)
        if self._count() > 1:
            blue = index % 256
        return self._frame(index, index / self.rate, width, last, [(red, green, blue)] * width)

    def _frame(self, index: int, pts_s: float, used: int, last: bool, columns: list[Pixel]) -> FakeFrame:
        width, height, rotate = self.target.width_px, self.target.height_px, self.target.rotate
        across = b"".join(bytes((b, g, r, 0)) for r, g, b in columns)
        if rotate in (0, 180):
            cells = (across if rotate == 0 else _reversed(across)) * height
            size = (width, height)
        else:
            rows = [across[at : at + 4] * height for at in range(0, len(across), 4)]
            cells = b"".join(rows if rotate == 90 else reversed(rows))
            size = (height, width)
        return FakeFrame(index, pts_s, *size, used, last, memoryview(cells))


def strip_columns(text: str, start: int, used: int, width: int) -> list[Pixel]:
    """Gives the columns of a strip from `start`: red and green count the pixels, blue tells the text."""
    mark = 1 + zlib.crc32(text.encode()) % 255
    inked: list[Pixel] = [(1 + (start + n) // 256, (start + n) % 256, mark) for n in range(used)]
    return inked + [(0, 0, 0)] * (width - used)


def _reversed(across: bytes) -> bytes:
    return b"".join(across[at : at + 4] for at in range(len(across) - 4, -1, -4))


class FakeLink:
    """A connection to a broker that a test plays: it says what comes and looks at what went."""

    def __init__(self, will: Callable[[], Will] | None = None, *, room: int = 20) -> None:
        self.will = will
        self.last_will: Will | None = None
        self.room = room
        """So much may be in flight before `publish` says no."""
        self.published: list[Outgoing] = []
        """Everything that was ever handed over, in order."""
        self.farewell: tuple[Outgoing, ...] = ()
        self.connected = False
        self.stopped = False
        self.holds_pubacks = False
        self.refuses: Callable[[Outgoing], str] = lambda out: ""
        """Why the broker does not take a message; empty: it does."""
        self._events: list[LinkEvent] = []
        self._tokens = 0
        self._in_flight: dict[int, Outgoing] = {}

    def start(self) -> None:
        pass

    def connect(self, level: int = 5) -> None:
        """Lets the broker take us in."""
        if self.will is not None:
            self.last_will = self.will()
        self.connected = True
        self._events.append(Connected(level))

    def cut(self, why: str = "gone") -> None:
        """Ends the connection without a word."""
        self.connected = False
        self._events += [Sent(token, why) for token in self._in_flight]
        self._in_flight.clear()
        self._events.append(Disconnected(why))

    def deliver(self, topic: str, payload: bytes, *, retained: bool = False) -> None:
        """Lets a message come."""
        self._events.append(Arrived(topic, payload, retained))

    def puback(self) -> None:
        """Lets the broker acknowledge what is in flight."""
        for token, out in self._in_flight.items():
            self._events.append(Sent(token, self.refuses(out)))
        self._in_flight.clear()

    def take(self, wait_s: float = 0.0) -> tuple[LinkEvent, ...]:
        if not self.holds_pubacks:
            self.puback()
        events, self._events = tuple(self._events), []
        return events

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        if not self.connected or len(self._in_flight) >= self.room:
            return None
        self._tokens += 1
        out = Outgoing(topic, payload, retain)
        self._in_flight[self._tokens] = out
        self.published.append(out)
        return self._tokens

    def acknowledge(self, arrived: Arrived) -> None:
        pass

    def stop(self, farewell: tuple[Outgoing, ...] = (), wait_s: float = 3.0) -> None:
        self.farewell, self.stopped = farewell, True

    def sent(self, end: str) -> list[bytes]:
        """Gives the payloads that went to topics with that end, in order."""
        return [out.payload for out in self.published if out.topic.endswith(end)]
