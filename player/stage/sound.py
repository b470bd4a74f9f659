"""The sounds of the zones: from their decoders into the rings of the sound process, and the clocks their pictures keep.

Rule: for the render thread; nothing here waits, or touches a sound device. While there is none, sound is thrown away at
the pace of time, so that the picture goes on and a device that comes is given what belongs to that moment.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from player.sound.device_watch import DeviceWatch, DeviceWord, device_word
from player.sound.sound_process import OpenDevice, SoundProcess
from player.sound.voice_ring import BUFFER_S, FRAME_BYTES, LOUDEST, RATE_HZ, VoiceWriter
from player.stage.sound_clock import SoundClock
from signage.errors import Words
from signage.heard import Heard, heard_word, is_silenced
from signage.ledger import Details
from signage.playlist import Rank

log = logging.getLogger(__name__)

AHEAD_FRAMES = RATE_HZ * 2 // 5
"""So much sound waits in a ring."""
PUMP_S = 0.1
LATE_S = 0.5
"""A device that has not asked for sound for so long is not there for now: pictures do not wait for it."""
MOST_AT_ONCE = 8 * RATE_HZ * FRAME_BYTES


@dataclass(slots=True)
class Voice:
    """What one zone is sounding."""

    number: int
    pull: Callable[[int], bytes]
    ended: Callable[[], bool]
    volume: int
    rank: Rank
    clock: SoundClock
    writer: VoiceWriter | None = None
    """The ring that it is played from; None while there is no device."""
    start_s: float = 0.0
    """The position of what was first written into that ring."""
    over: bool = False
    """Run out, or given up."""
    is_yielding: bool = False
    heard_s: float = 0.0
    unheard_s: float = 0.0
    yielded_s: float = 0.0
    muted_s: float = 0.0


class NullSound:
    """The configuration wants silence: pictures keep time by themselves."""

    available = False
    lead_s = 0.0
    trouble: Words | None = None

    def expect(self) -> None:
        """Does nothing."""

    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], now: float, *, volume: int, rank: Rank
    ) -> None:
        """Plays nothing."""

    def pump(self, _now: float) -> float | None:
        """Wants nothing."""
        return None

    def position_s(self, _zone: str, _now: float) -> float:
        """Returns 0: no zone sounds."""
        return 0.0

    def sounding(self, _zone: str) -> bool:
        """Says that nothing sounds."""
        return False

    def heard(self, _zone: str) -> Heard:
        """Returns that nothing was to be heard."""
        return ""

    def stop(self, zone: str) -> None:
        """Does nothing."""

    def set_volume(self, percent: int) -> None:
        """Does nothing."""

    def set_mute(self, mute: bool) -> None:
        """Does nothing."""

    def watch(self, _now: float) -> Details | None:
        """Returns that nothing has changed."""
        return None

    def close(self) -> None:
        """Does nothing."""


class DeviceSound:
    """One ring of the sound process for each zone."""

    available = True
    lead_s = 1.5 * BUFFER_S
    """A voice begins within one buffer, and is heard one later."""

    def __init__(self, process: SoundProcess, zones: tuple[str, ...], volume: int = 100) -> None:
        """`process` has a ring for each of `zones`."""
        self._process = process
        self._rows = {zone: row for row, zone in enumerate(zones)}
        self._voices: dict[str, Voice] = {}
        self._begun = 0
        self._volume = volume
        self._mute = False
        self._device: OpenDevice | None = None
        self._pumped_at: float | None = None
        self._is_expected = False
        self._watch = DeviceWatch()

    @property
    def trouble(self) -> Words | None:
        """What is wrong with the device, for people."""
        return self._watch.trouble

    def expect(self) -> None:
        """Takes that something will sound soon: a device is looked for."""
        self._is_expected = True

    def begin(
        self, zone: str, pull: Callable[[int], bytes], ended: Callable[[], bool], now: float, *, volume: int, rank: Rank
    ) -> None:
        """Starts a zone's sound at its beginning; what the zone sounded before is stopped.

        `pull` gives up to so many bytes of s16le stereo at 48 kHz, `ended` says whether no more will come, `volume` is
        percent of the screen's.
        """
        self.stop(zone)
        self._begun += 1
        has_device = self._device_now(now) is not None
        clock = SoundClock(now, self.lead_s if has_device else 0.0)
        self._voices[zone] = Voice(self._begun, pull, ended, volume, rank, clock)
        self.pump(now)

    def pump(self, now: float) -> float | None:
        """Moves waiting sound on; returns when to come again, None while nothing sounds."""
        device = self._device_now(now)
        if device is not self._device:
            self._device = device
            for voice in self._voices.values():
                self._detach(voice, now)
        passed_s = 0.0 if self._pumped_at is None else now - self._pumped_at
        self._pumped_at = now if self._voices else None
        if self._voices or self._is_expected:
            self._process.want(now)
            self._is_expected = False
        if not self._voices:
            self._process.rest(now)
            return None
        self._level(now)
        is_dummy = device_word(self._process.report, is_open=True) == "dummy"
        for zone, voice in self._voices.items():
            self._account(voice, passed_s, now, is_dummy=is_dummy)
            self._feed(zone, voice, now)
        return now + PUMP_S if any(_sounds(voice, now) for voice in self._voices.values()) else None

    def position_s(self, zone: str, now: float) -> float:
        """Returns how many seconds of a zone's sound have been heard; goes on by itself when the sound is over."""
        voice = self._voices[zone]
        if voice.writer is not None and (zero := voice.writer.heard_from()) is not None:
            voice.clock.heard_from(zero - voice.start_s)
        return voice.clock.position_s(now)

    def sounding(self, zone: str) -> bool:
        """Says whether a zone has a voice, sounding or run out."""
        return zone in self._voices

    def heard(self, zone: str) -> Heard:
        """Returns how the zone's present sound was heard so far."""
        voice = self._voices.get(zone)
        if voice is None:
            return ""
        return heard_word(voice.heard_s, voice.unheard_s, voice.yielded_s, voice.muted_s)

    def stop(self, zone: str) -> None:
        """Silences a zone at once."""
        voice = self._voices.pop(zone, None)
        if voice is not None and voice.writer is not None:
            voice.writer.stop()

    def set_volume(self, percent: int) -> None:
        """Sets the screen's volume, 0 to 100, also of what is sounding."""
        self._volume = min(max(percent, 0), 100)
        self._set_gains()

    def set_mute(self, mute: bool) -> None:
        """Silences everything, or lets it be heard again; time goes on meanwhile."""
        self._mute = mute
        self._set_gains()

    def watch(self, now: float) -> Details | None:
        """Returns what the ledger is to know when the device went or came back."""
        return self._watch.take(now, self._word(now), self._process.report)

    def close(self) -> None:
        """Stops everything and gives the device back."""
        for zone in tuple(self._voices):
            self.stop(zone)
        self._process.close()

    def _word(self, now: float) -> DeviceWord:
        is_open = self._device_now(now) is not None
        if not is_open and not self._voices:
            return "unknown"
        return device_word(self._process.report, is_open=is_open)

    def _device_now(self, now: float) -> OpenDevice | None:
        device = self._process.device(now)
        return device if device is not None and now - device.beat.last() < LATE_S else None

    def _account(self, voice: Voice, passed_s: float, now: float, *, is_dummy: bool) -> None:
        """Adds up what became of a sound; what a sound server throws away for want of a card is not heard."""
        if not _sounds(voice, now):
            return
        if voice.is_yielding:
            voice.yielded_s += passed_s
        elif self._gain(voice) == 0:
            voice.muted_s += passed_s
        elif voice.writer is None or is_dummy:
            voice.unheard_s += passed_s
        else:
            voice.heard_s += passed_s

    def _feed(self, zone: str, voice: Voice, now: float) -> None:
        if voice.writer is None and self._device is not None and not voice.over:
            self._pass_over(voice, now)
            self._attach(zone, voice, self._device, now)
        if voice.over:
            voice.pull(MOST_AT_ONCE)
        elif voice.writer is None:
            self._pass_over(voice, now)
        else:
            self._write(zone, voice, voice.writer, now)

    def _attach(self, zone: str, voice: Voice, device: OpenDevice, now: float) -> None:
        voice.writer, voice.start_s = device.writers[self._rows[zone]], voice.clock.given_s
        voice.writer.set_gain(self._gain(voice))
        voice.writer.begin(voice.number)
        voice.clock.bind(now)

    def _detach(self, voice: Voice, now: float) -> None:
        if voice.writer is not None:
            voice.writer.stop()
            voice.writer = None
        voice.clock.free(now)

    def _pass_over(self, voice: Voice, now: float) -> None:
        """Throws away what would have been heard by now."""
        behind = int((voice.clock.position_s(now) - voice.clock.given_s) * RATE_HZ)
        if behind > 0:
            voice.clock.given(len(voice.pull(behind * FRAME_BYTES)) / FRAME_BYTES / RATE_HZ)

    def _write(self, zone: str, voice: Voice, writer: VoiceWriter, now: float) -> None:
        last = voice.ended()
        block = voice.pull(max(0, AHEAD_FRAMES - writer.waiting()) * FRAME_BYTES)
        if block:
            writer.write(block)
            voice.clock.given(len(block) / FRAME_BYTES / RATE_HZ)
        is_dry = writer.waiting() <= 0
        self.position_s(zone, now)
        voice.clock.look(now, is_dry=is_dry)
        if last and not block:
            # All of it is in the ring, and plays on from there.
            voice.clock.over()
            voice.over = True
        elif voice.clock.is_stalled(now):
            log.warning("sound of zone %s does not come any more, going on without", zone)
            voice.clock.free(now)
            voice.over = True

    def _level(self, now: float) -> None:
        """Lets the highest rank be heard alone."""
        sounding = frozenset(voice.rank for voice in self._voices.values() if _sounds(voice, now))
        for voice in self._voices.values():
            voice.is_yielding = is_silenced(voice.rank, sounding)
        self._set_gains()

    def _set_gains(self) -> None:
        for voice in self._voices.values():
            if voice.writer is not None:
                voice.writer.set_gain(self._gain(voice))

    def _gain(self, voice: Voice) -> int:
        if self._mute or voice.is_yielding:
            return 0
        return min(max(round(voice.volume * self._volume * LOUDEST / 10_000), 0), LOUDEST)


def _sounds(voice: Voice, now: float) -> bool:
    """Returns whether something of it is still to be heard."""
    return not voice.over or voice.clock.position_s(now) < voice.clock.given_s
