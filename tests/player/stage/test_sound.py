"""The mixer plays what it is given without a gap, and knows how far it is."""

import array
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.stage import sound as door
from player.stage.sound import CHUNK_BYTES, MixerSound, NullSound, open_sound
from player.stage.sound_clock import SoundClock

pytestmark = pytest.mark.slow

RATE_BYTES = 48_000 * 4


def ramp(frames: int) -> bytes:
    """Gives sound in which every sample tells its place; never zero."""
    samples = array.array("h")
    for n in range(frames):
        samples.append(1 + n % 30_000)
        samples.append(1 + n % 30_000)
    return samples.tobytes()


class Source:
    """Sound that waits to be pulled, as a decoder's ring does."""

    def __init__(self, sound: bytes, finished: bool = True) -> None:
        self.sound = sound
        self.finished = finished

    def pull(self, most: int) -> bytes:
        taken, self.sound = self.sound[:most], self.sound[most:]
        return taken

    def ended(self) -> bool:
        return self.finished


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """SDL's disk driver: what would be heard lies in a file."""
    file = tmp_path / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(file))
    return file


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The device takes half of real time, so that a busy machine cannot let it run dry."""
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "42")


@pytest.fixture
def mixer(heard: Path) -> Iterator[MixerSound]:
    opened = open_sound()
    assert isinstance(opened, MixerSound)
    yield opened
    opened.close()


def play(mixer: MixerSound, until_s: float, look_s: float = 0.02) -> list[tuple[float, float]]:
    """Pumps as the loop does; gives (time since the beginning, position) at every look."""
    began = time.monotonic()
    told = []
    while (now := time.monotonic()) < began + until_s:
        mixer.pump(now)
        told.append((now - began, mixer.position_s("main", now)))
        time.sleep(look_s)
    return told


def samples(heard: Path) -> list[int]:
    """Gives what the left channel heard, from the first sound to the last."""
    whole = array.array("h")
    whole.frombytes(heard.read_bytes())
    left = list(whole[::2])
    first = next(n for n, sample in enumerate(left) if sample)
    last = max(n for n, sample in enumerate(left) if sample)
    return left[first : last + 1]


def test_chunks_follow_each_other_without_a_gap(slow: None, mixer: MixerSound, heard: Path) -> None:
    sound = ramp(36_000)
    source = Source(sound)
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    play(mixer, 2.0)
    mixer.close()
    expected = array.array("h")
    expected.frombytes(sound)
    assert samples(heard) == list(expected[::2])


def test_the_clock_goes_with_the_sound_and_carries_on_behind_it(mixer: MixerSound) -> None:
    source = Source(ramp(24_000))
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    told = play(mixer, 1.2)
    for since, position in told[3:]:
        assert position == pytest.approx(since - 0.03, abs=0.04)
    assert mixer.pump(time.monotonic()) is None, "nothing is to be fed any more"


def test_volume_is_percent_of_percent(mixer: MixerSound, heard: Path) -> None:
    mixer.set_volume(50)
    source = Source(array.array("h", [8000] * 2 * 16_384).tobytes())
    mixer.begin("main", source.pull, source.ended, 50, time.monotonic())
    play(mixer, 0.5)
    mixer.close()
    assert max(samples(heard)) == pytest.approx(2000, rel=0.02)


def test_mute_is_silent_at_once_and_time_goes_on(mixer: MixerSound, heard: Path) -> None:
    source = Source(ramp(96_000))
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    began = time.monotonic()
    play(mixer, 0.3)
    mixer.set_mute(True)
    muted = time.monotonic()
    at = mixer.position_s("main", time.monotonic())
    play(mixer, 0.4)
    assert mixer.position_s("main", time.monotonic()) == pytest.approx(at + 0.4, abs=0.06)
    mixer.close()
    assert len(samples(heard)) / 48_000 <= muted - began + 0.1


def test_a_stopped_zone_is_silent_and_has_no_voice(mixer: MixerSound, heard: Path) -> None:
    source = Source(ramp(96_000))
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    began = time.monotonic()
    play(mixer, 0.2)
    mixer.stop("main")
    stopped = time.monotonic()
    assert not mixer.sounding("main")
    time.sleep(0.3)
    mixer.close()
    assert len(samples(heard)) / 48_000 <= stopped - began + 0.1


def test_two_zones_sound_together(mixer: MixerSound, heard: Path) -> None:
    one, two = Source(array.array("h", [1000] * 40_000).tobytes()), Source(array.array("h", [200] * 40_000).tobytes())
    mixer.begin("main", one.pull, one.ended, 100, time.monotonic())
    mixer.begin("side", two.pull, two.ended, 100, time.monotonic())
    play(mixer, 0.5)
    mixer.close()
    assert max(samples(heard)) == pytest.approx(1200, abs=20)


def test_a_source_that_dries_up_is_waited_for_and_then_given_up(mixer: MixerSound) -> None:
    source = Source(ramp(CHUNK_BYTES // 4), finished=False)
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    told = play(mixer, 1.4)
    at_half_a_second = next(position for since, position in told if since > 0.5)
    assert at_half_a_second == pytest.approx(CHUNK_BYTES / RATE_BYTES, abs=0.03)
    assert told[-1][1] > 1.0, "the picture goes on without sound"
    source.sound = ramp(1000)
    mixer.pump(time.monotonic())
    assert source.sound == b"", "what comes too late is thrown away, so that the decoder does not wait"


def test_a_tail_shorter_than_a_chunk_is_heard_before_the_source_says_that_it_ended(mixer: MixerSound) -> None:
    frames = CHUNK_BYTES // 4 + 3 * 1024
    source = Source(ramp(frames), finished=False)
    mixer.begin("main", source.pull, source.ended, 100, time.monotonic())
    told = play(mixer, 0.55)
    assert told[-1][1] == pytest.approx(frames / 48_000, abs=0.03)


class Channel:
    """A mixer channel at the moment between two chunks."""

    def get_busy(self) -> bool:
        return False

    def get_queue(self) -> object:
        return object()


def test_the_moment_between_two_chunks_is_not_taken_for_silence() -> None:
    voice = door.Voice(Channel(), lambda _: b"", lambda: False, 100, SoundClock(0.0, 0.02), 0.0)
    voice.in_mixer = [(None, 0.17), (None, 0.17)]
    voice.clock.given(0.34)
    voice.clock.started(0.0, 0.0)
    door._note_ended_chunks(voice, 0.17)
    assert len(voice.in_mixer) == 2
    assert not voice.clock.is_stalled(5.0)


def test_without_a_device_everything_goes_on_in_silence_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    opened = open_sound()
    assert isinstance(opened, NullSound)
    assert opened.trouble is not None
    assert "声音" in opened.trouble.zh
    opened.begin("main", lambda most: b"", lambda: True, 100, 0.0)
    assert not opened.sounding("main")
    assert opened.pump(0.0) is None
    assert opened.describe() == "none"


def test_the_chunk_is_a_whole_number_of_mixer_buffers() -> None:
    assert door.CHUNK_FRAMES % door.BUFFER_FRAMES == 0
    assert os.environ.get("SDL_AUDIODRIVER") != "no-such-driver"
