"""Samples go through the ring as they were, whatever the other side writes into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode.rings.shared import HEAD, RingBroken, share
from player.decode.rings.sound import SOUND_RING_BYTES, SoundReader, SoundWriter, sound_size


@pytest.fixture
def ends():
    shared = share(sound_size())
    yield SoundWriter(shared.memory), SoundReader(shared.memory), shared.memory
    shared.forget()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 300_000)), max_size=30))
def test_bytes_come_out_as_they_went_in(steps):
    shared = share(sound_size())
    writer, reader = SoundWriter(shared.memory), SoundReader(shared.memory)
    writer.begin(1)
    pattern = bytes(n % 251 for n in range(300_000 + 251))
    written = read = 0
    for write, count in steps:
        if write:
            start = written % 251
            written += writer.write(memoryview(pattern)[start : start + count // 4 * 4])
        else:
            block = reader.read(1, count)
            assert len(block) % 4 == 0
            assert block == pattern[read % 251 : read % 251 + len(block)]
            read += len(block)
        assert 0 <= written - read <= SOUND_RING_BYTES
        assert writer.room() == SOUND_RING_BYTES - (written - read)
    shared.forget()


def test_sound_of_an_older_request_is_given_back(ends):
    writer, reader, _ = ends
    writer.begin(1)
    writer.write(memoryview(b"\1" * SOUND_RING_BYTES))
    assert reader.is_full()
    assert reader.waiting(2) == 0
    assert writer.room() == SOUND_RING_BYTES
    writer.write(memoryview(b"\1" * 400))
    writer.begin(2)
    writer.write(memoryview(b"\2" * 800))
    assert reader.read(2, 10_000) == b"\2" * 800


def test_an_impossible_count_is_an_error(ends):
    _, reader, memory = ends
    memoryview(memory).cast("Q")[HEAD] = SOUND_RING_BYTES + 1
    with pytest.raises(RingBroken):
        reader.read(1, 100)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 3))
def test_no_header_makes_the_reader_give_more_than_the_ring_holds(head, start, request_there):
    shared = share(sound_size())
    words = memoryview(shared.memory)[:4096].cast("Q")
    words[HEAD], words[24], words[25] = head, request_there, start
    reader = SoundReader(shared.memory)
    if head > SOUND_RING_BYTES:
        with pytest.raises(RingBroken):
            reader.read(1, 1 << 30)
    else:
        assert len(reader.read(1, 1 << 30)) <= SOUND_RING_BYTES
    shared.forget()
