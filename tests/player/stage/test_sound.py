"""Sound reaches a device without a gap, pictures know how far it is, and a device that goes holds up nothing else."""

import array
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from player.decode.order import Order
from player.decode.process import PATIENCE_S, Forked, ForkServer
from player.sound.report import DeviceLost, DeviceOpened
from player.sound.sound_process import SoundProcess
from player.stage.sound import DeviceSound, NullSound
from signage.playlist import Rank

pytestmark = pytest.mark.slow

RATE_BYTES = 48_000 * 4
ZONES = ("main", "side")


def ramp(frames: int) -> bytes:
    """Gives sound in which every sample tells its place; never zero."""
    samples = array.array("h")
    for n in range(frames):
        samples.append(1 + n % 30_000)
        samples.append(1 + n % 30_000)
    return samples.tobytes()


def level(height: int, seconds: float) -> bytes:
    """Gives sound that stands at one height."""
    return array.array("h", [height] * round(seconds * 48_000) * 2).tobytes()


class Source:
    """Sound that waits to be pulled, as a decoder's ring does."""

    def __init__(self, sound: bytes, finished: bool = True) -> None:
        self.sound = sound
        self.finished = finished

    def pull(self, most: int) -> bytes:
        taken, self.sound = self.sound[:most], self.sound[most:]
        return taken

    def ended(self) -> bool:
        return self.finished and not self.sound


class Room:
    """A sound, its process, and what SDL's disk driver writes: what would be heard lies in a file."""

    def __init__(self, heard: Path) -> None:
        self.process = SoundProcess(len(ZONES), None)
        self.sound = DeviceSound(self.process, ZONES)
        self._heard = heard

    def begin(self, sound: bytes, zone: str = "main", *, volume: int = 100, rank: Rank = "normal") -> Source:
        source = Source(sound)
        self.sound.begin(zone, source.pull, source.ended, time.monotonic(), volume=volume, rank=rank)
        return source

    def open(self) -> None:
        self.sound.expect()
        self.until(lambda: self.process.device(time.monotonic()) is not None)

    def until(self, there: Callable[[], bool], patience_s: float = 20.0) -> None:
        """Pumps as the loop does until something is so."""
        began = time.monotonic()
        while not there():
            assert time.monotonic() - began < patience_s
            self.sound.pump(time.monotonic())
            time.sleep(0.01)

    def play(self, seconds: float) -> list[tuple[float, float]]:
        """Pumps as the loop does; returns (time since the beginning, position) at every look."""
        began, told = time.monotonic(), []
        while (now := time.monotonic()) < began + seconds:
            self.sound.pump(now)
            told.append((now - began, self.sound.position_s("main", now)))
            time.sleep(0.02)
        return told

    def samples(self) -> list[int]:
        """Returns what the left channel heard, from the first sound to the last."""
        whole = array.array("h")
        whole.frombytes(self._heard.read_bytes())
        left = list(whole[::2])
        sounding = [n for n, sample in enumerate(left) if sample]
        return left[sounding[0] : sounding[-1] + 1] if sounding else []

    def kill(self) -> None:
        """Takes the sound process down as a sound server has been seen to."""
        found = self.process.device(time.monotonic())
        assert found is not None
        os.kill(found.process.pid, signal.SIGSEGV)
        self.until(lambda: self.process.device(time.monotonic()) is None)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "heard.raw"))
    made = Room(tmp_path / "heard.raw")
    yield made
    made.sound.close()


@pytest.fixture
def open_room(room: Room) -> Room:
    room.open()
    return room


