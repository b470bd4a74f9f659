"""A worker that was taken over, at the other end of the pipes and the rings.

Promise: what draws gets its answers at once; memory, log and time of who asked are bounded; what the worker says of a
file is either possible or refused, in sentences that can be printed; and nothing of it is left when it is over.
"""

import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import msgspec

from player.decode.prober import Prober
from player.decode.process import ForkServer
from player.decode.protocol import MAX_MESSAGE_BYTES, ShowCard, ShowFile, ShowStrip, Target
from player.stage.decoder import Decoder
from player.stage.hang import HangWatch
from signage.errors import Words
from signage.media import MediaFacts
from signage.slot import Card
from tests.fuzz import mutation
from tests.fuzz.case import Broken, Case, CaseBounds, Step
from tests.fuzz.child import ROOT
from tests.fuzz.liar import NUMBER, SCRIPT, Scribble
from tests.fuzz.sentences import check_words, is_plain

T = TypeVar("T")
AT_ONCE_S = 2.0
"""For one call of what draws: on a busy machine; a call that waits for the worker takes longer."""
DRIVE_S = 0.6
"""So long a decoder is asked and its frames are taken."""
PROBE_S = 30.0
CLOSE_S = 10.0
SILENCE_S, PATIENCE_S = 0.4, 2.5
SIZE = (160, 96)
REPLIES: tuple[dict[str, Any], ...] = (
    {"type": "hello", "pid": 1, "sandbox": ["seccomp", "landlock"]},
    {"type": "probed", "request": NUMBER, "facts": {"kind": "image", "width_px": 160, "height_px": 96}},
    {"type": "probed", "request": NUMBER, "facts": {"kind": "video", "width_px": 9, "height_px": 9, "duration_s": 5.0,
                                                    "has_sound": True, "frame_rate": 25.0}},
    {"type": "working", "request": NUMBER}, {"type": "ready", "request": NUMBER, "has_sound": True},
    {"type": "ended", "request": NUMBER, "frames": 1}, {"type": "crashed", "report": "Traceback\n  File"},
    {"type": "failed", "request": NUMBER, "why": {"zh": "打不开", "en": "it cannot be decoded"}},
)  # fmt: skip
NUMBERS = (
    0,
    1,
    -1,
    2**31,
    2**53,
    2**63 - 1,
    2**64 - 1,
    -(2**63),
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    -0.0,
    0.5,
    10**9,
)
LENGTHS = (0, 1, MAX_MESSAGE_BYTES - 1, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES + 1, 2**31 - 1, 2**31, 2**32 - 1)


def make(random: Random) -> Case:
    """Returns who is lied to, and the script of the liar."""
    steps = [Step(random.choice(("decoder", "decoder", "prober")))]
    if random.random() < 0.8:
        steps.append(Step("say", _framed(msgspec.msgpack.encode(REPLIES[0]))))
    for _ in range(random.randint(1, 8)):
        steps.append(_lie(random))
    return tuple(steps)


def _lie(random: Random) -> Step:
    match random.randrange(14):
        case 0 | 1:
            return Step("hear")
        case 2 | 3 | 4 | 5:
            return Step("say", _reply(random))
        case 6:
            return Step("flood", _reply(random))
        case 7 | 8 | 9:
            return Step("scribble", msgspec.json.encode(_scribble(random)))
        case 10:
            return Step(random.choice(("wait", "shut", "die")))
        case 11:
            return Step(
                "say", random.choice(LENGTHS).to_bytes(4, "little") + random.randbytes(random.choice((0, 3, 5000)))
            )
        case 12:
            report = {
                "type": "crashed",
                "report": random.choice(("x", "\x1b[2J\n", "字")) * random.choice((1, 1000, 60_000)),
            }
            return Step(random.choice(("say", "flood")), _framed(msgspec.msgpack.encode(report)))
        case _:
            return Step("say", mutation.damaged(random, _reply(random)))


def _reply(random: Random) -> bytes:
    tree = random.choice(REPLIES)
    if random.random() < 0.6:
        tree = _changed(random, tree)
    try:
        return _framed(msgspec.msgpack.encode(tree))
    except (UnicodeEncodeError, OverflowError):
        return _framed(msgspec.msgpack.encode(REPLIES[3]))


def _changed(random: Random, tree: dict[str, Any]) -> Any:
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(tree))
    container, key = random.choice(mutation.places(copy))
    match random.randrange(6):
        case 0 | 1:
            container[key] = random.choice(NUMBERS)
        case 2 | 3:
            container[key] = mutation.text(random) if random.random() < 0.7 else "字" * random.choice((999, 80_000))
        case 4:
            container[key] = random.choice(
                (None, True, [], {}, [1] * 60_000, {str(n): n for n in range(9000)}, b"\xff" * 99)
            )
        case _:
            deep: Any = 0
            for _ in range(random.choice((10, 900, 5000))):
                deep = [deep]
            container[key] = 0 if random.random() < 0.5 else ["a"] * 9
            return copy if random.random() < 0.7 else [copy]
    return copy


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "little") + body


