"""Builds the parts of the player and hands them to each other; starts in order, stops in reverse."""

import datetime as dt
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import msgspec

from player.alone import Alone, Tie
from player.answer import MOST_WAIT_S, Answer, NoAnswer, Patience, worth_waiting_s
from player.canvas_points import CanvasPoints
from player.claim import claim
from player.clock import Clock, kept_before
from player.clock_confirmation import take_confirmation
from player.composer import Composer, open_ingest
from player.config import Config
from player.content.digest_store import DigestStore
from player.content.ingest import Ingest
from player.decode.prober import Prober
from player.decode.process import ForkServer
from player.doors import open_screen, open_sound, open_stage
from player.endings import stop_from_outside
from player.events import Ask, Identify, Inbox, SetVolume, Stopped, TakeStill
from player.heap import trim
from player.insight import insight
from player.keeper import Keeper, Kept, begins, read_kept
from player.latecomers import Latecomers, LateTie, Part
from player.loop import EVENTS_S, Loop
from player.presentation import Presentation, edge_details
from player.processes import own_age_s
from player.stage.overlay import Overlay
from player.stage.ports import ScreenEvent
from player.stage.screen import Screen
from player.stage.shared_picture import close_to_others
from player.stage.sound import DeviceSound, NullSound
from player.state import opened
from player.state_folder import FreeSpace
from player.trace import Tracer
from player.uplink.recorder import NoRecords, Recorder, Records
from player.uplink.telling import Sight
from player.uplink.writer import LEDGER, Writer, boot_id
from player.watch.pulse import AGAIN, Heart
from player.witness import Witness
from signage import __version__
from signage.errors import Words
from signage.ledger import MOST_WHY
from signage.presented import Presented
from signage.trusted_time import SavedTime

T = TypeVar("T")
log = logging.getLogger(__name__)

ROTATION = "rotation.json"
"""Its name in the state folder."""
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
        inbox = Inbox()
        stop_from_outside(inbox)
        wait_s, folder = worth_waiting_s(own_age_s()), config.folders.state
        held = Answer(lambda: _taken_up(folder), "state folder")
        patience = Patience(config.folders.watched, wait_s)
        kept = _in_time(held, wait_s)
        clock = Clock(config.screen.timezone, pretended=pretended, kept=_known_time(kept), boot=boot_id())
        started = clock.now()
        clock.ask_synchronised()
        screen = parts.enter_context(closing(open_screen(config, headless=headless)))
        free = FreeSpace(folder)
        sound = parts.enter_context(closing(open_sound(config, server)))
        digests = DigestStore(config.folders.state)
        stage = parts.enter_context(closing(open_stage(config, screen, sound, inbox, server, digests=digests)))
        presentation = Presentation((zone.name for zone in config.zones), headless=headless)
        canvas = CanvasPoints(config, screen)
        records = _records(config, clock)
        room = _Room(
            config,
            inbox,
            threading.Event(),
            lambda: parts.enter_context(closing(Prober(server=server))),
            digests,
            wait_s=patience.left_s(),
            state_wait_s=MOST_WAIT_S if held.is_there else 0.0,
        )
        coming = _tie(room, records, clock, held, knows_time=kept is not None)
        tie = _in_time(coming, room.state_wait_s) or LateTie(config.sound.volume)
        sound.set_volume(tie.volume)
        composer, ingest = _library(room, tie)
        state = opened(composer.first().program, begins(kept) if kept and not clock.pretends else {})
        keeper = Keeper(
            config.folders.state / ROTATION,
            lambda: clock.read(clock.now()).at,
            lambda: _attend(clock, folder, free),
            kept,
            enrolment=str(config.office.enrolment or ""),
            clock=clock.kept,
        )
        records.happened("start", {"version": __version__, "pid": os.getpid(), "resumed": resumed})
        writers: tuple[Part, ...] = (records,) if clock.pretends else (keeper, records)
        writing = parts.enter_context(closing(Latecomers()))

        def troubles() -> tuple[Words, ...]:
            found = (screen.trouble or presentation.trouble, *(part.trouble for part in (sound, records, tie, clock)))
            return (*filter(None, found), *composer.outdated(clock.read(clock.now()).at.date()))

        composer.on_refused = lambda name, why: records.happened("refused", {"name": name, "why": why.en[:MOST_WHY]})
        tie.sight = lambda: _sight(config, clock, troubles(), ingest, display=presentation.display, free=free)
        office = parts.enter_context(closing(Latecomers()))
        _run(parts, composer, ingest)
        _begin_with_state(coming, tie, (writing, writers), office, room)
        digests.on_stall = ingest.stalled
        tracer = parts.enter_context(closing(Tracer(trace, append=resumed))) if trace else None

        witness = Witness(records, tie, ingest, presentation.word)
        heart = Heart(
            lambda now: canvas.pulse(now, witness.begun),
            lambda: inbox.put(Stopped()),
            sighted=presentation.take,
            beaten=_beaten(ingest),
        )
        overlay = Overlay(screen)
        loop = Loop(
            state,
            stage=stage,
            clock=clock,
            inbox=inbox,
            keep=keeper.keep,
            began=witness.began,
            record=witness.played,
            note=records.happened,
            broke=witness.broke,
            look=_look(heart, screen, sound, presentation, records),
            mute=sound.set_mute,
            overlay=overlay,
            insight=lambda state, told: insight(state, told, VERSIONS, troubles()),
            windowed=not config.screen.fullscreen,
            events_s=screen.looks_every_s or EVENTS_S,
            tracer=tracer,
            saw=tie.saw,
            asked=lambda ask, now: _do(ask, now, overlay, sound, lambda: tie.took(screen.still())),
            release=tie.release,
        )
        trim()
        gc.freeze()  # what is here now stays: a full collection of it would hold up frames for nothing
        loop.run(None if for_s is None else started + for_s)
        loop.close()
        records.happened("stop", {"fault": loop.fault[:300]} if loop.fault else {})
        if loop.fault:
            log.error("stopped by a fault: %s", loop.fault)
            return 1
        return AGAIN if loop.again else 0