@pytest.fixture
def slow_room(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The device takes half of real time, so that a busy machine cannot let it run dry."""
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "42")
    room.open()
    return room


def test_everything_is_heard_once_and_without_a_gap(slow_room: Room) -> None:
    sound = ramp(36_000)
    slow_room.begin(sound)
    slow_room.play(2.0)
    slow_room.sound.close()
    expected = array.array("h")
    expected.frombytes(sound)
    assert slow_room.samples() == list(expected[::2])


def test_the_clock_goes_with_the_sound_and_carries_on_behind_it(open_room: Room) -> None:
    open_room.begin(ramp(24_000))
    told = open_room.play(1.2)
    for since, position in told[3:]:
        assert position == pytest.approx(since - 0.03, abs=0.06)
    assert open_room.sound.pump(time.monotonic()) is None, "nothing is to be fed any more"
    assert open_room.sound.heard("main") == "heard"


def test_volume_is_percent_of_percent(slow_room: Room) -> None:
    slow_room.sound.set_volume(50)
    slow_room.begin(level(8000, 0.5), volume=50)
    slow_room.play(1.5)
    slow_room.sound.close()
    assert max(slow_room.samples()) == pytest.approx(2000, rel=0.02)


def test_mute_is_silent_at_once_and_time_goes_on(open_room: Room) -> None:
    open_room.begin(level(1000, 5.0))
    open_room.play(0.3)
    open_room.sound.set_mute(True)
    at, now = open_room.sound.position_s("main", time.monotonic()), time.monotonic()
    open_room.play(0.8)
    later = open_room.sound.position_s("main", time.monotonic())
    assert later - at == pytest.approx(time.monotonic() - now, abs=0.1)
    assert open_room.sound.heard("main") == "muted"
    open_room.sound.close()
    assert len(open_room.samples()) < 0.7 * 48_000


def test_a_stopped_zone_is_silent_and_has_no_voice(open_room: Room) -> None:
    source = open_room.begin(level(1000, 5.0))
    open_room.play(0.2)
    open_room.sound.stop("main")
    assert not open_room.sound.sounding("main")
    left = len(source.sound)
    time.sleep(0.4)
    open_room.sound.close()
    assert len(source.sound) == left
    assert len(open_room.samples()) < 0.5 * 48_000


def test_two_zones_of_one_rank_sound_together(slow_room: Room) -> None:
    slow_room.begin(level(1000, 0.8))
    slow_room.begin(level(200, 0.8), "side")
    slow_room.play(1.0)
    slow_room.sound.close()
    assert max(slow_room.samples()) == pytest.approx(1200, abs=20)


def test_a_higher_rank_is_heard_alone_and_the_other_comes_back_behind_it(open_room: Room) -> None:
    open_room.begin(level(1000, 3.0))
    open_room.play(0.4)
    open_room.begin(level(200, 0.4), "side", rank="broadcast")
    open_room.play(1.5)
    open_room.sound.close()
    heard = [sample for sample in open_room.samples() if sample]
    assert set(heard) == {1000, 200}
    assert heard[0] == heard[-1] == 1000, "the film is heard before and after"


def test_a_play_that_gave_way_all_along_says_so(open_room: Room) -> None:
    open_room.begin(level(200, 5.0), "side", rank="emergency")
    open_room.begin(level(1000, 5.0), rank="broadcast")
    open_room.play(0.5)
    assert open_room.sound.heard("main") == "yielded"
    assert open_room.sound.heard("side") == "heard"


def test_a_source_that_dries_up_is_waited_for_and_then_given_up(open_room: Room) -> None:
    source = Source(ramp(8192), finished=False)
    open_room.sound.begin("main", source.pull, source.ended, time.monotonic(), volume=100, rank="normal")
    told = open_room.play(1.5)
    assert any(position == 8192 / 48_000 for _, position in told), "the picture waits"
    assert told[-1][1] > 0.6, "the picture goes on without sound"
    source.sound = ramp(1000)
    open_room.sound.pump(time.monotonic())
    assert source.sound == b"", "what comes too late is thrown away, so that the decoder does not wait"


def test_a_sound_process_that_crashes_is_replaced_and_the_sound_goes_on_where_it_belongs(open_room: Room) -> None:
    open_room.begin(level(1000, 30.0))
    open_room.play(0.3)
    at, now = open_room.sound.position_s("main", time.monotonic()), time.monotonic()
    open_room.kill()
    open_room.until(lambda: open_room.process.device(time.monotonic()) is not None)
    open_room.play(0.5)
    later = open_room.sound.position_s("main", time.monotonic())
    assert later - at == pytest.approx(time.monotonic() - now, abs=0.25), "the picture did not wait"
    assert open_room.sound.heard("main") == "partly"
    open_room.sound.close()
    assert open_room.samples(), "it was heard again, by a device that was opened anew"


def test_what_a_sound_server_without_a_card_throws_away_is_not_heard(open_room: Room) -> None:
    open_room.process.report = DeviceOpened("pulseaudio", "Dummy Output")
    open_room.begin(level(1000, 30.0))
    open_room.play(0.4)
    assert open_room.sound.heard("main") == "unheard"


def test_a_device_that_hangs_is_opened_anew(open_room: Room) -> None:
    found = open_room.process.device(time.monotonic())
    assert found is not None
    open_room.begin(level(1000, 30.0))
    os.kill(found.process.pid, signal.SIGSTOP)
    open_room.until(lambda: open_room.process.device(time.monotonic()) not in (None, found))


def test_a_sound_outlives_the_fork_server_and_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    server = ForkServer()
    process = SoundProcess(1, server)
    sound = DeviceSound(process, ("main",))
    try:
        sound.expect()
        first = None
        while (found := process.device(time.monotonic())) is None:
            sound.pump(time.monotonic())
            time.sleep(0.01)
        assert isinstance(found.process, Forked)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            began = time.monotonic()
            first = server.fork(Order(), ())
        assert time.monotonic() - began < PATIENCE_S / 2, "the end of the server is noticed at once"
        assert process.device(time.monotonic()) is found
        if first is not None:
            first.kill()
            first.close()
    finally:
        sound.close()
        server.close()
    assert found.process.wait(5.0)


def test_without_a_device_pictures_keep_time_and_it_is_said_and_recorded(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    source = room.begin(level(1000, 1.0) * 30)
    began = time.monotonic()
    room.until(lambda: isinstance(room.process.report, DeviceLost))
    changes = [found for now in (100.0, 103.0) if (found := room.sound.watch(now)) is not None]
    assert changes == [{"device": "gone", "was": "there"}]
    assert room.sound.trouble is not None
    assert "声音" in room.sound.trouble.zh
    assert room.sound.position_s("main", time.monotonic()) == pytest.approx(time.monotonic() - began, abs=0.1)
    taken_s = 30 - len(source.sound) / RATE_BYTES
    assert taken_s == pytest.approx(time.monotonic() - began, abs=0.5), "the decoder does not wait either"
    assert room.sound.heard("main") == "unheard"


def test_a_configuration_that_wants_silence_opens_nothing() -> None:
    sound = NullSound()
    sound.begin("main", lambda most: b"", lambda: True, 0.0, volume=100, rank="normal")
    assert not sound.sounding("main")
    assert sound.pump(0.0) is None
    assert (sound.heard("main"), sound.trouble, sound.watch(0.0)) == ("", None, None)
