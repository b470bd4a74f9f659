"""Frames go through the ring whole and in order, whatever the other side writes into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode.rings.frames import FrameReader, FrameWriter, frames_size
from player.decode.rings.shared import HEAD, HEADER_BYTES, RingBroken, attach, share

SLOTS, SLOT_BYTES = 4, 64
SIZE = frames_size(SLOTS, SLOT_BYTES)


@pytest.fixture
def ends():
    shared = share(SIZE)
    yield FrameWriter(shared.memory, SLOTS, SLOT_BYTES), FrameReader(shared.memory, SLOTS, SLOT_BYTES), shared.memory
    shared.forget()


def put(writer: FrameWriter, request: int, index: int, size: tuple[int, int] = (4, 4), last: bool = False) -> None:
    writer.slot()[: size[0] * size[1] * 4] = bytes([index % 256]) * (size[0] * size[1] * 4)
    writer.publish(request=request, index=index, pts_us=index * 40_000, size=size, used_px=3, last=last)


@given(st.lists(st.booleans(), max_size=60))
def test_frames_come_out_whole_in_order_and_none_is_lost(steps):
    shared = share(SIZE)
    writer = FrameWriter(shared.memory, SLOTS, SLOT_BYTES)
    reader = FrameReader(shared.memory, SLOTS, SLOT_BYTES)
    written = read = 0
    for write in steps:
        if write and writer.has_room():
            put(writer, 1, written)
            written += 1
        elif not write and (frame := reader.oldest(1)) is not None:
            assert (frame.index, frame.pts_s, frame.width, frame.used_px) == (read, read * 0.04, 4, 3)
            assert bytes(frame.pixels) == bytes([read]) * 64
            reader.release()
            read += 1
        assert written - read == reader.waiting() <= SLOTS
        assert writer.has_room() == (written - read < SLOTS)
    shared.forget()


def test_frames_of_an_older_request_are_given_back(ends):
    writer, reader, _ = ends
    for index in range(3):
        put(writer, 1, index)
    put(writer, 2, 0, last=True)
    assert not writer.has_room()
    frame = reader.oldest(2)
    assert frame is not None
    assert (frame.index, frame.last) == (0, True)
    assert writer.has_room()


def test_the_reader_cannot_write_pixels(ends):
    writer, reader, _ = ends
    put(writer, 1, 0)
    with pytest.raises(TypeError):
        reader.oldest(1).pixels[0] = 1


@pytest.mark.parametrize("count", [5, 2**63, 2**64 - 1])
def test_an_impossible_count_is_an_error(ends, count):
    _, reader, memory = ends
    memoryview(memory).cast("Q")[HEAD] = count
    with pytest.raises(RingBroken):
        reader.oldest(1)


@pytest.mark.parametrize(
    ("word", "value"), [(1, -1), (2, -5), (3, 0), (3, 5), (3, -4), (4, 2**40), (4, 65_536), (5, -1), (5, 2**40)]
)
def test_an_impossible_frame_is_an_error(ends, word, value):
    writer, reader, memory = ends
    put(writer, 1, 0)
    memoryview(memory)[:HEADER_BYTES].cast("q")[64 + word] = value
    with pytest.raises(RingBroken):
        reader.oldest(1)


@given(st.binary(min_size=512, max_size=512), st.integers(0, 5))
def test_no_header_makes_the_reader_look_beyond_its_slots(noise, head):
    shared = share(SIZE)
    shared.memory[512:1024] = noise
    memoryview(shared.memory).cast("Q")[HEAD] = head
    reader = FrameReader(shared.memory, SLOTS, SLOT_BYTES)
    try:
        frame = reader.oldest(int.from_bytes(noise[:8], "little", signed=True))
    except RingBroken:
        frame = None
    assert frame is None or len(frame.pixels) <= SLOT_BYTES
    shared.forget()


def test_memory_reaches_the_other_side_by_its_address():
    shared = share(SIZE)
    kind, _, where = shared.address.partition(":")
    if kind == "fd":
        import os

        other = attach(f"fd:{os.dup(int(where))}", SIZE)
    else:
        other = attach(shared.address, SIZE)
    other[SIZE - 1] = 7
    assert shared.memory[SIZE - 1] == 7
    shared.forget()


def test_nobody_can_shrink_the_memory():
    shared = share(SIZE)
    if not shared.fds:
        pytest.skip("no memfd on this system")
    import os

    with pytest.raises(PermissionError):
        os.ftruncate(shared.fds[0], 0)
    shared.forget()


def test_a_file_serves_where_there_is_no_memfd(monkeypatch):
    monkeypatch.setattr("player.decode.rings.shared.sys.platform", "other")
    shared = share(SIZE)
    other = attach(shared.address, SIZE)
    other[5] = 9
    assert shared.memory[5] == 9
    path = shared.path
    other.close()
    shared.forget()
    assert path is not None
    assert not path.exists()
