"""A file is known by its bytes, and one cut short by its own lengths."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.decode.files import complete, sniff
from player.decode.refusal import Refused

KNOWN = {
    b"\xff\xd8\xff\xe0": ("picture", "JPEG"),
    b"\x89PNG\r\n\x1a\n": ("picture", "PNG"),
    b"GIF89a": ("picture", "GIF"),
    b"MM\0*": ("picture", "TIFF"),
    b"RIFF\0\0\0\0WEBP": ("picture", "WEBP"),
    b"RIFF\0\0\0\0AVI ": ("clip", "avi"),
    b"RIFF\0\0\0\0WAVE": ("clip", "wav"),
    b"\0\0\0\x20ftypisom": ("clip", "mov"),
    b"\0\0\0\x08wide\0\0\0\0mdat": ("clip", "mov"),
    b"\x1aE\xdf\xa3": ("clip", "matroska"),
    b"OggS": ("clip", "ogg"),
    b"fLaC": ("clip", "flac"),
    b"ID3\4\0": ("clip", "mp3"),
    b"\xff\xfb\x90\x00": ("clip", "mp3"),
    b"\xff\xf3\x40\x00": ("clip", "mp3"),
    b"\xff\xf1\x50\x80": ("clip", "aac"),
    (b"\x47" + bytes(187)) * 6: ("clip", "mpegts"),
    (bytes(4) + b"\x47" + bytes(187)) * 6: ("clip", "mpegts"),
    b"BM" + bytes(12) + b"\x28\0\0\0": ("picture", "BMP"),
}


@pytest.mark.parametrize(("head", "wanted"), KNOWN.items())
def test_a_file_is_known_by_its_first_bytes(head, wanted):
    found = sniff.sniff(head + bytes(64))
    assert (found.family, found.name) == wanted


@pytest.mark.parametrize(
    "head", [b"BMW 3er", b"\xff\xfe\x3c\x00h\x00", b"G" * 400, b"\xff\xff\xff\xff", b"RIFF\0\0\0\0ACON", b"\0\0\0\0"]
)
def test_what_only_looks_alike_is_refused(head):
    with pytest.raises(Refused):
        sniff.sniff(head)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n  "])
def test_a_list_of_addresses_is_refused_by_name(start):
    with pytest.raises(Refused) as caught:
        sniff.sniff(start + b"#EXTM3U\nhttp://example.org/a.ts\n")
    assert "播放列表" in caught.value.why.zh


@given(st.binary(max_size=600))
def test_any_bytes_are_either_known_or_refused(head):
    try:
        found = sniff.sniff(head)
    except Refused:
        return
    assert found.family in ("picture", "clip")


@given(st.sampled_from(sorted(KNOWN.values())), st.binary(max_size=400), st.binary(max_size=60))
def test_the_check_for_completeness_ends_on_any_bytes(form, noise, more):
    start = next(head for head, known in KNOWN.items() if known == form)
    whole = start + noise + more * 3
    with suppress(Refused):
        complete.check(sniff.Format(*form), lambda at, count: whole[at : at + count], len(whole))
