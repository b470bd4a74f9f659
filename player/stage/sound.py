"""Sound from the decoders to the ear, through SDL's mixer; the clock for pictures that have sound.

Chunks are whole multiples of the mixer's buffer: where a mixer takes the queued chunk only at a buffer's end, still
nothing is heard between two chunks.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pygame
import pygame.mixer

from player.stage.sound_clock import SoundClock
from signage.errors import Words

log = logging.getLogger(__name__)

RATE_HZ = 48_000
FRAME_BYTES = 4
BUFFER_FRAMES = 1024
CHUNK_FRAMES = 8 * BUFFER_FRAMES
CHUNK_BYTES = CHUNK_FRAMES * FRAME_BYTES
CHUNK_S = CHUNK_FRAMES / RATE_HZ
BUFFER_S = BUFFER_FRAMES / RATE_HZ
PUMP_S = CHUNK_S / 4
NEAR_S = 0.003
"""So long before and after a chunk is expected to give way the mixer is looked at: there a look tells most."""


@dataclass(slots=True)
class Voice:
    """What one zone is sounding."""

    channel: pygame.mixer.Channel
    pull: Callable[[int], bytes]
    ended: Callable[[], bool]
    volume: int
    clock: SoundClock
    looked_at: float
    pending: bytearray = field(default_factory=bytearray)
    in_mixer: list[tuple[pygame.mixer.Sound, float]] = field(default_factory=list)
    """The chunk that plays and the one queued behind it, each with its seconds."""
    over: bool = False
    """Run out, or given up."""


class NullSound:
    """No sound device: pictures keep time by themselves."""

    available = False
    lead_s = 0.0

    def __init__(self, trouble: Words | None = None) -> None:
        self.trouble = trouble

    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], volume: int, now: float
    ) -> None:
        """Plays nothing."""

    def pump(self, _now: float) -> float | None:
        """Wants nothing."""
        return None

    def position_s(self, _zone: str, _now: float) -> float:
        """Gives 0: no zone sounds."""
        return 0.0

    def sounding(self, _zone: str) -> bool:
        """Says that nothing sounds."""
        return False

    def stop(self, zone: str) -> None:
        """Does nothing."""

    def set_volume(self, percent: int) -> None:
        """Does nothing."""

    def set_mute(self, mute: bool) -> None:
        """Does nothing."""

    def describe(self) -> str:
        """Gives the driver's name."""
        return "none"

    def close(self) -> None:
        """Does nothing."""


class MixerSound:
    """One mixer channel per zone that ever sounded."""

    available = True
    lead_s = 1.5 * BUFFER_S
    """A voice begins within one buffer, and is heard one later."""
    trouble: Words | None = None

    def __init__(self, volume: int = 100) -> None:
        """Opens the default device; raises pygame.error when there is none."""
        with _alsa_unheard():
            pygame.mixer.init(RATE_HZ, -16, 2, BUFFER_FRAMES, allowedchanges=0)
        self._channels: dict[str, pygame.mixer.Channel] = {}
        self._voices: dict[str, Voice] = {}
        self._volume = volume
        self._mute = False

    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], volume: int, now: float
    ) -> None:
        """Starts a zone's sound at its beginning; what the zone sounded before is stopped.

        `pull` gives up to so many bytes of s16le stereo at 48 kHz, `ended` says whether no more will come, `volume` is
        percent of the screen's.
        """
        self.stop(zone)
        if zone not in self._channels:
            number = len(self._channels)
            pygame.mixer.set_num_channels(max(pygame.mixer.get_num_channels(), number + 1))
            self._channels[zone] = pygame.mixer.Channel(number)
        clock = SoundClock(now, BUFFER_S)
        self._voices[zone] = Voice(self._channels[zone], pull, ended, volume, clock, now)
        self._pump_voice(zone, self._voices[zone], now)

    def pump(self, now: float) -> float | None:
        """Hands waiting sound to the mixer; gives when to come again, None while nothing sounds."""
        for zone, voice in self._voices.items():
            self._pump_voice(zone, voice, now)
        if all(voice.over for voice in self._voices.values()):
            return None
        return min((_next_look(voice, now) for voice in self._voices.values()), default=now + PUMP_S)

    def position_s(self, zone: str, now: float) -> float:
        """Gives how many seconds of a zone's sound have been heard; goes on by itself when the sound is over."""
        return self._voices[zone].clock.position_s(now)

    def sounding(self, zone: str) -> bool:
        """Says whether a zone has a voice, sounding or run out."""
        return zone in self._voices

    def stop(self, zone: str) -> None:
        """Silences a zone at once."""
        voice = self._voices.pop(zone, None)
        if voice is not None:
            # The first stop lets pygame play what is queued behind; the second ends that too.
            voice.channel.stop()
            voice.channel.stop()

    def set_volume(self, percent: int) -> None:
        """Sets the screen's volume, 0 to 100, also of what is sounding."""
        self._volume = min(max(percent, 0), 100)
        self._level()

    def set_mute(self, mute: bool) -> None:
        """Silences everything, or lets it be heard again; time goes on meanwhile."""
        self._mute = mute
        self._level()

    def describe(self) -> str:
        """Gives SDL's name of the driver."""
        return str(pygame.mixer.get_driver())

    def close(self) -> None:
        """Stops everything and gives the device back."""
        for zone in tuple(self._voices):
            self.stop(zone)
        pygame.mixer.quit()

    def _level(self) -> None:
        for voice in self._voices.values():
            for sound, _ in voice.in_mixer:
                sound.set_volume(self._gain(voice))

    def _gain(self, voice: Voice) -> float:
        return 0.0 if self._mute else voice.volume * self._volume / 10_000

    def _pump_voice(self, zone: str, voice: Voice, now: float) -> None:
        _note_ended_chunks(voice, now)
        while not voice.over and len(voice.in_mixer) < 2 and (chunk := _next_chunk(voice)) is not None:
            sound = pygame.mixer.Sound(buffer=chunk)
            sound.set_volume(self._gain(voice))
            seconds = len(chunk) / FRAME_BYTES / RATE_HZ
            if voice.in_mixer:
                voice.channel.queue(sound)
            else:
                voice.channel.play(sound)
                voice.clock.started(now, BUFFER_S)
            voice.clock.given(seconds)
            voice.in_mixer.append((sound, seconds))
        if voice.over:
            voice.pull(CHUNK_BYTES)
        elif voice.clock.is_stalled(now) and not voice.ended():
            log.warning("sound of zone %s does not come any more, going on without", zone)
            voice.clock.over()
            voice.over = True
        elif not voice.in_mixer and voice.ended():
            voice.clock.over()
            voice.over = True


