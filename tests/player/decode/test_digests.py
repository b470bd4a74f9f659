"""The digests of a file's parts, and a reader that lets only matching bytes through."""

import hashlib
import os
import tempfile
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from player.decode.digests import DIGEST_BYTES, MOST_PARTS, PART_BYTES, Digests, Summing, of_one_part, part_bytes_of
from player.decode.files.openfile import Opened
from player.decode.files.sniff import Format
from player.decode.protocol import MAX_MESSAGE_BYTES, ShowFile, Target, frame_message
from player.decode.refusal import CHANGED, Refused

FORM = Format("clip", "mov")


def summed(content: bytes, *cuts: int) -> tuple[str, Digests]:
    summing = Summing(len(content))
    places = sorted({0, *(cut % (len(content) + 1) for cut in cuts), len(content)})
    for begin, end in pairwise(places):
        summing.update(content[begin:end])
    return summing.done()


def opened(content: bytes, digests: Digests | None) -> Opened:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return Opened(os.dup(file.fileno()), len(content) if digests is None else digests.size, FORM, digests)


CONTENT = os.urandom(PART_BYTES * 2 + 12_345)


@given(st.lists(st.integers(0, len(CONTENT)), max_size=6))
def test_digests_do_not_depend_on_how_the_file_came_by(cuts):
    assert summed(CONTENT, *cuts) == summed(CONTENT)
    assert summed(CONTENT, *cuts)[0] == hashlib.sha256(CONTENT).hexdigest()


@settings(max_examples=60)
@given(st.integers(0, len(CONTENT) + 10), st.integers(0, PART_BYTES * 2))
def test_whatever_is_read_is_what_was_hashed(at, count):
    file = opened(CONTENT, summed(CONTENT)[1])
    try:
        found = file.read(at, count)
        assert CONTENT[at:].startswith(found)
        assert found or at >= len(CONTENT) or count == 0
    finally:
        os.close(file.fd)


@settings(max_examples=60)
@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_a_single_changed_byte_is_never_read_and_remembered(at, by):
    changed = bytearray(CONTENT)
    changed[at] ^= by
    file = opened(bytes(changed), summed(CONTENT)[1])
    try:
        with pytest.raises(Refused) as refused:
            file.read(at, 1)
        assert refused.value.why == CHANGED
        with pytest.raises(Refused):
            next(file.unchanged(iter("a picture that a library made of what it had before")))
        other = (at // PART_BYTES + 1) % 3 * PART_BYTES
        assert file.read(other, 10) == CONTENT[other : other + 10]
    finally:
        os.close(file.fd)


@pytest.mark.parametrize("now", [CONTENT[:-1], CONTENT + b"x", b"", CONTENT[:PART_BYTES]])
def test_a_file_cut_short_or_grown_ends_where_it_ended(now):
    file = opened(now, summed(CONTENT)[1])
    try:
        found = bytearray()
        with pytest.raises(Refused) if len(now) < len(CONTENT) else pytest.raises(StopIteration):
            while True:
                block = file.read(len(found), 70_000)
                if not block:
                    raise StopIteration
                found += block
        assert CONTENT.startswith(found)
    finally:
        os.close(file.fd)


def test_changes_while_a_file_is_read_are_met_part_by_part(tmp_path):
    (tmp_path / "film").write_bytes(CONTENT)
    with open(tmp_path / "film", "rb") as held:
        file = Opened(held.fileno(), len(CONTENT), FORM, summed(CONTENT)[1])
        assert file.read(0, 10) == CONTENT[:10]
        with open(tmp_path / "film", "r+b") as other:
            other.write(bytes(len(CONTENT)))
        assert file.read(100, 10) == CONTENT[100:110], "read, hashed and held before"
        with pytest.raises(Refused):
            file.read(PART_BYTES, 10)


@given(st.integers(1, 1 << 45))
def test_digests_of_any_file_fit_into_one_message(size):
    part_bytes = part_bytes_of(size)
    parts = -(-size // part_bytes)
    assert parts <= MOST_PARTS
    assert part_bytes >= PART_BYTES


def test_a_request_with_the_most_digests_can_be_sent():
    digests = Digests(MOST_PARTS * PART_BYTES, PART_BYTES, bytes(DIGEST_BYTES * MOST_PARTS))
    assert digests.is_sound()
    request = ShowFile(
        request=1, path="", kind="video", target=Target(width_px=1, height_px=1), duration_s=1.0, digests=digests
    )
    assert len(frame_message(request)) < MAX_MESSAGE_BYTES


@given(st.integers(-5, 1 << 40), st.integers(-5, 1 << 30), st.binary(max_size=200))
def test_unsound_digests_are_known_for_what_they_are(size, part_bytes, sums):
    digests = Digests(size, part_bytes, sums)
    parts = -(-size // part_bytes) if part_bytes > 0 else None
    assert digests.is_sound() == (size > 0 and parts is not None and len(sums) == parts * DIGEST_BYTES)


@given(st.binary(min_size=1, max_size=1000))
def test_of_a_small_file_the_hash_of_the_whole_is_enough(content):
    sha256, digests = summed(content)
    assert of_one_part(len(content), sha256) == digests
    assert of_one_part(PART_BYTES + 1, sha256) is None
