"""A ring hands over every sample once, and knows when the first of them was heard."""

import mmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.sound.voice_ring import FRAME_BYTES, RATE_HZ, RING_FRAMES, VoiceReader, VoiceWriter, memory_size


def ends() -> tuple[VoiceWriter, VoiceReader]:
    memory = mmap.mmap(-1, memory_size(2))
    return VoiceWriter(memory, 1), VoiceReader(memory, 1)


def frames(first: int, count: int) -> bytes:
    """Returns frames each of which tells its number."""
    return b"".join(n.to_bytes(FRAME_BYTES, "little") for n in range(first, first + count))


@given(steps=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000)), max_size=40))
def test_what_is_written_is_taken_once_and_in_order(steps: list[tuple[int, int]]) -> None:
    writer, reader = ends()
    writer.begin(1)
    written, taken = 0, b""
    for write, take in steps:
        count = min(write, RING_FRAMES - writer.waiting())
        writer.write(frames(written, count))
        written += count
        taken += reader.take(take, 0, 0.0)
    taken += reader.take(RING_FRAMES, 0, 0.0)
    assert taken == frames(0, written)
    assert writer.waiting() == 0


def test_a_new_voice_does_not_hear_the_rest_of_the_old_one() -> None:
    writer, reader = ends()
    writer.begin(1)
    writer.write(frames(0, 100))
    reader.take(10, 0, 0.0)
    writer.begin(2)
    assert writer.heard_from() is None, "the device has not taken it up"
    writer.write(frames(500, 10))
    assert reader.take(100, 0, 0.0) == frames(500, 10)
    writer.stop()
    writer.write(frames(0, 10))
    assert reader.take(100, 0, 0.0) == b""


def test_a_voice_is_heard_later_by_what_was_missing_and_only_once_it_flows_again() -> None:
    writer, reader = ends()
    writer.begin(1)
    assert reader.take(RATE_HZ, 10 * RATE_HZ, 5.0) == b""
    writer.write(frames(0, 100))
    reader.take(100, 11 * RATE_HZ, 5.0)
    assert writer.heard_from() == pytest.approx(16.0)
    reader.take(RATE_HZ, 0, 5.0)
    assert writer.heard_from() == pytest.approx(16.0)
    writer.write(frames(0, 100))
    reader.take(100, 0, 5.0)
    assert writer.heard_from() == pytest.approx(17.0)


def test_gain_has_a_bound() -> None:
    writer, reader = ends()
    writer.set_gain(4000)
    assert reader.gain == 128