def open_sound(volume: int = 100) -> MixerSound | NullSound:
    """Opens the sound device; without one everything stays silent and `trouble` says why."""
    try:
        return MixerSound(volume)
    except pygame.error as error:
        log.warning("no sound: %s", error)
        return NullSound(
            Words(
                zh=f"没有可用的声音设备（{error}）；节目照常播放，没有声音",
                en=f"no sound device ({error}); the program goes on in silence",
            )
        )


@contextmanager
def _alsa_unheard() -> Iterator[None]:
    """Keeps ALSA's own lines out of the log: eight of them where one sentence of ours does."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _next_look(voice: Voice, now: float) -> float:
    turn = voice.clock.turns_at(voice.in_mixer[0][1]) if len(voice.in_mixer) == 2 else None
    looks = () if turn is None else (turn - BUFFER_S - NEAR_S, turn - BUFFER_S + NEAR_S)
    return min([now + PUMP_S, *(look for look in looks if look > now)])


def _note_ended_chunks(voice: Voice, now: float) -> None:
    # Between two chunks the channel is not busy for a moment although one is queued: that is no end.
    is_silent = not voice.channel.get_busy()
    is_queued = voice.channel.get_queue() is not None
    if len(voice.in_mixer) == 2 and not is_queued:
        _, seconds = voice.in_mixer.pop(0)
        # The mixer turns to the next chunk when it has mixed the last buffer of this one, not when that buffer is over.
        voice.clock.moved(voice.looked_at + BUFFER_S, now + BUFFER_S, seconds)
    elif len(voice.in_mixer) == 1 and is_silent and not is_queued:
        _, seconds = voice.in_mixer.pop(0)
        voice.clock.ran_dry(now, seconds)
    voice.looked_at = now


def _next_chunk(voice: Voice) -> bytes | None:
    """Gives a whole chunk, or at the end of the sound what is left, filled up with silence to the mixer's buffer.

    The end shows itself before the source says so: its last pictures wait for this clock, and it for them. So when
    nothing more came while the last chunk in the mixer plays, what is left goes in behind it.
    """
    last = voice.ended()
    came = voice.pull(CHUNK_BYTES - len(voice.pending))
    voice.pending += came
    if len(voice.pending) < CHUNK_BYTES:
        is_waited_for = bool(came) or len(voice.in_mixer) != 1
        if not voice.pending or (not last and is_waited_for):
            return None
        step = BUFFER_FRAMES * FRAME_BYTES
        voice.pending += bytes(-len(voice.pending) % step)
    chunk = bytes(voice.pending)
    voice.pending.clear()
    return chunk