def _begin_with_state(
    coming: Answer[Tie], tie: Tie, writing: tuple[Latecomers, tuple[Part, ...]], office: Latecomers, room: "_Room"
) -> None:
    """Begins what uses the state folder: now, or when its disk answers."""
    if not isinstance(tie, LateTie):
        writing[0].come(*writing[1])
        office.come(tie)
        return

    def state_answers() -> None:
        try:
            real = coming.within(0.0)
        except Exception as fault:  # such as another player that holds it
            log.error("%s", fault)
            room.inbox.put(Stopped(fault=str(fault)))
            return
        tie.become(real)
        writing[0].come(*writing[1])
        office.come(real)
        room.inbox.ask(SetVolume(real.volume))
        room.changed.set()

    coming.then(state_answers)


def _beaten(ingest: Ingest) -> Callable[[], None]:
    """Returns what is done after each pulse, on its thread."""

    def look_after() -> None:
        _close_segments()
        ingest.look_after()

    return look_after


def _close_segments() -> None:
    """Closes what was made since the window was opened, such as after a change of mode."""
    for each in close_to_others():
        log.info("memory shared with the display was open to other accounts; closed: %s", each)


def _look(
    heart: Heart, screen: Screen, sound: DeviceSound | NullSound, presentation: Presentation, records: Records
) -> Callable[[float], tuple[ScreenEvent, ...]]:
    """Returns what the loop does at each turn besides deciding and drawing."""

    def look(now: float) -> tuple[ScreenEvent, ...]:
        heart.beat(now)
        screen.retry_display(now)
        if (edge := presentation.beat(now, has_window=screen.is_on_display)) is not None:
            records.happened("display", edge_details(edge))
        if (change := sound.watch(now)) is not None:
            records.happened("sound", change)
        return screen.events()

    return look


def _run(parts: ExitStack, *each: Part) -> None:
    for part in each:
        part.start()
        parts.callback(part.stop)