def _scribble(random: Random) -> Scribble:
    head, first_slot, sound_request, sound_start = 8, 64, 24, 25
    values = (0, 1, 2, 3, 4, 5, 2**31, 2**40, 2**63, 2**64 - 1, 384_000, 384_001)
    if random.random() < 0.5:  # a frame that can be, or nearly
        slot = first_slot + 8 * random.randrange(3)
        width, height = random.choice(
            ((160, 96), (96, 160), (161, 96), (65_535, 1), (65_536, 65_536), (0, 0), (2**63, 2))
        )
        words = list(
            enumerate((random.choice((1, 2, NUMBER)), 0, 0, width, height, random.choice((0, 160, 2**40)), 1), slot)
        )
        words[random.randrange(7)] = (slot + random.randrange(7), random.choice(values))
        return Scribble(0, [*words, (head, random.choice((1, 1, 1, 2, 3, 4)))], random.choice((1, 1, 50_000)))
    places = (head, 16, first_slot, sound_request, sound_start, 511)
    words = [(random.choice(places), random.choice(values)) for _ in range(random.randint(1, 4))]
    return Scribble(random.randrange(2), words, random.choice((1, 1, 100_000)))


class Liars(ForkServer):
    """A fork server whose workers lie."""

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.liar"], stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd=ROOT,
            )  # fmt: skip
        ours.settimeout(60.0)
        self._orders = ours


class Parents:
    """Those who ask workers: what judges files, and what shows them."""

    bounds = CaseBounds(
        log_bytes=3000.0, log_case_bytes=30_000, files=20, disk_mib=4.0, peak_mib=96.0, slow_floor_s=3.0
    )

    def __init__(self, folder: Path) -> None:
        self._script, self._file = folder / "script", folder / "a.png"
        self._file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"a picture" * 20)
        os.environ[SCRIPT] = str(self._script)
        self._server = Liars()
        self._threads = threading.active_count()

    make = staticmethod(make)

    def run(self, case: Case) -> None:
        """Asks one liar, and looks at what it made of us."""
        kind = case[0].about
        self._script.write_bytes(msgspec.json.encode(case[1:]))
        self._probe() if kind == "prober" else self._show()
        until = time.monotonic() + CLOSE_S
        while threading.active_count() > self._threads:
            if time.monotonic() > until:
                raise Broken("a thread is left behind")
            time.sleep(0.01)

    def _probe(self) -> None:
        began = time.monotonic()
        with Prober(silence_s=SILENCE_S, patience_s=PATIENCE_S, server=self._server) as prober:
            answer = prober.probe(str(self._file))
            _check_answer(answer)
            _check_sandbox(prober.sandbox)
        if time.monotonic() - began > PROBE_S:
            raise Broken("a probe has no end")

    def _show(self) -> None:
        target = Target(width_px=SIZE[0], height_px=SIZE[1])
        decoder = Decoder(target, True, lambda: None, hang=HangWatch(start_s=0.4, running_s=0.4), server=self._server)
        try:
            self._drive(decoder, target)
        finally:
            decoder.close()
            if not decoder.wait_closed(CLOSE_S):
                raise Broken("a decoder cannot be closed")

    def _drive(self, decoder: Decoder, target: Target) -> None:
        card = ShowCard(request=1, card=Card(template="notice", title="不轻信"), target=target)
        film = ShowFile(
            request=2, path=str(self._file), kind="video", target=target, duration_s=5.0, loop_s=1.0, sound=True
        )
        strip = ShowStrip(request=3, text="不透露", length_px=400, em_px=40, target=target)
        until = time.monotonic() + DRIVE_S
        for number in range(1, 10_000):
            if number % 40 == 1:
                request = (card, film, strip)[number // 40 % 3]
                _at_once(lambda request=request: decoder.show(request))  # type: ignore[misc]
            if number % 150 == 149:
                _at_once(decoder.stop)
            state = _at_once(lambda: decoder.state)
            frame = _at_once(decoder.frame)
            if frame is not None:
                if len(frame.pixels) != frame.width * frame.height * 4 or not math.isfinite(frame.pts_s):
                    raise Broken("a frame that cannot be")
                _at_once(decoder.release)
            if len(_at_once(lambda: decoder.pcm(4096))) % 4:
                raise Broken("half a sample")
            if state == "failed" and decoder.why is not None:
                check_words(decoder.why)
            _check_sandbox(decoder.sandbox)
            if time.monotonic() > until:
                break
            time.sleep(0.005)

    def pids(self) -> tuple[int, ...]:
        """Returns none: who is lied to lives in this process."""
        return ()

    def close(self) -> None:
        """Ends the liars."""
        self._server.close()


def _at_once(call: Callable[[], T]) -> T:
    began = time.monotonic()
    found = call()
    if time.monotonic() - began > AT_ONCE_S:
        raise Broken("a call of the render thread waits")
    return found


def _check_answer(answer: MediaFacts | Words) -> None:
    if isinstance(answer, Words):
        check_words(answer)
        return
    numbers = (answer.width_px, answer.height_px, answer.duration_s, answer.frame_rate)
    if not all(math.isfinite(each) and 0 <= each <= 2**31 for each in numbers):
        raise Broken("facts about a file that cannot be")
    if answer.kind not in ("image", "video", "audio"):
        raise Broken("a kind of file that there is not")


def _check_sandbox(walls: tuple[str, ...]) -> None:
    if len(walls) > 50 or any(len(each) > 100 or not is_plain(each) for each in walls):
        raise Broken("what a worker says of its walls is kept whatever it is")


def open_target(folder: Path) -> Parents:
    """Returns the target."""
    return Parents(folder)
