"""The decoder process: answers requests on standard input, writes pictures and sound into shared rings.

Run as `python -m player.decode.worker [--frames ADDRESS SLOTS SLOT_BYTES] [--sound ADDRESS] [--low]`.
"""

import argparse
import os
import sys
import time
from typing import NoReturn

from player.decode import sandbox
from player.decode.desk import Desk, Superseded
from player.decode.openfile import opened
from player.decode.outlet import Outlet
from player.decode.protocol import (
    Ended,
    Failed,
    Hello,
    Probe,
    Probed,
    ShowCard,
    ShowFile,
    ShowStrip,
    Work,
    Working,
)
from player.decode.refusal import Refused, too_much_memory
from player.decode.ring import FrameWriter, SoundWriter, attach, frames_size, sound_size
from signage.media import MediaFacts

ALIVE_EVERY_S = 1.0
MAX_PIXELS = 64_000_000
"""Of a picture that is shown; what is larger was refused by its probe."""


def main() -> NoReturn:
    """Serves until standard input ends or `Quit` comes."""
    options = _options()
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not break into the replies
    frames = sound = None
    if options.frames:
        address, slots, slot_bytes = options.frames[0], int(options.frames[1]), int(options.frames[2])
        frames = FrameWriter(attach(address, frames_size(slots, slot_bytes)), slots, slot_bytes)
    if options.sound:
        sound = SoundWriter(attach(options.sound, sound_size()))
    walls = sandbox.enter(low=options.low)
    desk = Desk(sys.stdin.buffer.raw if hasattr(sys.stdin.buffer, "raw") else sys.stdin.buffer, replies)
    desk.say(Hello(pid=os.getpid(), sandbox=walls))
    _serve(desk, frames, sound)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="player.decode.worker")
    parser.add_argument("--frames", nargs=3)
    parser.add_argument("--sound")
    parser.add_argument("--low", action="store_true")
    return parser.parse_args()


def _serve(desk: Desk, frames: FrameWriter | None, sound: SoundWriter | None) -> NoReturn:
    while True:
        request = desk.next()
        outlet = Outlet(desk, request.request, frames, sound)
        try:
            _answer(request, desk, outlet)
        except Superseded:
            desk.say(Ended(request=request.request, frames=outlet.count))
        except Refused as refused:
            desk.say(Failed(request=request.request, why=refused.why))
        except MemoryError:
            desk.say(Failed(request=request.request, why=too_much_memory().why))
        sandbox.trim()


def _answer(request: Work, desk: Desk, outlet: Outlet) -> None:
    """Does one request; Pillow and libav are only loaded when it needs them."""
    match request:
        case Probe():
            desk.say(Probed(request=request.request, facts=_probed(request, desk)))
        case ShowFile():
            _show_file(request, outlet)
        case ShowCard():
            from player.decode import stills

            outlet.run(stills.card(request), None)
        case ShowStrip():
            from player.decode import stills

            outlet.run(stills.strip(request), None)


def _show_file(request: ShowFile, outlet: Outlet) -> None:
    with opened(request.path, whole=False) as file:
        if file.form.family == "picture":
            from player.decode import stills

            outlet.run(stills.pictures(file, request.target, request.duration_s, request.start_s, MAX_PIXELS), None)
            return
        from player.decode import sound, video

        length = {"duration_s": request.duration_s, "loop_s": request.loop_s, "start_s": request.start_s}
        pictures = video.pictures(file, request.target, max_pixels=MAX_PIXELS, **length)
        samples = sound.track(file, **length) if request.sound else None
        outlet.run(iter(()) if request.kind == "audio" else pictures, samples)


def _probed(request: Probe, desk: Desk) -> MediaFacts:
    said_s = time.monotonic()

    def alive() -> None:
        nonlocal said_s
        desk.check(request.request)
        if time.monotonic() - said_s > ALIVE_EVERY_S:
            said_s = time.monotonic()
            desk.say(Working(request=request.request))

    with opened(request.path, whole=True) as file:
        if file.form.family == "picture":
            from player.decode import stills

            return stills.probe(file, request, alive)
        from player.decode import probing

        return probing.probe(file, request, alive)


if __name__ == "__main__":
    main()
