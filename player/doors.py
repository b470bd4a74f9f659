"""Opens screen, sound and stage as the configuration asks for."""

from player.config import Config
from player.content.digest_store import DigestStore
from player.decode.process import ForkServer
from player.events import Inbox
from player.sound.sound_process import SoundProcess
from player.stage.decoder import Decoder
from player.stage.ports import SoundLike
from player.stage.screen import Screen
from player.stage.sound import DeviceSound, NullSound
from player.stage.stage import Stage
from player.stage.window import Wish


def wish_of(config: Config) -> Wish:
    """Returns the window that the configuration asks for."""
    settings = config.screen
    width, height = settings.canvas
    return Wish(
        size=(height, width) if settings.rotate in (90, 270) else (width, height),
        position=settings.position,
        fullscreen=settings.fullscreen,
        present=settings.present,
        title=settings.title or settings.id,
    )


def open_screen(config: Config, *, headless: bool) -> Screen:
    """Opens the window that the configuration asks for; without a display the canvas stays in memory."""
    return Screen(wish_of(config), rotate=config.screen.rotate, headless=headless)


def open_sound(config: Config, server: ForkServer) -> DeviceSound | NullSound:
    """Returns what plays the zones' sounds, unless the configuration wants silence; a device is opened when needed."""
    if not config.sound.enabled:
        return NullSound()
    zones = tuple(zone.name for zone in config.zones)
    return DeviceSound(SoundProcess(len(zones), server), zones, config.sound.volume)


def open_stage(
    config: Config, screen: Screen, sound: SoundLike, inbox: Inbox, server: ForkServer, *, digests: DigestStore
) -> Stage:
    """Returns the stage with the zones of the configuration, dark; `digests` open media for the decoders."""
    return Stage(
        screen,
        sound,
        zones=config.zones,
        canvas=config.screen.canvas,
        rotate=config.screen.rotate,
        decoder_factory=lambda target, want_sound: Decoder(
            target, want_sound, inbox.wake, server=server, open_file=digests.open, stalled=digests.stalled
        ),
    )
