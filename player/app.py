"""Builds the parts of the player and hands them to each other; starts in order, stops in reverse."""

import datetime as dt
import gc
import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

from player.breakages import Breakages
from player.claim import claim
from player.clock import Clock
from player.composer import Composer, open_ingest
from player.config import Config
from player.content.ingest import Ingest
from player.decode.prober import Prober
from player.decode.process import ForkServer
from player.events import Inbox, Stopped
from player.insight import insight
from player.keeper import Keeper, begins, read_kept
from player.loop import EVENTS_S, Loop
from player.stage.decoder import Decoder
from player.stage.overlay import Overlay
from player.stage.ports import ScreenEvent, SoundLike
from player.stage.screen import Screen
from player.stage.sound import MixerSound, NullSound, open_sound
from player.stage.stage import Stage
from player.stage.window import Wish
from player.state import Moment, Play, opened
from player.trace import Tracer
from player.uplink.recorder import NoRecords, Recorder, Records
from player.uplink.writer import LEDGER, Writer, boot_id
from player.watch.pulse import Heart, Pulse, points
from signage import __version__
from signage.errors import Words

log = logging.getLogger(__name__)

VERSIONS = (f"wuzha {__version__}", f"Python {'.'.join(map(str, sys.version_info[:3]))}")


def play(
    config: Config,
    server: ForkServer,
    *,
    headless: bool = False,
    for_s: float | None = None,
    pretended: dt.datetime | None = None,
    trace: Path | None = None,
    resumed: bool = False,
) -> int:
    """Plays until it is stopped, or for `for_s` seconds; gives the exit code.

    Its life is told on standard output, and it ends with its standard input. `server` is closed at the end; `resumed`
    says that this takes up what another process left.
    """
    with ExitStack() as parts:
        parts.enter_context(closing(server))
        claim(config.folders.state)
        inbox = Inbox()
        _stop_on_signals(inbox)
        _stop_on_broken_thread(inbox)
        kept_path = config.folders.state / "rotation.json"
        kept = read_kept(kept_path)
        clock = Clock(config.screen.timezone, kept.saved_at if kept else None, pretended)
        began = clock.now()
        clock.ask_synchronised()
        screen = parts.enter_context(closing(open_screen(config, headless=headless)))
        sound = parts.enter_context(closing(open_voice(config)))
        stage = parts.enter_context(closing(_stage(config, screen, sound, inbox, server)))
        composer, ingest = _library(config, inbox, server, parts)
        state = opened(composer.first().program, begins(kept) if kept and not clock.pretends else {})
        keeper = Keeper(kept_path, lambda: clock.read(clock.now()).at, clock.ask_synchronised, kept)
        if not clock.pretends:
            _run(keeper, parts)
        records = _records(config, clock)
        records.happened("start", {"version": __version__, "pid": os.getpid(), "resumed": resumed})
        _run(records, parts)
        composer.on_refused = lambda name, why: records.happened("refused", {"name": name, "why": why.en})
        _run(composer, parts)
        _run(ingest, parts)
        tracer = parts.enter_context(closing(Tracer(trace, append=resumed))) if trace else None

        heart = Heart(lambda: _pulse(config, screen), lambda: inbox.put(Stopped()))

        def look(now: float) -> tuple[ScreenEvent, ...]:
            heart.beat(now)
            screen.retry_display(now)
            return screen.events()

        def quarantine(sha256: str, why: Words) -> None:
            ingest.quarantine(sha256, why)
            records.happened("quarantined", {"sha256": sha256, "why": why.en})

        breakages = Breakages(quarantine)

        def played(play: Play) -> None:
            breakages.played(play)
            records.played(play)

        loop = Loop(
            state,
            stage=stage,
            clock=clock,
            inbox=inbox,
            keep=keeper.keep,
            began=records.began,
            record=played,
            note=records.happened,
            broke=breakages.note,
            look=look,
            mute=sound.set_mute,
            overlay=Overlay(screen),
            insight=lambda state, told: insight(state, told, VERSIONS, _troubles(screen, sound, records)),
            windowed=not config.screen.fullscreen,
            events_s=screen.looks_every_s or EVENTS_S,
            tracer=tracer,
        )
        gc.freeze()  # what is here now stays: a full collection of it would hold up frames for nothing
        loop.run(None if for_s is None else began + for_s)
        loop.close()
        records.happened("stop", {"fault": loop.fault[:300]} if loop.fault else {})
        if loop.fault:
            log.error("stopped by a fault: %s", loop.fault)
            return 1
        return 0


def _pulse(config: Config, screen: Screen) -> Pulse:
    width, height = screen.size
    return Pulse(
        state=str(config.folders.state),
        present=screen.mode,
        box=screen.desktop_box,
        colours=screen.colours_at(points(width, height)),
    )


class Part(Protocol):
    """Something that runs on threads of its own."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def _run(part: Part, parts: ExitStack) -> None:
    part.start()
    parts.callback(part.stop)


def _library(config: Config, inbox: Inbox, server: ForkServer, parts: ExitStack) -> tuple[Composer, Ingest]:
    """Gives what watches the folders and what makes a program of them, neither running yet."""
    pictures, moving = (parts.enter_context(Prober(server=server)) for _ in range(2))
    changed = threading.Event()
    ingest = open_ingest(config, pictures, moving, changed)
    return Composer(config, ingest, changed, inbox.put), ingest


def _troubles(screen: Screen, sound: MixerSound | NullSound, records: Records) -> tuple[Words, ...]:
    return tuple(words for words in (screen.trouble, sound.trouble, records.trouble) if words is not None)


def _records(config: Config, clock: Clock) -> Records:
    if clock.pretends:
        return NoRecords()

    def read_clock() -> Moment:
        now = clock.now()
        told = clock.read(now)
        return Moment(told.at, now, told.quality)

    return Recorder(Writer(config.folders.state / LEDGER, config.screen.id, boot_id()), read_clock)


def open_screen(config: Config, *, headless: bool) -> Screen:
    """Opens the window that the configuration asks for; without a display the canvas stays in memory."""
    settings = config.screen
    width, height = settings.canvas
    wish = Wish(
        size=(height, width) if settings.rotate in (90, 270) else (width, height),
        position=settings.position,
        fullscreen=settings.fullscreen,
        present=settings.present,
        title=settings.title or settings.id,
    )
    return Screen(wish, rotate=settings.rotate, headless=headless)


def open_voice(config: Config) -> MixerSound | NullSound:
    """Opens the sound device, unless the configuration wants silence."""
    return open_sound(config.sound.volume) if config.sound.enabled else NullSound()


def _stage(config: Config, screen: Screen, sound: SoundLike, inbox: Inbox, server: ForkServer) -> Stage:
    return Stage(
        screen,
        sound,
        zones=config.zones,
        canvas=config.screen.canvas,
        rotate=config.screen.rotate,
        decoder_factory=lambda target, want_sound: Decoder(target, want_sound, inbox.wake, server=server),
    )


def _stop_on_signals(inbox: Inbox) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: inbox.put(Stopped()))


def _stop_on_broken_thread(inbox: Inbox) -> None:
    """Lets no thread die alone: an unexpected fault ends the process, and the supervisor starts it anew."""

    def broken(caught: threading.ExceptHookArgs) -> None:
        log.error("thread %s broke", caught.thread.name if caught.thread else "?", exc_info=caught.exc_value)
        inbox.put(Stopped(fault=f"{type(caught.exc_value).__name__}: {caught.exc_value}"))

    threading.excepthook = broken
