"""The decoder process: answers requests on standard input, writes pictures and sound into shared rings.

Run as `python -m player.decode.worker [--frames ADDRESS SLOTS SLOT_BYTES] [--sound ADDRESS] [--low]`.
"""

import errno
import functools
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from player.decode.desk import Desk, Superseded, Task
from player.decode.files.openfile import opened
from player.decode.outlet import Outlet
from player.decode.protocol import (
    Crashed,
    Ended,
    Failed,
    Hello,
    Probe,
    Probed,
    ShowCard,
    ShowFile,
    ShowStrip,
    Working,
)
from player.decode.refusal import Refused, too_much_memory
from player.decode.rings.frames import FrameWriter, frames_size
from player.decode.rings.shared import attach
from player.decode.rings.sound import SoundWriter, sound_size
from player.decode.walls import sandbox
from player.decode.walls.readable import readable_paths
from player.decode.wire import RequestReceiver
from player.heap import trim
from signage.media import MediaFacts

if TYPE_CHECKING:
    import argparse

LIBRARIES = (
    "player.decode.pictures.stills",
    "player.decode.cards.painted",
    "player.decode.moving.video",
    "player.decode.moving.sound",
    "player.decode.moving.probing",
)
ALIVE_EVERY_S = 1.0
MAX_PIXELS = 64_000_000
"""Of a picture that is shown; what is larger was refused by its probe."""


def main() -> NoReturn:
    """Serves as the command line says."""
    options = _options()
    if sys.platform == "linux":
        load()
    frames = (options.frames[0], int(options.frames[1]), int(options.frames[2])) if options.frames else None
    serve(frames, options.sound, low=options.low)


def load() -> None:
    """Loads all that a worker may need: behind its walls nothing new can be run."""
    for module in LIBRARIES:
        import_module(module)
    if sys.platform == "linux":
        for module in ("resource", "_random"):  # for the walls, and for a card with a code, see `cards/code.py`
            import_module(module)
        _readable()


def serve(frames: tuple[str, int, int] | None, sound: str | None, *, low: bool) -> NoReturn:
    """Serves until standard input ends or `Quit` comes.

    `frames` is the address of a ring, its slots and the bytes of one; `sound` the address of a ring for samples.
    """
    # Ctrl-C and the service manager mean the whole group: the screen process decides, its end is ours (see `sandbox`).
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not break into the replies
    pictures = samples = None
    if frames is not None:
        address, slots, slot_bytes = frames
        pictures = FrameWriter(attach(address, frames_size(slots, slot_bytes)), slots, slot_bytes)
    if sound is not None:
        samples = SoundWriter(attach(sound, sound_size()))
    walls = sandbox.enter(_readable(), low=low)
    desk = Desk(RequestReceiver(0), replies)
    walls += sandbox.give_up_calls()
    desk.say(Hello(pid=os.getpid(), sandbox=walls))
    _serve(desk, pictures, samples)


@functools.cache
def _readable() -> tuple[str, ...]:
    """Where a worker may read by name; only Linux asks."""
    if sys.platform != "linux":
        return ()
    return readable_paths(import_module("player.decode.text.fonts").folders())


def _options() -> "argparse.Namespace":
    import argparse  # noqa: PLC0415 - 1 MB that a forked worker does not want

    parser = argparse.ArgumentParser(prog="player.decode.worker")
    parser.add_argument("--frames", nargs=3)
    parser.add_argument("--sound")
    parser.add_argument("--low", action="store_true")
    return parser.parse_args()


def _serve(desk: Desk, frames: FrameWriter | None, sound: SoundWriter | None) -> NoReturn:
    while True:
        task = desk.next()
        request = task.work
        outlet = Outlet(desk, request.request, frames, sound)
        try:
            _answer(task, desk, outlet)
        except Superseded:
            desk.say(Ended(request=request.request, frames=outlet.count))
        except Refused as refused:
            desk.say(Failed(request=request.request, why=refused.why))
        except Exception as fault:  # the process's outermost edge: the screen process is to know why
            if _is_out_of_memory(fault):
                desk.say(Failed(request=request.request, why=too_much_memory().why))
            else:
                desk.say(Crashed(report=traceback.format_exc()[-2000:]))
                os._exit(1)
        trim()


def _is_out_of_memory(fault: Exception) -> bool:
    return isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno == errno.ENOMEM)


def _answer(task: Task, desk: Desk, outlet: Outlet) -> None:
    """Does one request; Pillow, libav and the 10 MB of fonts and layouts are only loaded when it needs them."""
    match task.work:
        case Probe() as request:
            desk.say(Probed(request=request.request, facts=_probed(request, task.file, desk)))
        case ShowFile() as request:
            _show_file(request, task.file, outlet)
        case ShowCard() as request:
            outlet.run(_painted().card(request), None)
        case ShowStrip() as request:
            outlet.run(_painted().strip(request), None)


def _stills() -> ModuleType:
    return import_module("player.decode.pictures.stills")


def _painted() -> ModuleType:
    return import_module("player.decode.cards.painted")


def _show_file(request: ShowFile, given: int | None, outlet: Outlet) -> None:
    with opened(request.path, given, request.digests, whole=False) as file:
        if file.form.family == "picture":
            outlet.run(file.unchanged(_stills().pictures(file, request, MAX_PIXELS)), None)
            return
        samples = None
        if request.sound:
            samples = file.unchanged(import_module("player.decode.moving.sound").track(file, request))
        pictures = iter(())
        if request.kind != "audio":
            moving = import_module("player.decode.moving.video")
            pictures = file.unchanged(moving.pictures(file, request, MAX_PIXELS // 4))
        outlet.run(pictures, samples)


def _probed(request: Probe, given: int | None, desk: Desk) -> MediaFacts:
    said_at = time.monotonic()

    def alive() -> None:
        nonlocal said_at
        desk.check(request.request)
        if time.monotonic() - said_at > ALIVE_EVERY_S:
            said_at = time.monotonic()
            desk.say(Working(request=request.request))

    with opened(request.path, given, request.digests, whole=True) as file:
        prober = _stills() if file.form.family == "picture" else import_module("player.decode.moving.probing")
        facts: MediaFacts = next(file.unchanged(iter((prober.probe(file, request, alive),))))
        return facts


if __name__ == "__main__":
    main()
