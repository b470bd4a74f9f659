"""Records are as large as the office takes them, whatever was to be written down."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from player.state import Play
from player.uplink.parcel import BATCH_BYTES
from player.uplink.records import (
    Began,
    Happened,
    Receipt,
    event_record,
    fitting,
    play_record,
    receipt_record,
    showing_record,
)
from signage.ledger import MAX_TEXT_BYTES, EventRecord, canonical
from signage.media import Media, MediaFacts
from tests.player.uplink.test_writer import at, play

texts = st.one_of(st.text(max_size=20), st.sampled_from(["长" * 9000, "\x01" * 5000, '"\\' * 9000]))
values = st.one_of(texts, st.integers(-(2**62), 2**62), st.booleans(), st.none())


@settings(deadline=None)
@given(st.dictionaries(texts, values, max_size=12))
def test_no_event_and_no_receipt_is_larger_than_the_office_takes(details):
    for record in (
        event_record(Happened("refused", details, at()), "boot"),
        receipt_record(Receipt(1, "refused", details, at()), "boot"),
    ):
        kept = fitting(record)
        assert len(canonical(kept)) <= MAX_TEXT_BYTES - 64
        assert len(msgspec.json.encode(canonical(kept).decode())) <= BATCH_BYTES
        if len(canonical(record)) <= MAX_TEXT_BYTES - 64:
            assert kept == record, "what fits is written as it is"


def test_ten_thousand_keys_are_cut_too():
    details = {f"key {n}": n for n in range(10_000)}
    assert len(canonical(fitting(event_record(Happened("refused", details, at()), "boot")))) <= MAX_TEXT_BYTES


@pytest.mark.parametrize("length", [5000, 500_000])
def test_a_play_of_a_name_without_end_is_still_a_play(length):
    one = play(1)
    media = Media(name="长" * length, path="x", sha256="0" * 64, size_bytes=1, facts=MediaFacts(kind="image"))
    long = Play(
        slot=msgspec.structs.replace(one.slot, media=media, playlist="表" * length), outcome="complete",
        began=one.began, ended=one.ended, shown_s=10.0, frames=1,
    )  # fmt: skip
    kept = fitting(play_record(long, "boot"))
    assert len(canonical(kept)) <= MAX_TEXT_BYTES
    assert (kept.outcome, kept.sha256, kept.actual_ms) == ("complete", "0" * 64, 10_000)
    assert kept.media.startswith("长长长")


def test_the_words_of_a_refusal_are_cut_and_its_kind_stays():
    kept = fitting(event_record(Happened("quarantined", {"sha256": "ab" * 32, "why": "x" * 200_000}, at()), "boot"))
    assert isinstance(kept, EventRecord)
    assert kept.what == "quarantined"
    assert kept.details["sha256"] == "ab" * 32
    assert kept.details["why"] == "x" * 4096


broken = st.text(st.characters(categories=["Cs", "L"]), max_size=20)


@settings(deadline=None)
@given(name=broken, reason=broken, details=st.dictionaries(broken, st.one_of(broken, st.integers()), max_size=5))
def test_broken_bytes_of_a_name_or_a_sentence_keep_no_record_from_being_written(name, reason, details):
    one = play(1)
    media = Media(name=name, path="x", sha256="0" * 64, size_bytes=1, facts=MediaFacts(kind="image"))
    slot = msgspec.structs.replace(one.slot, media=media, playlist=name)
    strange = msgspec.structs.replace(one, slot=slot, outcome="failed", reason=reason)
    for record in (
        play_record(strange, "boot"),
        showing_record(Began(slot, at()), "boot"),
        event_record(Happened("stop", details, at()), "boot"),
        receipt_record(Receipt(1, "refused", details, at()), "boot"),
    ):
        kept = fitting(record)
        assert len(canonical(kept).decode()) <= MAX_TEXT_BYTES
    assert fitting(play_record(strange, "boot")).outcome == "failed"


def test_a_byte_that_is_no_text_is_told_by_its_number():
    kept = fitting(event_record(Happened("stop", {"fault": "/media/\udcba\udca3.png"}, at()), "boot"))
    assert isinstance(kept, EventRecord)
    assert kept.details == {"fault": r"/media/\xba\xa3.png"}
