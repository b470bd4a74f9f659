"""When a silent worker hangs, and when it only waits."""

import pytest

from player.decode.rings.frames import FrameReader, FrameWriter, frames_size
from player.decode.rings.shared import share
from player.decode.rings.sound import SOUND_RING_BYTES, SoundReader, SoundWriter, sound_size
from player.stage.hang import HangWatch


@pytest.fixture
def rings():
    pictures, samples = share(frames_size(4, 64)), share(sound_size())
    yield (
        FrameWriter(pictures.memory, 4, 64),
        FrameReader(pictures.memory, 4, 64),
        SoundWriter(samples.memory),
        SoundReader(samples.memory),
    )
    pictures.forget()
    samples.forget()


def put(writer: FrameWriter) -> None:
    writer.publish(request=1, index=0, pts_us=0, size=(4, 4), used_px=0, last=False)


def test_silence_with_room_is_a_hang_sooner_when_it_had_begun(rings):
    _, frames, _, sound = rings
    watch = HangWatch(start_s=10, running_s=5)
    watch.begin(100.0)
    assert not watch.hangs(100.0, frames, sound, 1, ready=False, has_sound=False)
    assert not watch.hangs(109.9, frames, sound, 1, ready=False, has_sound=False)
    assert watch.hangs(110.1, frames, sound, 1, ready=False, has_sound=False)
    assert watch.hangs(105.1, frames, sound, 1, ready=True, has_sound=False)


def test_a_frame_a_sample_or_a_reply_is_a_sign_of_life(rings):
    pictures, frames, samples, sound = rings
    watch = HangWatch(start_s=1, running_s=1)
    samples.begin(1)
    watch.hangs(0.0, frames, sound, 1, ready=True, has_sound=True)
    put(pictures)
    assert not watch.hangs(2.0, frames, sound, 1, ready=True, has_sound=True)
    samples.write(memoryview(bytes(400)))
    assert not watch.hangs(4.0, frames, sound, 1, ready=True, has_sound=True)
    assert not watch.hangs(6.0, frames, sound, 2, ready=True, has_sound=True)
    assert watch.hangs(8.0, frames, sound, 2, ready=True, has_sound=True)


def test_a_full_ring_is_no_hang_and_time_counts_from_when_it_has_room_again(rings):
    pictures, frames, _, sound = rings
    watch = HangWatch(start_s=1, running_s=1)
    for _ in range(4):
        put(pictures)
    assert not watch.hangs(0.0, frames, sound, 1, ready=True, has_sound=False)
    assert not watch.hangs(50.0, frames, sound, 1, ready=True, has_sound=False)
    frames.release()
    assert not watch.hangs(50.9, frames, sound, 1, ready=True, has_sound=False)
    assert watch.hangs(51.1, frames, sound, 1, ready=True, has_sound=False)


def test_a_full_sound_ring_is_no_hang(rings):
    _, frames, samples, sound = rings
    watch = HangWatch(start_s=1, running_s=1)
    samples.begin(1)
    samples.write(memoryview(bytes(SOUND_RING_BYTES)))
    watch.hangs(0.0, frames, sound, 1, ready=True, has_sound=True)
    assert not watch.hangs(50.0, frames, sound, 1, ready=True, has_sound=True)
    sound.read(1, 4000)
    assert watch.hangs(52.0, frames, sound, 1, ready=True, has_sound=True)


def test_a_ring_that_cannot_be_is_a_hang_at_once(rings):
    _, frames, _, sound = rings
    frames._words[8] = 99
    assert HangWatch().hangs(0.0, frames, sound, 1, ready=True, has_sound=False)


def test_a_film_that_stands_still_is_given_up_after_two_seconds_and_no_sooner(rings):
    _, frames, _, sound = rings
    watch = HangWatch()
    watch.begin(100.0)
    assert not watch.hangs(100.0, frames, sound, 1, ready=True, has_sound=False)
    assert not watch.hangs(101.9, frames, sound, 1, ready=True, has_sound=False)
    assert watch.hangs(102.1, frames, sound, 1, ready=True, has_sound=False)


def test_no_signs_let_a_request_begin_later_than_three_times_as_long(rings):
    _, frames, samples, sound = rings
    watch = HangWatch(start_s=10, running_s=5)
    watch.begin(100.0)
    samples.begin(77)
    for second in range(30):
        samples.write(memoryview(bytes(400)))
        sound.waiting(1)
        assert not watch.hangs(100.5 + second, frames, sound, second, ready=False, has_sound=False)
    samples.write(memoryview(bytes(400)))
    assert watch.hangs(130.5, frames, sound, 99, ready=False, has_sound=False)
    watch.begin(130.5)
    assert not watch.hangs(131.0, frames, sound, 100, ready=False, has_sound=False)