def _do(ask: Ask, now: float, overlay: Overlay, sound: DeviceSound | NullSound, take_still: Callable[[], None]) -> None:
    """Does what the office asks of the loop."""
    match ask:
        case Identify(seconds):
            overlay.show_for(now, seconds)
        case SetVolume(percent):
            sound.set_volume(percent)
        case TakeStill():
            take_still()


def _taken_up(state: Path) -> Kept | None:
    """Holds the state folder and reads where the last run stood; on a thread of its own, as its disk may hang."""
    claim(state)
    return read_kept(state / ROTATION)


def _attend(clock: Clock, state: Path, free: FreeSpace) -> None:
    """Looks after clock and disk now and then, on the thread that keeps."""
    free.measure(clock.now())
    clock.ask_synchronised()
    if take_confirmation(state, boot_id(), clock.up_s()):
        log.warning("a person said that the machine's clock is right: it is gone by")
        clock.believe_wall()


def _known_time(kept: Kept | None) -> SavedTime | None:
    """Returns what an earlier run knew of the time."""
    return (kept.clock or kept_before(kept.saved_at)) if kept is not None else None


def _in_time(answer: Answer[T], seconds: float) -> T | None:
    """Returns an answer that comes in time; None for one that does not."""
    try:
        return answer.within(seconds)
    except NoAnswer:
        return None


class _Room(msgspec.Struct, frozen=True):
    """What the parts that make the program are built from."""

    config: Config
    inbox: Inbox
    changed: threading.Event
    """Set by whoever has something new."""
    prober: Callable[[], Prober]
    digests: DigestStore
    wait_s: float
    """How long the first picture waits for the watched folders."""
    state_wait_s: float
    """And for the state folder, which has answered once or has not."""


def _library(room: _Room, tie: Tie) -> tuple[Composer, Ingest]:
    """Gives what watches the folders and what makes a program of them, neither running yet."""
    ingest = open_ingest(
        room.config,
        room.prober(),
        room.prober(),
        room.changed,
        room.digests.keep,
        wait_s=room.wait_s,
        state_wait_s=room.state_wait_s,
    )
    return Composer(room.config, ingest, room.changed, room.inbox.put, on_air=tie.on_air, orders=tie.orders), ingest


def _tie(room: _Room, records: Records, clock: Clock, held: Answer[Kept | None], *, knows_time: bool) -> Answer[Tie]:
    """Returns the tie to the office, not running yet, as soon as the state folder is held and has told of it.

    `knows_time`: the clock was made from what the state folder told.
    """
    config = room.config
    probe = room.prober().probe if config.has_office else None

    def opened() -> Tie:
        kept = held.within(None)
        if not knows_time and (known := _known_time(kept)) is not None:
            clock.remember(known)
        if probe is None:
            return Alone(config.sound.volume)
        from player.channel import Channel  # noqa: PLC0415 - a player on its own loads nothing of it

        return Channel(
            config,
            inbox=room.inbox,
            changed=room.changed,
            records=records,
            read_clock=clock.moment,
            dates=clock,
            probe=probe,
            digests=room.digests,
            told=not clock.pretends,
        )

    return Answer(opened, "office")


def _sight(
    config: Config,
    clock: Clock,
    troubles: tuple[Words, ...],
    ingest: Ingest,
    *,
    display: Presented,
    free: FreeSpace,
) -> Sight:
    """Gives what the office is told beyond what the loop knows; on the agent's thread."""
    refused = tuple((each.name, each.why) for each in ingest.latest().refused)
    return Sight(
        told=clock.read(clock.now()),
        troubles=troubles,
        refused=refused,
        disk_free_bytes=free.bytes_now(clock.now()),
        volume=config.sound.volume,
        display=display,
    )


def _records(config: Config, clock: Clock) -> Records:
    if clock.pretends:
        return NoRecords()
    writer = Writer(config.folders.state / LEDGER, config.screen.id, boot_id())
    return Recorder(writer, clock.moment, why_corrected=clock.why_corrected)
