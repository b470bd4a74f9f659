"""Builds the parts of the player and hands them to each other; starts in order, stops in reverse."""

import datetime as dt
import importlib.metadata
import logging
import platform
import signal
import threading
from contextlib import ExitStack
from pathlib import Path

from player.breakages import Breakages
from player.clock import Clock
from player.composer import Composer, open_ingest
from player.config import Config
from player.decode.prober import Prober
from player.events import Inbox, Stopped
from player.insight import insight
from player.keeper import Keeper, read_kept
from player.loop import EVENTS_S, Loop
from player.stage.decoder import Decoder
from player.stage.overlay import Overlay
from player.stage.ports import ScreenEvent, SoundLike
from player.stage.screen import Screen
from player.stage.sound import MixerSound, NullSound, open_sound
from player.stage.stage import Stage
from player.stage.window import Wish
from player.state import opened
from player.trace import Tracer

log = logging.getLogger(__name__)


def play(
    config: Config,
    *,
    headless: bool = False,
    for_s: float | None = None,
    pretended: dt.datetime | None = None,
    trace: Path | None = None,
) -> int:
    """Plays until it is stopped, or for `for_s` seconds; gives the exit code."""
    with ExitStack() as parts:
        inbox = Inbox()
        _stop_on_signals(inbox)
        _stop_on_broken_thread(inbox)
        kept_path = config.folders.state / "rotation.json"
        kept = read_kept(kept_path)
        clock = Clock(config.screen.timezone, kept.saved_at if kept else None, pretended)
        began = clock.now()
        clock.ask_synchronised()

        screen = open_screen(config, headless=headless)
        parts.callback(screen.close)
        sound = open_voice(config)
        parts.callback(sound.close)
        stage = _stage(config, screen, sound, inbox)
        parts.callback(stage.close)

        pictures, moving = Prober(), Prober()
        parts.callback(pictures.close)
        parts.callback(moving.close)
        composer_changed = threading.Event()
        ingest = open_ingest(config, pictures, moving, composer_changed)
        composer = Composer(config, ingest, composer_changed, inbox.put)
        first = composer.first()
        state = opened(first.program, kept.rotations if kept and not clock.pretends else {})

        keeper = Keeper(kept_path, lambda: clock.read(clock.now()).at, clock.ask_synchronised)
        if not clock.pretends:
            keeper.start()
            parts.callback(keeper.stop)
        composer.start()
        parts.callback(composer.stop)
        ingest.start()
        parts.callback(ingest.stop)
        tracer = Tracer(trace) if trace else None
        if tracer:
            parts.callback(tracer.close)

        def look(now: float) -> tuple[ScreenEvent, ...]:
            screen.retry_display(now)
            return screen.events()

        versions = _versions()
        loop = Loop(
            state,
            stage=stage,
            clock=clock,
            inbox=inbox,
            keep=keeper.keep,
            record=lambda _: None,  # nobody keeps plays yet
            broke=Breakages(ingest.quarantine).note,
            look=look,
            mute=sound.set_mute,
            overlay=Overlay(screen),
            insight=lambda state, told: insight(
                state, told, versions, tuple(w for w in (screen.trouble, sound.trouble) if w is not None)
            ),
            windowed=not config.screen.fullscreen,
            events_s=screen.looks_every_s or EVENTS_S,
            tracer=tracer,
        )
        loop.run(None if for_s is None else began + for_s)
        if loop.fault:
            log.error("stopped by a fault: %s", loop.fault)
            return 1
        return 0


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


def _stage(config: Config, screen: Screen, sound: SoundLike, inbox: Inbox) -> Stage:
    return Stage(
        screen,
        sound,
        zones=config.zones,
        canvas=config.screen.canvas,
        rotate=config.screen.rotate,
        decoder_factory=lambda target, want_sound: Decoder(target, want_sound, inbox.wake),
    )


def _versions() -> tuple[str, ...]:
    return (f"wuzha {importlib.metadata.version('wuzha')}", f"Python {platform.python_version()}")


def _stop_on_signals(inbox: Inbox) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: inbox.put(Stopped()))


def _stop_on_broken_thread(inbox: Inbox) -> None:
    """Lets no thread die alone: an unexpected fault ends the process, and the supervisor starts it anew."""

    def broken(caught: threading.ExceptHookArgs) -> None:
        log.error("thread %s broke", caught.thread.name if caught.thread else "?", exc_info=caught.exc_value)
        inbox.put(Stopped(fault=f"{type(caught.exc_value).__name__}: {caught.exc_value}"))

    threading.excepthook = broken
